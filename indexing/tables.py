"""Finds table rows in lines of text that have lost their grid: a row is whole, on one line, under its table's name."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_YEAR = r"(?:19|20)\d\d"
_AMOUNT = r"(?:€|\$|£|NOK|EUR|USD|kr\.?)\s?\d[\d .,]*\d"
_CELL = rf"(?:{_YEAR}\s*[-–−]\s*{_YEAR}|{_YEAR}|{_AMOUNT}|\d[\d.,]*\s?%)"
_ANCHOR = re.compile(rf"{_CELL}\s+{_AMOUNT}")  # two data cells side by side: prose does not do that
_TOTAL = re.compile(rf"\s*(?:(?:Sum|Total|Totalt|I alt)\s+)?{_AMOUNT}\s*")
_CAPTION = re.compile(r"\s*(?:Tabell|Table)\s+\d+", re.IGNORECASE)
_MOST_LINES_TO_HEADER = 9  # from the first data cells up to the column names, blank lines counted
_FEW_LABELS = 3  # a first-column label repeats; what begins a line less often may be a name that goes on


@dataclass(frozen=True, slots=True)
class Table:
    """The lines [start, end) of a page that are a table; `rows` are groups of its lines, `header` its column names."""

    start: int
    end: int
    header: str
    rows: tuple[tuple[str, ...], ...]


def find_tables(lines: Sequence[str]) -> list[Table]:
    """The tables of one page of lines, in order; a total line closes its table and is a row of its own."""
    groups: list[list[int]] = []
    for i, line in enumerate(lines):
        if not _ANCHOR.search(line):
            continue
        if groups and not any(is_table_caption(between) for between in lines[groups[-1][-1] : i]):
            groups[-1].append(i)
        else:
            groups.append([i])
    return [_read_table(lines, group) for group in groups if len(group) > 1 or _header_above(lines, group[0])]


def is_table_caption(line: str) -> bool:
    """Whether the line names a table ("Tabell 4: …", "Table 2 …")."""
    return _CAPTION.match(line) is not None


def row_labels(rows: Sequence[str]) -> frozenset[str]:
    """The words that begin at least three of the rows: labels of the first column."""
    first_words = Counter(row.split()[0] for row in rows if row.split())
    return frozenset(word for word, count in first_words.items() if count >= _FEW_LABELS)


def _read_table(lines: Sequence[str], anchors: Sequence[int]) -> Table:
    header = _header_above(lines, anchors[0])
    start = header if header is not None else _first_line_of_row(lines, anchors[0])
    first = start + 1 if header is not None else start
    amount_is_last = _amount_is_last([lines[i] for i in anchors])
    end = _end_of_table(lines, anchors[-1], amount_is_last)
    body = [line for line in lines[first:end] if line.strip()]
    return Table(start, end, lines[start].strip() if header is not None else "", _split_rows(body, amount_is_last))


def _header_above(lines: Sequence[str], anchor: int) -> int | None:
    """The index of a line of column names in capitals, without digits, up to nine lines over the first data cells."""
    for i in range(anchor - 1, max(-1, anchor - 1 - _MOST_LINES_TO_HEADER), -1):
        line = lines[i].strip()
        if is_table_caption(line):
            return None
        if line.isupper() and len(line.split()) >= 3 and not re.search(r"\d", line) and not lines[i + 1].strip():
            return i
    return None


def _first_line_of_row(lines: Sequence[str], anchor: int) -> int:
    i = anchor
    while i > 0 and lines[i - 1].strip():
        i -= 1
    return i


def _end_of_table(lines: Sequence[str], last_anchor: int, amount_is_last: bool) -> int:
    tail = lines[last_anchor]
    end = last_anchor + 1
    for i in range(last_anchor + 1, len(lines)):
        line = lines[i]
        if not line.strip():
            continue
        if _TOTAL.fullmatch(line):
            return i + 1
        if not _is_open(tail, amount_is_last) and (amount_is_last or not line.strip().isupper()):
            break
        tail, end = line, i + 1
    return end


def _split_rows(body: Sequence[str], amount_is_last: bool) -> tuple[tuple[str, ...], ...]:
    befores = zip(body, ["", *body], strict=False)
    labels = row_labels([line for line, before in befores if not _is_open(before, amount_is_last)])
    rows: list[list[str]] = []
    complete = True  # the row so far has its data cells, so that a closed line may end it
    for line in body:
        if _TOTAL.fullmatch(line):
            rows.append([line])
            complete = True
            continue
        ended = rows and complete and not _is_open(rows[-1][-1], amount_is_last)
        if not rows or (ended and (amount_is_last or _begins_row(rows[-1][-1], line, labels))):
            rows.append([])
            complete = False
        rows[-1].append(line)
        complete = complete or _ANCHOR.search(line) is not None
    return tuple(tuple(row) for row in rows)


def _begins_row(before: str, line: str, labels: frozenset[str]) -> bool:
    if _TOTAL.fullmatch(before):
        return True
    return not line.strip().isupper() or line.split(maxsplit=1)[0] in labels


def _amount_is_last(anchor_lines: Sequence[str]) -> bool:
    """Whether the amount is the table's last column: nothing stands after it in most rows."""
    ends = sum(_ends_in_amount(line) for line in anchor_lines)
    return 2 * ends > len(anchor_lines)


def _is_open(line: str, amount_is_last: bool) -> bool:
    """Whether a row goes on after this line: a list sign or hyphen at its end, or a column still to come."""
    return line.rstrip().endswith((";", ",", "-")) or (not amount_is_last and _ends_in_amount(line))


def _ends_in_amount(line: str) -> bool:
    text = line.rstrip()
    return any(anchor.end() == len(text) for anchor in _ANCHOR.finditer(text))
