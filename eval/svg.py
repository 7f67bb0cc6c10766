"""Draws plots as inline SVG that reads without colour and needs no style sheet: attributes alone; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 740, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 250, 16, 48  # margins: names of lines stand to the right of their ends
_SAMPLE = 34  # of a line, before its name
_TITLE = 28  # over the plot
_COLOURS = ("#0b5cad", "#b3470b", "#1b7a3d", "#7a1fa2", "#444444", "#8a6d00", "#00707a", "#a3134f")
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "1 5", "14 4", "4 2", "8 2 2 2 2 2")
_INK, _RULE, _PAPER = "#1a1a1a", "#c8c8c8", "#ffffff"
_NAME_GAP = 14  # between names of lines that end close together

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """From 0 (or `low`) to `high`, with ticks at values that carry a label."""

    label: str
    high: float
    ticks: Sequence[tuple[float, str]]
    low: float = 0.0

    def share(self, value: float) -> float:
        """Where a value stands between the ends, 0 to 1."""
        return (value - self.low) / ((self.high - self.low) or 1.0)


SHARE_TICKS = tuple((tick / 5, f"{tick / 5:.1f}") for tick in range(6))


def heat_map(title: str, rows: Sequence[str], columns: Sequence[str], values: Mapping[tuple[str, str], float]) -> str:
    """Cells shaded by their value from 0 to 1, the value written in each; what is missing stays white."""
    width, height, left, top = 110, 56, 120, 34
    parts = [
        _text(left + width * (i + 0.5), top - 12, f"to {column}", anchor="middle") for i, column in enumerate(columns)
    ]
    for r, row in enumerate(rows):
        parts.append(_text(left - 10, top + height * (r + 0.5) + 4, f"question in {row}", anchor="end"))
        for c, column in enumerate(columns):
            value = values.get((row, column))
            shade = 255 if value is None else round(250 - 130 * max(0.0, min(1.0, value)))
            fill = f"#{shade:02x}{min(255, shade + 8):02x}ff" if value is not None else _PAPER
            x, y = left + width * c, top + height * r
            parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{_INK}"/>')
            shown = "-" if value is None else f"{value:.3f}"
            parts.append(_text(x + width / 2, y + height / 2 + 6, shown, anchor="middle", size=17))
    return _svg(title, left + width * len(columns) + 10, top + height * len(rows) + 10, parts)


def line_chart(
    title: str,
    x: Axis,
    y: Axis,
    series: Mapping[str, Points],
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
) -> str:
    """A line for each series, told apart by its dashes, which stand with its name too; `marks` are points with one."""
    parts = _frame(x, y)
    ends: list[tuple[float, str, str]] = []
    for i, (name, points) in enumerate(series.items()):
        colour, dash = _COLOURS[i % len(_COLOURS)], _DASHES[i % len(_DASHES)]
        path = " ".join(f"{_x(x, a):.1f},{_y(y, b):.1f}" for a, b in points)
        stroke = f'stroke="{colour}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
        parts.append(f'<polyline points="{path}" fill="none" {stroke}/>')
        if points:
            ends.append((_y(y, points[-1][1]), name, stroke))
    parts += _names(ends)
    for name, (a, b) in (marks or {}).items():
        parts.append(
            f'<circle cx="{_x(x, a):.1f}" cy="{_y(y, b):.1f}" r="5" fill="{_PAPER}" stroke="{_INK}" stroke-width="2"/>'
        )
        parts.append(_text(_x(x, a) + 6, _y(y, b) + 20, name))
    return _svg(title, _WIDTH, _HEIGHT, parts)


def bar_chart(title: str, bars: Sequence[tuple[str, float]], *, unit: str) -> str:
    """A bar with its value for each label, lying, the longest over the whole width."""
    row, left, most = 24, 190, max((value for _, value in bars), default=0.0) or 1.0
    parts = []
    for i, (label, value) in enumerate(bars):
        y, length = 6 + row * i, 340 * value / most
        parts.append(_text(left - 8, y + 15, label, anchor="end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{row - 6}" fill="{_COLOURS[0]}"/>')
        parts.append(_text(left + length + 6, y + 15, f"{value:g} {unit}".strip()))
    return _svg(title, _WIDTH, 12 + row * len(bars), parts)


def _frame(x: Axis, y: Axis) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for value, label in y.ticks:
        at = _y(y, value)
        parts.append(f'<line x1="{_LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}" stroke="{_RULE}"/>')
        parts.append(_text(_LEFT - 6, at + 4, label, anchor="end"))
    for value, label in x.ticks:
        at = _x(x, value)
        parts.append(f'<line x1="{at:.1f}" y1="{bottom}" x2="{at:.1f}" y2="{bottom + 5}" stroke="{_INK}"/>')
        parts.append(_text(at, bottom + 19, label, anchor="middle"))
    parts.append(f'<line x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}" stroke="{_INK}"/>')
    parts.append(_text((_LEFT + right) / 2, _HEIGHT - 10, x.label, anchor="middle"))
    middle = (_TOP + bottom) / 2
    turn = f' transform="rotate(-90 14 {middle:.0f})"'
    return [*parts, _text(14, middle, y.label, anchor="middle", extra=turn)]


def _names(ends: Sequence[tuple[float, str, str]]) -> list[str]:
    parts, last, left = [], -float(_NAME_GAP), _WIDTH - _RIGHT + 8
    for at, name, stroke in sorted(ends):
        last = max(at, last + _NAME_GAP)
        parts.append(f'<line x1="{left}" y1="{last:.1f}" x2="{left + _SAMPLE}" y2="{last:.1f}" {stroke}/>')
        parts.append(_text(left + _SAMPLE + 6, last + 4, name))
    return parts


def _x(axis: Axis, value: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * axis.share(value)


def _y(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * axis.share(value)


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, fill: str = _INK, extra: str = ""
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"'
    return f"<text {place}{extra}>{escape(text)}</text>"


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    """The parts under a title; their own coordinates begin below it."""
    size = f'width="{width}" height="{height + _TITLE}" viewBox="0 {-_TITLE} {width} {height + _TITLE}"'
    named = f'role="img" aria-label="{escape(title)}" font-family="system-ui, sans-serif"'
    shown = _text(0, 14 - _TITLE, title, size=14, extra=' font-weight="bold"')
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>{shown}{"".join(parts)}</svg>'
