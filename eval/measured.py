"""What a run of measurements leaves: its summary, a row per query, and the rankings of every system."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from eval.metrics import MEASURES, Judged, measure, rank
from eval.statistics import bootstrap_interval

ALL = "all"  # the group of every query
_ORDER = ("en->en", "no->no", "no->en", "en->no", "en->both", "no->both", "nn->en", "nn->no", "nn->both", ALL)

Progress = Callable[[int, int], None]  # done, of how many
Numbers = dict[str, float]
Member = TypeVar("Member")


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking of one query by one system: scores by id, and the judgements it is measured against."""

    query_id: str
    groups: tuple[str, ...]  # directions it counts in
    scores: Mapping[str, float]
    judged: Judged


@dataclass(frozen=True, slots=True)
class Measured:
    """`result` is what --json writes, `rows` what per_query.jsonl holds, `rankings` by system what run.trec holds."""

    result: dict[str, Any]
    rows: Sequence[dict[str, Any]]
    rankings: Mapping[str, Sequence[Ranked]]


def measure_each(rankings: Sequence[Ranked], names: Sequence[str] = MEASURES) -> dict[str, Numbers]:
    """Query id to its measures."""
    return {r.query_id: _measures(rank(r.scores), r.judged, names) for r in rankings}


def average(rankings: Sequence[Ranked], values: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """For each direction, and for all queries: their number `n` and the mean of each measure."""
    groups = grouped((r.groups, r.query_id) for r in rankings)
    return {
        group: {"n": len(ids), **{name: mean([values[i][name] for i in ids]) for name in values[ids[0]]}}
        for group, ids in groups.items()
    }


def only(values: Mapping[str, Numbers], names: Sequence[str]) -> dict[str, Numbers]:
    """Some of the measures of every query."""
    return {query_id: {name: row[name] for name in names} for query_id, row in values.items()}


def intervals(rankings: Sequence[Ranked], values: Mapping[str, Numbers], names: Sequence[str]) -> dict[str, Any]:
    """For each direction and measure: the 95 % bootstrap interval of its mean, as [low, high]."""
    groups = grouped((r.groups, r.query_id) for r in rankings)
    return {
        group: {name: list(bootstrap_interval([values[i][name] for i in ids])) for name in names}
        for group, ids in groups.items()
    }


def grouped(members: Iterable[tuple[tuple[str, ...], Member]]) -> dict[str, list[Member]]:
    """Members by each of their groups, and all of them under "all"; directions first, in the order of the tables."""
    found: dict[str, list[Member]] = {}
    for groups, member in members:
        for group in (*groups, ALL):
            found.setdefault(group, []).append(member)
    order = {group: position for position, group in enumerate(_ORDER)}
    return {g: found[g] for g in sorted(found, key=lambda g: ("->" not in g, order.get(g, len(order)), g))}


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return float(sum(values) / len(values)) if values else 0.0


def _measures(ranked: Sequence[str], judged: Judged, names: Sequence[str]) -> Numbers:
    return {name: measure(name, ranked, judged) for name in names}
