"""Late interaction: scores a passage by the best match of every query token among the passage's token vectors.

Source: ColBERT, Khattab and Zaharia, SIGIR 2020 (MaxSim); here without training for it, each query token weighted by
its rarity in the corpus, token vectors projected on their principal axes and kept as int8.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexing.encode import Encoded, unit_rows

TOKEN_DIMENSION = 128  # of 384: the ranking is as good as with all, at a third of the space
_SAMPLE_TOKENS = 20_000  # enough to find the principal axes
SCALE = 127.0  # unit rows as int8

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class QueryTokens:
    """A query ready to be matched: `vectors` (q, k) rows of unit length, `weights` (q,) that sum to 1."""

    vectors: Matrix
    weights: Matrix

    def mean(self, matches: Matrix) -> Matrix:
        """(n,) float32: of every row of matches (n, q) the weighted mean over the query's tokens.

        Summed without the matrix library: where a query has five tokens, its product of matrix and vector converts
        memory that nobody wrote and may warn of an invalid value (numpy/numpy#24067 tells of others).
        """
        return np.asarray((matches * self.weights).sum(axis=1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TokenRows:
    """The tokens of one passage: vectors (t, k) int8, spans (t, 2) int32 into the passage, ids (t,) int32."""

    vectors: npt.NDArray[np.int8]
    spans: npt.NDArray[np.int32]
    ids: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TokenIndex:
    """The token vectors of all passages, end to end.

    `vectors` is (t, k) int8; `spans` (t, 2) int32, the code points of its passage a token stands for, below 0 where it
    stands for the context over the passage; `ids` (t,) int32. Passage i has the rows starts[i] to starts[i + 1].
    `projection` is (d, k). `document_frequency` maps a token id to the number of passages that have it.
    """

    vectors: npt.NDArray[np.int8]
    spans: npt.NDArray[np.int32]
    ids: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    projection: Matrix
    document_frequency: Mapping[int, int]

    def rows(self, passage: int) -> TokenRows:
        """The tokens of one passage."""
        rows = slice(int(self.starts[passage]), int(self.starts[passage + 1]))
        return TokenRows(self.vectors[rows], self.spans[rows], self.ids[rows])

    def query(self, encoded: Encoded) -> QueryTokens:
        """The query's tokens, weighted log(n / (1 + df)) + 1: a token of every passage weighs little, not nothing."""
        n = len(self.starts) - 1
        weights = np.array(
            [max(0.0, math.log(n / (1 + self.document_frequency.get(int(i), 0))) + 1.0) for i in encoded.ids],
            dtype=np.float32,
        )
        return QueryTokens(project(encoded.tokens, self.projection), weights / max(float(weights.sum()), 1e-9))

    def score(self, query: QueryTokens, passages: Sequence[int]) -> Matrix:
        """(len(passages),) float32: weighted mean over query tokens of the best cosine in each passage, -1 to 1."""
        return query.mean(self.matches(query, passages))

    def matches(self, query: QueryTokens, passages: Sequence[int]) -> Matrix:
        """(len(passages), q) float32: for every passage and query token the best cosine, -1 to 1."""
        if not len(passages) or not len(query.weights):
            return np.zeros((len(passages), len(query.weights)), dtype=np.float32)
        slices = [self.vectors[int(self.starts[i]) : int(self.starts[i + 1])] for i in passages]
        return best_in_each(_cosines(query, np.concatenate(slices, dtype=np.float32)), [len(part) for part in slices])

    def match_spans(self, query: QueryTokens, passage: int, spans: Sequence[tuple[int, int]]) -> Matrix:
        """(len(spans), q) float32: the best cosines among the tokens that begin inside each span of the passage."""
        first, last = int(self.starts[passage]), int(self.starts[passage + 1])
        cosines = _cosines(query, self.vectors[first:last].astype(np.float32))
        begins = self.spans[first:last, 0]
        best = np.zeros((len(spans), len(query.weights)), dtype=np.float32)
        for i, (start, end) in enumerate(spans):
            inside = (begins >= start) & (begins < end)
            if inside.any():
                best[i] = cosines[inside].max(axis=0)
        return best


def join_rows(passages: Sequence[TokenRows], projection: Matrix) -> TokenIndex:
    """The token index of passages in this order."""
    frequency: Counter[int] = Counter()
    for passage in passages:
        frequency.update(np.unique(passage.ids).tolist())
    return TokenIndex(
        vectors=np.concatenate([p.vectors for p in passages]),
        spans=np.concatenate([p.spans for p in passages]),
        ids=np.concatenate([p.ids for p in passages]),
        starts=np.cumsum([0, *(len(p.ids) for p in passages)]).astype(np.int64),
        projection=projection,
        document_frequency=dict(frequency),
    )


def fit_projection(encoded: Sequence[Encoded], *, dimension: int = TOKEN_DIMENSION) -> Matrix:
    """(d, k) float32, orthonormal columns, k <= d: the principal axes of the tokens' vectors.

    Where d is `dimension` or less the vectors are left as they are: their encoder was trained with a projection.
    """
    own = encoded[0].tokens.shape[1]
    if own <= dimension:
        return np.eye(own, dtype=np.float32)
    return principal_axes(np.concatenate([e.tokens for e in encoded]), dimension)


def principal_axes(tokens: Matrix, dimension: int) -> Matrix:
    """(d, dimension) float32: the axes along which rows (n, d) differ most, signs fixed."""
    sample = tokens[:: max(1, len(tokens) // _SAMPLE_TOKENS)].astype(np.float64)
    _, axes = np.linalg.eigh(sample.T @ sample)
    axes = axes[:, ::-1][:, :dimension]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.ascontiguousarray(axes * signs, dtype=np.float32)


def best_in_each(values: Matrix, lengths: Sequence[int]) -> Matrix:
    """(len(lengths), ...) float32: the greatest of each run of rows of `values`; 0 of an empty one."""
    runs = np.array(lengths, dtype=np.int64)
    best = np.zeros((len(runs), *values.shape[1:]), dtype=np.float32)
    filled = runs > 0
    if filled.any():
        best[filled] = np.maximum.reduceat(values, np.cumsum(runs[filled]) - runs[filled], axis=0)
    return best


def _cosines(query: QueryTokens, vectors: Matrix) -> Matrix:
    return np.asarray((vectors @ query.vectors.T) / SCALE, dtype=np.float32)


def project(tokens: Matrix, projection: Matrix) -> Matrix:
    """(t, k) float32, rows of unit length."""
    return unit_rows(tokens @ projection)


def quantise(vectors: Matrix) -> npt.NDArray[np.int8]:
    """Rows of unit length as int8, 127 standing for 1."""
    rounded: npt.NDArray[np.int8] = np.clip(np.rint(vectors * SCALE), -SCALE, SCALE).astype(np.int8)
    return rounded
