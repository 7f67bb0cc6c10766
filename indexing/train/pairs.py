"""Translation pairs from a folder of `<source>.tsv.gz`, and which of them are seen."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one meaning. `left` is what the student is held to: English, or bokmål beside nynorsk."""

    source: str
    left: str
    right: str
    left_language: str  # "en" or "nb"
    right_language: str  # "nb" or "nn"


def read_parallel(folder: Path) -> list[Pair]:
    """English - Norwegian: columns en, no, nb|nn."""
    return [Pair(source, row[0], row[1], "en", row[2]) for source, row in _rows(folder)]


def read_norwegian(folder: Path) -> list[Pair]:
    """Bokmål - nynorsk: columns nb, nn."""
    return [Pair(f"{source}_nb_nn", row[0], row[1], "nb", "nn") for source, row in _rows(folder)]


def read_norwegian_sentences(file: Path) -> list[Pair]:
    """Bokmål - nynorsk as JSON lines with `query` (nb) and `passage` (nn)."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Pair("nb_nn_sentences", row["query"], row["passage"], "nb", "nn") for row in rows]


def _rows(folder: Path) -> Iterable[tuple[str, list[str]]]:
    for file in sorted(folder.glob("*.tsv.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield file.name.removesuffix(".tsv.gz"), line.rstrip("\n").split("\t")


def sample(
    pairs: Sequence[Pair], families: Mapping[str, Sequence[str]], *, largest_share: float, seed: int
) -> list[Pair]:
    """The pairs in a random order, none twice, and no family above its share of what is left."""
    unique = list({(pair.left, pair.right): pair for pair in pairs}.values())
    order = np.random.default_rng(seed).permutation(len(unique))
    names = {source: family(source, families) for source in {pair.source for pair in unique}}
    counts = Counter(names[pair.source] for pair in unique)
    allowed = largest_count(list(counts.values()), largest_share)
    seen: Counter[str] = Counter()
    kept = []
    for i in order:
        name = names[unique[i].source]
        seen[name] += 1
        if seen[name] <= allowed:
            kept.append(unique[i])
    return kept


def in_random_order(pairs: Sequence[Pair], *, seed: int) -> list[Pair]:
    """The pairs in an order made by the seed."""
    return [pairs[i] for i in np.random.default_rng(seed).permutation(len(pairs))]


def seen_in(
    pairs: Sequence[Pair], times: Mapping[str, int], most: Mapping[str, int], families: Mapping[str, Sequence[str]]
) -> list[int]:
    """The place of each pair, as often as its source is to be seen; of a family the first so many at most."""
    seen: Counter[str] = Counter()
    places = []
    for i, pair in enumerate(pairs):
        name = family(pair.source, families)
        seen[name] += 1
        if seen[name] <= most.get(name, len(pairs)):
            places += [i] * times.get(pair.source, 1)
    return places


def family_shares(pairs: Sequence[Pair], families: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Each family's share of the pairs, largest first."""
    counts = Counter(family(pair.source, families) for pair in pairs)
    return {name: round(count / len(pairs), 4) for name, count in counts.most_common()}


def largest_count(counts: Sequence[int], share: float) -> int:
    """The largest c such that min(c, n) is at most the share of all min(c, n), or else what all can reach."""
    low, high = 1, max(counts, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        total = sum(min(middle, n) for n in counts)
        low, high = (middle, high) if middle <= share * total else (low, middle - 1)
    return low


def family(source: str, families: Mapping[str, Sequence[str]]) -> str:
    """The family a source is of: itself where none is named for it."""
    return next((name for name, patterns in families.items() if any(fnmatch(source, p) for p in patterns)), source)
