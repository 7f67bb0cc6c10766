"""BM25 over terms, for queries whose terms carry weights."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Lexical:
    """Postings with BM25 scores computed beforehand: for each term the passages that have it, and its score there.

    `terms` maps a term to its number i; its postings are `rows` (p,) int32, ascending, and `scores` (p,) float32, from
    starts[i] to starts[i + 1].
    """

    terms: Mapping[str, int]
    starts: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    passages: int

    def score(self, weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """(n,) float32: for every passage the sum over terms of weight x BM25; 0 where no term occurs.

        Source: BM25 as Lucene has it (Kamphuis et al., ECIR 2020), k1 = 1.2, b = 0.75.
        """
        scores = np.zeros(self.passages, dtype=np.float32)
        for term, weight in weights.items():
            number = self.terms.get(term)
            if number is None:
                continue
            start, end = self.starts[number], self.starts[number + 1]
            scores[self.rows[start:end]] += weight * self.scores[start:end]
        return scores

    def save(self, folder: Path) -> None:
        """Writes the postings into a folder of their own."""
        folder.mkdir(exist_ok=True)
        told = {"passages": self.passages, "terms": sorted(self.terms, key=self.terms.__getitem__)}
        (folder / "terms.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        np.save(folder / "starts.npy", self.starts)
        np.save(folder / "rows.npy", self.rows)
        np.save(folder / "scores.npy", self.scores)


def build_lexical(passages: Sequence[Sequence[str]]) -> Lexical:
    """The postings of the passages, each given as its terms in order."""
    import bm25s  # noqa: PLC0415 - brings SciPy, a quarter of what a service would import, and only builds postings

    vocabulary = {term: i for i, term in enumerate(sorted({"", *(term for terms in passages for term in terms)}))}
    ids = [[vocabulary[term] for term in terms] or [vocabulary[""]] for terms in passages]
    model = bm25s.BM25(method="lucene", k1=K1, b=B)
    model.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    postings = model.scores
    return Lexical(vocabulary, postings["indptr"], postings["indices"], postings["data"], len(passages))


def load_lexical(folder: Path) -> Lexical:
    """The postings that `save` wrote."""
    told = json.loads((folder / "terms.json").read_bytes())
    starts, rows, scores = (np.load(folder / f"{name}.npy") for name in ("starts", "rows", "scores"))
    return Lexical({term: i for i, term in enumerate(told["terms"])}, starts, rows, scores, told["passages"])
