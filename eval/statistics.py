"""Tells differences from noise: paired sign-flip test, bootstrap interval, Holm's correction; pure, seeded."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

DRAWS = 10_000
_SEED = 0
_BLOCK = 500  # draws at once: 500 x 10 000 queries fit in 40 MB

Vector = npt.NDArray[np.float64]


def sign_flip_p(differences: Sequence[float]) -> float:
    """Two-sided p: how often flipping the signs of paired differences at random gives a mean as far from 0.

    (1 + draws as far) / (1 + draws), 10 000 draws; 1 where every difference is 0 or there is none.
    Source: Fisher's randomisation test, as Smucker et al., CIKM 2007, recommend it.
    """
    values = np.asarray([d for d in differences if d != 0.0], dtype=np.float64)
    if not len(values):
        return 1.0
    generator = np.random.default_rng(_SEED)
    observed = abs(float(values.sum())) - 1e-12  # sums of equal numbers differ in the last bits
    as_far = 0
    for _ in range(0, DRAWS, _BLOCK):
        signs = generator.integers(0, 2, size=(_BLOCK, len(values)), dtype=np.int8) * 2 - 1
        as_far += int((np.abs(signs @ values) >= observed).sum())
    return (1 + as_far) / (1 + DRAWS)


def bootstrap_interval(values: Sequence[float], *, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of the mean over 10 000 resamples; (0, 0) of nothing. Source: Efron, 1979."""
    if not values:
        return (0.0, 0.0)
    sample = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(_SEED)
    means = np.concatenate([_resampled_means(sample, generator) for _ in range(0, DRAWS, _BLOCK)])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return (float(low), float(high))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """p-values corrected for being several, in the order given. Source: Holm, 1979."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for position, (name, p) in enumerate(sorted(p_values.items(), key=lambda pair: pair[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - position)))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def _resampled_means(sample: Vector, generator: np.random.Generator) -> Vector:
    rows = generator.integers(0, len(sample), size=(_BLOCK, len(sample)))
    means: Vector = sample[rows].mean(axis=1)
    return means
