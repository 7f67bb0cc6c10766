"""What is compared in one run: the service's modes over one or more encoders, and the English BM25 baseline."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.english import NAME, EnglishBm25
from indexing.types import Chunk
from service.ask import Pipeline
from service.types import Mode

Found = list[tuple[Chunk, float]]  # best first


@dataclass(frozen=True, slots=True)
class Ranking:
    """What every system found for one query, and how long the first pipeline took, in milliseconds."""

    found: Mapping[str, Found]
    encode_ms: float
    retrieve_ms: float  # of all its modes, whose arms run once


@dataclass(frozen=True, slots=True)
class Systems:
    """Pipelines by label (the first one's is ""), the modes each is asked in, and the baseline, where wanted."""

    pipelines: Mapping[str, Pipeline]
    modes: Sequence[Mode]
    baseline: EnglishBm25 | None = None

    @property
    def names(self) -> list[str]:
        """The systems in the order of the tables: "hybrid", "dense", …, "bm25-english", "hybrid (other encoder)", …."""
        first, *others = ([_name(mode, label) for mode in self.modes] for label in self.pipelines)
        return [*first, *([NAME] if self.baseline else []), *(name for names in others for name in names)]

    def rank(self, question: str, *, limit: int) -> Ranking:
        """The passages every system finds for a question, at most `limit` of each."""
        found: dict[str, Found] = {}
        times: list[tuple[float, float]] = []
        for label, pipeline in self.pipelines.items():
            started = time.perf_counter()
            query = pipeline.retriever.prepare(question, pipeline.detector.detect(question))
            encoded = time.perf_counter()
            by_mode = pipeline.retriever.search_modes(query, self.modes, limit=limit)
            times.append(((encoded - started) * 1e3, (time.perf_counter() - encoded) * 1e3))
            for mode, hits in by_mode.items():
                found[_name(mode, label)] = [(hit.chunk, hit.score) for hit in hits]
        if self.baseline:
            found[NAME] = self.baseline.search(question, limit=limit)
        return Ranking({name: found[name] for name in self.names}, *times[0])


def _name(mode: Mode, label: str) -> str:
    return f"{mode.value} ({label})" if label else mode.value
