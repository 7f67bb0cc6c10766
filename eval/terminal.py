"""How measurements look in a terminal: plain tables, aligned, and a line that tells the time left."""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from eval.compare import Difference

_SHOW_EVERY_S = 0.1

Rows = Sequence[Sequence[str]]


class Countdown:
    """Shows on a terminal how much is done and how long the rest will take; nothing where nobody watches."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._first: tuple[float, int] | None = None  # when it was first told, and how much was done by then
        self._shown = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Writes over the line before, ten times a second at most."""
        now = time.perf_counter()
        self._first = self._first or (now, done)
        if not sys.stderr.isatty() or (done < total and now - self._shown < _SHOW_EVERY_S):
            return
        self._shown = now
        filled = 30 * done // max(1, total)
        left = f", {_told(self._left_s(now, done, total))} left" if done > self._first[1] else ""
        line = f"\r{self._step} [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}{left}   "
        sys.stderr.write(line + ("\n" if done == total else ""))
        sys.stderr.flush()

    def _left_s(self, now: float, done: int, total: int) -> float:
        started, before = self._first or (now, done)
        return (now - started) / max(1, done - before) * (total - done)


def text_table(header: Sequence[str], rows: Rows) -> str:
    """Columns aligned: the first to the left, the others to the right, a rule under the header."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    lines = [_aligned(line, widths) for line in [header, *rows]]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def number(value: float | None, name: str) -> str:
    """A value as its measure is read: counts whole, times and sizes with one decimal, shares with three."""
    if value is None:
        return "-"
    if name == "n":
        return f"{value:.0f}"
    return f"{value:.1f}" if name == "max@r" or (name.startswith("p") and name[1:].isdigit()) else f"{value:.3f}"


def numbers_rows(table: Mapping[str, Mapping[str, float]]) -> tuple[list[str], list[list[str]]]:
    """The measures of a table, and its rows as texts, the key first; what a row lacks is shown as "-"."""
    names = list(dict.fromkeys(name for values in table.values() for name in values))
    return names, [[key, *(number(values.get(name), name) for name in names)] for key, values in table.items()]


def numbers_table(label: str, table: Mapping[str, Mapping[str, float]]) -> str:
    """A table with one row per key and one column per measure."""
    names, rows = numbers_rows(table)
    return text_table([label, *names], rows)


def systems_table(tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Every system side by side, one row per direction and system."""
    systems = list(tables)
    names = [name for name in next(iter(tables[systems[0]].values())) if name != "n"]
    rows = [
        [
            direction if system == systems[0] else "",
            number(tables[system][direction]["n"], "n") if system == systems[0] else "",
            system.ljust(max(map(len, systems))),
            *(number(tables[system][direction][name], name) for name in names),
        ]
        for direction in tables[systems[0]]
        for system in systems
    ]
    return text_table(["direction", "n", "system", *names], rows)


def show(result: Mapping[str, Any]) -> str:
    """What a measuring command prints."""
    dataset = result["dataset"]
    parts = [f"{dataset['name']}, {dataset['split']}: {dataset['questions']} questions, {result['seconds']:.0f} s"]
    if "retrieval" in result:
        parts += ["Passages found (question language -> passage language)", systems_table(result["retrieval"])]
    if "reading" in result:
        parts += [
            "Answers found (isolated: in its own context; integrated: among all)",
            systems_table(result["reading"]),
        ]
    if "bitext" in result:
        parts += ["Translations found", numbers_table("encoder", result["bitext"])]
    if "answers" in result:
        parts += ["Answers (shares of the answerable questions)", numbers_table("direction", result["answers"])]
    if result.get("abstention"):
        parts += ["Questions without an answer (shares)", numbers_table("kind", result["abstention"])]
    if "citations" in result:
        parts.append(
            f"Citations exact to the character: {result['citations']['exact']:.1%} of {result['citations']['n']}"
        )
    if result.get("bias"):
        parts += ["Language bias", numbers_table("questions in", result["bias"])]
    if "latency_ms" in result:
        parts += ["Milliseconds", numbers_table("step", result["latency_ms"])]
    return "\n\n".join(parts)


def show_differences(differences: Sequence[Difference]) -> str:
    """What `compare` prints."""
    header = ["measure", "direction", "n", "base", "new", "difference", "95 % interval", "p (Holm)", "verdict"]
    rows = [
        [
            d.measure,
            d.direction,
            str(d.n),
            f"{d.base:.3f}",
            f"{d.new:.3f}",
            f"{d.new - d.base:+.3f}",
            f"{d.low:+.3f} {d.high:+.3f}",
            f"{d.p:.4f}",
            d.verdict.value,
        ]
        for d in differences
    ]
    return text_table(header, rows)


def _told(seconds: float) -> str:
    """As 48 s, or 12 min 05 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
    return "  ".join(cells).rstrip()
