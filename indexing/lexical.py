"""BM25 over terms, for queries whose terms carry weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Lexical:
    """Postings with BM25 scores computed beforehand: for each term the passages that have it, and its score there."""

    model: Any  # bm25s.BM25: no type information
    passages: int

    def score(self, weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """(n,) float32: for every passage the sum over terms of weight x BM25; 0 where no term occurs.

        Source: BM25 as Lucene has it (Kamphuis et al., ECIR 2020), k1 = 1.2, b = 0.75.
        """
        scores = np.zeros(self.passages, dtype=np.float32)
        postings = self.model.scores
        for term, weight in weights.items():
            column = self.model.vocab_dict.get(term)
            if column is None:
                continue
            start, end = postings["indptr"][column], postings["indptr"][column + 1]
            scores[postings["indices"][start:end]] += weight * postings["data"][start:end]
        return scores

    def save(self, folder: Path) -> None:
        """Writes the postings into a folder of their own."""
        self.model.save(folder, show_progress=False)


def build_lexical(passages: Sequence[Sequence[str]]) -> Lexical:
    """The postings of the passages, each given as its terms in order."""
    vocabulary = {term: i for i, term in enumerate(sorted({"", *(term for terms in passages for term in terms)}))}
    ids = [[vocabulary[term] for term in terms] or [vocabulary[""]] for terms in passages]
    model = bm25s.BM25(method="lucene", k1=K1, b=B)
    model.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    return Lexical(model, len(passages))


def load_lexical(folder: Path) -> Lexical:
    """The postings that `save` wrote."""
    model = bm25s.BM25.load(folder)
    return Lexical(model, int(model.scores["num_docs"]))
