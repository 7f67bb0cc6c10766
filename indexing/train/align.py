"""Which token of one language stands for which of the other, from parallel text alone: IBM model 1.

Source: Brown et al., Computational Linguistics 19(2), 1993.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

_CHUNK = 4_000_000  # token pairs worked on together: some 100 MB of temporary arrays

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """How the alignment is made and what of it is kept."""

    iterations: int  # of expectation maximisation
    longest: int  # tokens of a text; pairs with a longer one, or an empty one, are left out
    least: float  # probability; what is below is cut
    most: int  # translations of one source token; the likeliest are kept


@dataclass(frozen=True, slots=True)
class Translations:
    """p(target | source), one row a pair of tokens, by source and then from the likeliest.

    All four are (n,): `source` and `target` are token ids, `count` is how often the two are expected to stand for each
    other in the text. `log_likelihoods` has one figure an iteration, that of the probabilities it began with.
    """

    source: Ids
    target: Ids
    probability: npt.NDArray[np.float64]
    count: npt.NDArray[np.float64]
    log_likelihoods: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Token pairs of some texts; those of one target token lie together.

    `rows` (m,) are the distinct pairs among them, rising, as rows of the table; `inverse` (k,) is each token pair's
    place in `rows`; `starts` and `lengths` (t,) tell where each target token's pairs begin and how many they are.
    """

    rows: Ids
    inverse: npt.NDArray[np.int32]
    starts: Ids
    lengths: Ids


def align(
    source: Sequence[Sequence[int]], target: Sequence[Sequence[int]], settings: AlignmentSettings
) -> Translations:
    """The translations of source tokens, from texts and their translations as token ids of 0 and above.

    Each target token is taken to come from one token of the source text, or from the null word that every source text
    has; a source token's probabilities sum to 1 before the cuts.
    """
    chunks, pairs, width = _chunks(source, target, settings.longest)
    sources = pairs // width
    totals = np.bincount(sources)
    probability = np.ones(len(pairs)) / totals[sources]
    count, log_likelihoods = probability, []
    for _ in range(settings.iterations):
        count, log_likelihood = _expect(chunks, probability)
        log_likelihoods.append(log_likelihood)
        probability = count / np.bincount(sources, count)[sources]
    kept = np.flatnonzero((sources > 0) & (probability >= settings.least))  # source 0 is the null word
    kept = kept[np.lexsort((kept, -probability[kept], sources[kept]))]
    kept = kept[_place_in_group(sources[kept]) < settings.most]
    return Translations(sources[kept] - 1, pairs[kept] % width, probability[kept], count[kept], tuple(log_likelihoods))


def _expect(chunks: Sequence[_Chunk], probability: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    """How often each pair of the table is expected to be linked, and the log likelihood of the target texts."""
    count = np.zeros_like(probability)
    log_likelihood = 0.0
    for chunk in chunks:
        links = probability[chunk.rows][chunk.inverse]
        sums = np.add.reduceat(links, chunk.starts)
        log_likelihood += float(np.log(sums / chunk.lengths).sum())
        links /= np.repeat(sums, chunk.lengths)
        count[chunk.rows] += np.bincount(chunk.inverse, links, len(chunk.rows))
    return count, log_likelihood


def _chunks(
    source: Sequence[Sequence[int]], target: Sequence[Sequence[int]], longest: int
) -> tuple[list[_Chunk], Ids, int]:
    """The token pairs; the table's pairs as (source + 1) * width + target, rising, the null word as 0; the width."""
    fits = [i for i in range(len(source)) if 0 < len(source[i]) <= longest and 0 < len(target[i]) <= longest]
    source_ids, source_lengths = _flat([(-1, *source[i]) for i in fits])
    target_ids, target_lengths = _flat([target[i] for i in fits])
    width = int(target_ids.max(initial=0)) + 1
    source_starts = np.cumsum(source_lengths) - source_lengths
    texts = np.repeat(np.arange(len(fits)), target_lengths)  # of each target token
    local = []
    for first, last in _cuts(source_lengths[texts]):
        text, segments = texts[first:last], source_lengths[texts[first:last]]
        starts = np.cumsum(segments) - segments
        places = np.arange(int(segments.sum())) + np.repeat(source_starts[text] - starts, segments)
        tokens = (source_ids[places] + 1) * width + np.repeat(target_ids[first:last], segments)
        pairs, inverse = np.unique(tokens, return_inverse=True)
        local.append(_Chunk(pairs, inverse.astype(np.int32), starts, segments))
    table = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(chunk.rows for chunk in local)]))
    chunks = [_Chunk(np.searchsorted(table, c.rows), c.inverse, c.starts, c.lengths) for c in local]
    return chunks, table, width


def _flat(texts: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """All the tokens one after the other, and each text's length."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    return np.fromiter(chain.from_iterable(texts), dtype=np.int64, count=int(lengths.sum())), lengths


def _cuts(sizes: Ids) -> Iterator[tuple[int, int]]:
    """First and after-last of runs of sizes that sum to about `_CHUNK`."""
    if len(sizes):
        edges = np.flatnonzero(np.diff(np.cumsum(sizes) // _CHUNK)) + 1
        bounds = [0, *edges.tolist(), len(sizes)]
        yield from pairwise(bounds)


def _place_in_group(sorted_keys: Ids) -> Ids:
    """0, 1, 2, … within each run of equal keys."""
    return np.arange(len(sorted_keys)) - np.searchsorted(sorted_keys, sorted_keys)
