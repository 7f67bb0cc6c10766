"""What is compared in one run: the service's modes over one or more encoders, and the English BM25 baseline."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from eval.english import NAME, EnglishBm25
from eval.nearest import nearest_rows
from indexing.types import Chunk
from service.ask import Pipeline
from service.retrieve import CANDIDATES, Query
from service.types import Mode

_BATCH = 512  # questions searched together: enough for a matrix product, few enough to show progress

Found = list[tuple[Chunk, float]]  # best first


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

    def rank(self, question: str, *, limit: int) -> dict[str, Found]:
        """The passages every system finds for a question, at most `limit` of each."""
        queries = {label: _prepare(pipeline, question) for label, pipeline in self.pipelines.items()}
        return self._search(question, queries, limit, {})

    def rank_all(self, questions: Sequence[str], *, limit: int) -> Iterator[dict[str, Found]]:
        """What `rank` finds for each of many questions, in their order: searched in batches, on every processor."""
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            for start in range(0, len(questions), _BATCH):
                yield from self._rank_batch(questions[start : start + _BATCH], limit, executor)

    def time(self, question: str, *, limit: int) -> tuple[float, float]:
        """Milliseconds the first pipeline takes to encode a question, and to search it in all modes."""
        pipeline = self.pipelines[""]
        started = time.perf_counter()
        query = _prepare(pipeline, question)
        encoded = time.perf_counter()
        pipeline.retriever.search_modes(query, self.modes, limit=limit)
        return (encoded - started) * 1e3, (time.perf_counter() - encoded) * 1e3

    def _rank_batch(self, questions: Sequence[str], limit: int, executor: Executor) -> Iterator[dict[str, Found]]:
        queries: dict[str, list[Query]] = {}
        nearest: dict[str, list[list[int]]] = {}
        for label, pipeline in self.pipelines.items():
            queries[label] = list(executor.map(lambda question, p=pipeline: _prepare(p, question), questions))
            vectors = np.stack([query.encoded.vector for query in queries[label]])
            nearest[label] = nearest_rows(pipeline.index, vectors, CANDIDATES, executor)

        def search(place: int) -> dict[str, Found]:
            of_labels = {label: prepared[place] for label, prepared in queries.items()}
            rows = {label: found[place] for label, found in nearest.items()}
            return self._search(questions[place], of_labels, limit, rows)

        yield from executor.map(search, range(len(questions)))

    def _search(
        self, question: str, queries: Mapping[str, Query], limit: int, nearest: Mapping[str, Sequence[int]]
    ) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for label, query in queries.items():
            retriever = self.pipelines[label].retriever
            by_mode = retriever.search_modes(query, self.modes, limit=limit, nearest=nearest.get(label))
            for mode, hits in by_mode.items():
                found[_name(mode, label)] = [(hit.chunk, hit.score) for hit in hits]
        if self.baseline:
            found[NAME] = self.baseline.search(question, limit=limit)
        return {name: found[name] for name in self.names}


def _prepare(pipeline: Pipeline, question: str) -> Query:
    return pipeline.retriever.prepare(question, pipeline.detector.detect(question))


def _name(mode: Mode, label: str) -> str:
    return f"{mode.value} ({label})" if label else mode.value
