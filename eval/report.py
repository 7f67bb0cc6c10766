"""Writes the report of a run, as one HTML file and as Markdown, from the same sections."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from eval.measured import Measured
from eval.pieces import Section, Table
from eval.sections import make_sections

_LONG_WORD = re.compile(r"(\S{20})(?=\S)")
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
</head>
<body bgcolor="#ffffff" text="#1a1a1a" link="#0b5cad" vlink="#5b2a86">
<font face="system-ui, -apple-system, Segoe UI, Roboto, sans-serif">
{body}
</font>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _Report:
    title: str
    sections: Sequence[Section]


def html_report(measured: Measured, base: Mapping[str, Any] | None, broken: Sequence[str]) -> str:
    """The report as one page without style sheet, script or link to elsewhere: it passes a policy that allows none."""
    report = _make_report(measured, base, broken)
    contents = " · ".join(f'<a href="#{_anchor(s.title)}">{escape(s.title)}</a>' for s in report.sections)
    parts = [f"<h1>{escape(report.title)}</h1>", f"<p>{contents}</p>"]
    for section in report.sections:
        parts.append(f'<h2 id="{_anchor(section.title)}">{escape(section.title)}</h2>')
        parts += [f"<p>{escape(paragraph)}</p>" for paragraph in section.paragraphs]
        parts += [f"<p>{plot}</p>" for plot in section.plots]
        parts += [_html_table(table) for table in section.tables]
    return _PAGE.format(title=escape(report.title), body="\n".join(parts))


def markdown_report(measured: Measured, base: Mapping[str, Any] | None, broken: Sequence[str]) -> str:
    """The report as Markdown, its plots as their tables."""
    report = _make_report(measured, base, broken)
    parts = [f"# {report.title}"]
    for section in report.sections:
        parts += [f"## {section.title}", *section.paragraphs]
        parts += [_markdown_table(table) for table in section.tables]
    return "\n\n".join(parts) + "\n"


def _make_report(measured: Measured, base: Mapping[str, Any] | None, broken: Sequence[str]) -> _Report:
    dataset = measured.result["dataset"]
    return _Report(f"Measured: {dataset['name']}, {dataset['split']}", make_sections(measured, base, broken))


def _html_table(table: Table) -> str:
    sides = ["left" if table.is_text(i) else "right" for i in range(len(table.header))]
    head = "".join(
        f'<th scope="col" align="{side}">{escape(c)}</th>' for side, c in zip(sides, table.header, strict=True)
    )
    rows = "".join(f"<tr>{_html_cells(row, sides)}</tr>\n" for row in table.rows)
    caption = f'<caption align="top"><b>{escape(table.caption)}</b></caption>' if table.caption else ""
    opening = '<table border="1" cellspacing="0" cellpadding="5" rules="rows" frame="hsides" bordercolor="#c8c8c8">'
    return f'{opening}{caption}<thead><tr bgcolor="#eef2f7">{head}</tr></thead>\n<tbody>{rows}</tbody></table><br>'


def _html_cells(row: Sequence[str], sides: Sequence[str]) -> str:
    first = f'<th scope="row" align="{sides[0]}" valign="top">{escape(row[0])}</th>'
    others = zip(sides[1:], row[1:], strict=True)
    return first + "".join(f'<td align="{side}" valign="top">{_lines(cell)}</td>' for side, cell in others)


def _lines(cell: str) -> str:
    """The lines of a cell; where a word is long it may be broken, so that a table keeps to the page."""
    marked = _LONG_WORD.sub("\\1\0", cell)
    return "<br>".join(escape(line).replace("\0", "<wbr>") for line in marked.split("\n"))


def _markdown_table(table: Table) -> str:
    rule = ["---" if table.is_text(i) else "---:" for i in range(len(table.header))]
    lines = [f"| {' | '.join(_markdown_cell(cell) for cell in row)} |" for row in [table.header, rule, *table.rows]]
    return "\n".join([f"**{table.caption}**\n" if table.caption else "", *lines]).strip()


def _markdown_cell(cell: str) -> str:
    plain = " ".join(cell.replace("\\", "\\\\").replace("|", "\\|").split())
    return plain.replace("<", "&lt;").replace("*", "\\*").replace("`", "\\`") if plain.strip(":-") else plain


def _anchor(title: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in title.lower())
