"""Sums up times and sizes: percentiles of every step, memory of this process, bytes of an index."""

import resource
import sys
from collections.abc import Iterable, Sequence

import numpy as np

from indexing.store import Index
from service.types import Timing

_STEPS = ("encode", "retrieve", "read", "total")
_PERCENTILES = (50, 95, 99)


def measure_latency(timings: Iterable[Timing]) -> dict[str, dict[str, float]]:
    """Milliseconds of every step of `ask`, one question at a time: percentiles over all questions."""
    measured = list(timings)
    return {step: percentiles([getattr(timing, step) for timing in measured]) for step in _STEPS}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99, between neighbours in proportion; 0 of nothing."""
    return {f"p{p}": float(np.percentile(values, p)) if values else 0.0 for p in _PERCENTILES}


def peak_memory_mb() -> float:
    """The most memory this process had in use so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)  # bytes there, kilobytes elsewhere


def index_size_mb(index: Index) -> dict[str, float]:
    """MB of the vectors, those of the tokens and of the sentences, and the postings of an index."""
    tokens = index.tokens.vectors.nbytes + index.tokens.spans.nbytes + index.tokens.ids.nbytes
    postings = sum(part.nbytes for part in (index.lexical.starts, index.lexical.rows, index.lexical.scores))
    sizes = {"vectors": index.vectors.nbytes, "tokens": tokens, "sentences": index.sentences.vectors.nbytes}
    return {name: size / 1e6 for name, size in {**sizes, "postings": postings}.items()}
