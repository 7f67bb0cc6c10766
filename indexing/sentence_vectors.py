"""The sentences of the passages, each with a vector of its own.

A long passage of which one sentence answers is far from the question as a whole, and that sentence is near.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexing.late import SCALE, Matrix, best_in_each

Rows = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """`vectors` (s, d) int8, 127 standing for 1; passage i has the rows starts[i] to starts[i + 1]."""

    vectors: Rows
    starts: npt.NDArray[np.int64]

    def rows(self, passage: int) -> Rows:
        """(sentences of the passage, d) int8."""
        return self.vectors[int(self.starts[passage]) : int(self.starts[passage + 1])]

    def score(self, query: Matrix, passages: Sequence[int]) -> Matrix:
        """(len(passages),) float32: for every passage the cosine of its sentence nearest to `query`, (d,), unit length.

        0 for a passage without sentences. What one passage scores does not depend on those beside it.
        """
        if not len(passages):
            return np.zeros(0, dtype=np.float32)
        parts = [self.rows(passage) for passage in passages]
        cosines = np.einsum("sd,d->s", np.concatenate(parts, dtype=np.float32), query) / SCALE
        return best_in_each(cosines, [len(part) for part in parts])


def join_sentences(passages: Sequence[Rows]) -> SentenceVectors:
    """The sentence vectors of passages in this order."""
    starts = np.cumsum([0, *map(len, passages)]).astype(np.int64)
    return SentenceVectors(np.concatenate(passages), starts)
