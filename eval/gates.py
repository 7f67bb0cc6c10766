"""Holds a result against floors and ceilings: a gate that is broken means that this version may not ship."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import DataError
from eval.lines import read_text

_KEYS = frozenset({"measure", "at_least", "at_most", "why"})


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound of one number of a result; `measure` is the way to it, "retrieval/hybrid/en->no/recall@5"."""

    measure: str
    at_least: float | None
    at_most: float | None

    def value_in(self, result: Mapping[str, Any]) -> float | None:
        """The number it bounds; None where the result does not have it."""
        value: Any = result
        for step in self.measure.split("/"):
            value = value.get(step) if isinstance(value, Mapping) else None
        return float(value) if isinstance(value, int | float) else None

    def broken_by(self, value: float | None) -> bool:
        """Whether the value is missing or out of bounds."""
        too_low = self.at_least is not None and (value is None or value < self.at_least)
        return too_low or (self.at_most is not None and (value is None or value > self.at_most))

    @property
    def bound(self) -> str:
        """The bound as it is shown."""
        return f">= {self.at_least}" if self.at_least is not None else f"<= {self.at_most}"


def read_gates(file: Path) -> list[Gate]:
    """The gates of a file: {"gates": [{"measure": …, "at_least": …}, {"measure": …, "at_most": …}]}.

    Raises:
        DataError: the file is not as it must be.
    """
    try:
        content = json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise DataError(f"{file}, line {error.lineno}: not JSON ({error.msg}); mend that line") from error
    entries = content.get("gates") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise DataError(
            f'{file}, line 1: must be an object with a list "gates" that is not empty; see docs/evaluation.md'
        )
    return [_read_gate(file, position, entry) for position, entry in enumerate(entries, start=1)]


def check_gates(gates: Sequence[Gate], result: Mapping[str, Any]) -> list[str]:
    """One line for each gate that is broken: what it is, what it must be, and that it is not there where it is not."""
    values = [(gate, gate.value_in(result)) for gate in gates]
    return [
        f"gate broken: {gate.measure} is {'not measured' if value is None else f'{value:.3f}'}, must be {gate.bound}"
        for gate, value in values
        if gate.broken_by(value)
    ]


def _read_gate(file: Path, position: int, entry: Any) -> Gate:
    place = f"{file}, gate {position}"
    if not isinstance(entry, dict) or not isinstance(entry.get("measure"), str):
        raise DataError(f'{place}: must be an object with the text "measure"; mend it')
    if unknown := sorted(set(entry) - _KEYS):
        raise DataError(f"{place}: unknown field '{unknown[0]}'; fields are {', '.join(sorted(_KEYS))}")
    bounds = [entry[name] for name in ("at_least", "at_most") if name in entry]
    if len(bounds) != 1 or isinstance(bounds[0], bool) or not isinstance(bounds[0], int | float):
        raise DataError(f'{place}: must have one of "at_least" and "at_most", a number; mend it')
    return Gate(entry["measure"], entry.get("at_least"), entry.get("at_most"))
