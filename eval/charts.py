"""Turns measurements into plots of the report; pure."""

from collections.abc import Mapping, Sequence

from eval.svg import SHARE_TICKS, Axis, bar_chart, heat_map, line_chart

_LANGUAGES = ("no", "en")
_MAIN = ("ndcg@10", "f1")  # of a heat map, by what was measured

Numbers = Mapping[str, float]


def direction_map(systems: Mapping[str, Mapping[str, Numbers]]) -> list[str]:
    """The main measure of the first system by question and passage language; none where directions are not told."""
    system, table = next(iter(systems.items()))
    name = next(name for name in _MAIN if name in next(iter(table.values())))
    cells = {(a, b): table[f"{a}->{b}"][name] for a in _LANGUAGES for b in _LANGUAGES if f"{a}->{b}" in table}
    return [heat_map(f"{name} of {system} by direction", _LANGUAGES, _LANGUAGES, cells)] if cells else []


def direction_curves(system: str, table: Mapping[str, Numbers]) -> list[str]:
    """Recall at each depth, a line for each of the four directions; none where there is but one."""
    told = {d: table[d] for d in (f"{a}->{b}" for a in _LANGUAGES for b in _LANGUAGES) if d in table}
    return [recall_curves(told, by=f"direction, {system}")] if len(told) > 1 else []


def recall_curves(systems: Mapping[str, Numbers], *, by: str) -> str:
    """Recall at each depth, a line for each system or direction."""
    depths = [name for name in next(iter(systems.values())) if name.startswith("recall@")]
    x = Axis("k", len(depths) - 1, [(i, name.removeprefix("recall@")) for i, name in enumerate(depths)])
    series = {s: [(float(i), values[name]) for i, name in enumerate(depths)] for s, values in systems.items()}
    return line_chart(f"Recall at k by {by}", x, Axis("recall@k", 1.0, SHARE_TICKS), series)


def rank_histogram(counts: Sequence[tuple[str, int]]) -> str:
    """Queries by the rank of their first relevant hit."""
    return bar_chart(
        "Queries by rank of the first relevant",
        [(f"rank {n}" if n[0].isdigit() else n, float(c)) for n, c in counts],
        unit="",
    )


def risk_coverage_plot(curve: Sequence[Sequence[float]], chosen: Sequence[float]) -> str:
    """Risk over coverage, with the point where the service stands."""
    x, y = Axis("coverage: share answered", 1.0, SHARE_TICKS), Axis("risk: share wrong", 1.0, SHARE_TICKS)
    points = [(coverage, risk) for coverage, risk in curve]
    return line_chart(
        "Risk by coverage", x, y, {"best sentence": points}, marks={"the service": (chosen[0], chosen[1])}
    )


def reliability_plot(bins: Sequence[Numbers]) -> str:
    """Share right over confidence; on the diagonal a confidence means what it says."""
    x, y = Axis("confidence", 1.0, SHARE_TICKS), Axis("share right", 1.0, SHARE_TICKS)
    series = {"measured": [(b["confidence"], b["right"]) for b in bins], "ideal": [(0.0, 0.0), (1.0, 1.0)]}
    return line_chart("Reliability of the confidence", x, y, series)


def step_bars(steps: Mapping[str, Numbers]) -> str:
    """The percentiles of every step."""
    bars = [(f"{step} {name}", round(value, 1)) for step, values in steps.items() for name, value in values.items()]
    return bar_chart("Time of each step", bars, unit="ms")
