"""The pieces a report is made of: tables of texts, and sections; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.terminal import numbers_rows

_NUMBER = re.compile(r"[+-]?\d*\.?\d*(?: … [+-]?\d*\.?\d*)?")  # a number, an interval, or nothing


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under a header."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def is_text(self, column: int) -> bool:
        """Whether a column holds words; numbers stand to the right."""
        cells = [row[column] for row in self.rows]
        return column == 0 or not all(_NUMBER.fullmatch(cell) for cell in cells)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; every plot has its table."""

    title: str
    paragraphs: Sequence[str] = ()
    plots: Sequence[str] = ()
    tables: Sequence[Table] = ()


def numbers(caption: str, label: str, table: Mapping[str, Mapping[str, float]]) -> Table:
    """A table with one row per key and one column per measure."""
    names, rows = numbers_rows(table)
    return Table([label, *names], rows, caption)
