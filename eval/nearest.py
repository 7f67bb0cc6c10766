"""Finds the nearest passages for many queries with one matrix product, as the service finds them one by one."""

from concurrent.futures import Executor
from functools import partial

import numpy as np
import numpy.typing as npt

from indexing.late import Matrix
from indexing.store import Index

_BLOCK = 64  # queries multiplied at once: 100 000 passages make 26 MB of cosines


def nearest_rows(index: Index, queries: Matrix, k: int, executor: Executor) -> list[list[int]]:
    """For each query the rows that `index.search_dense` gives, in any order.

    Sums added up in another order differ in their last bits. Where the k-th passage and the next one are nearer to
    each other than that, the query is searched by itself.

    Args:
        index: Vectors of unit length.
        queries: (q, d), rows of unit length.
        k: Passages for each query; all where there are fewer.
        executor: Its threads share the blocks.
    """
    blocks = [queries[start : start + _BLOCK] for start in range(0, len(queries), _BLOCK)]
    return [rows for found in executor.map(partial(_of_block, index, k), blocks) for rows in found]


def _of_block(index: Index, k: int, queries: Matrix) -> list[list[int]]:
    if k >= len(index.vectors):
        return [list(range(len(index.vectors)))] * len(queries)
    cosines = queries @ index.vectors.T
    return [_of_query(index, k, query, row) for query, row in zip(queries, cosines, strict=True)]


def _of_query(index: Index, k: int, query: Matrix, cosines: npt.NDArray[np.float32]) -> list[int]:
    first = np.argpartition(cosines, len(cosines) - k - 1)[len(cosines) - k - 1 :]  # the next one comes first
    # Each of two sums of d products errs by d x 2^-24 at most, where all errors have one sign; as a rule by a hundredth
    rounding = len(query) * float(np.finfo(np.float32).eps)
    if float(cosines[first[1:]].min() - cosines[first[0]]) > rounding:
        rows: list[int] = first[1:].tolist()
        return rows
    return [row for row, _ in index.search_dense(query, k)]
