"""Batches of texts of about one length, in an order made by a seed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]  # which of the texts

_BATCHES_SORTED = 40  # sorted by length together: little padding, and batches still differ from epoch to epoch


def by_length(lengths: Sequence[int], size: int, *, seed: int) -> list[Rows]:
    """Rows cut to batches of `size` (the last may be smaller), each row once."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(lengths))
    batches: list[Rows] = []
    for start in range(0, len(order), size * _BATCHES_SORTED):
        group = order[start : start + size * _BATCHES_SORTED]
        group = group[np.argsort(np.array(lengths)[group], kind="stable")]
        batches += [group[i : i + size] for i in range(0, len(group), size)]
    return [batches[i] for i in random.permutation(len(batches))]
