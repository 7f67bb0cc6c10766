"""Keeps the tables of the README equal to the committed results: each stands between two markers that name it."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.errors import DataError
from eval.terminal import number, numbers_rows
from indexing.encode import BUNDLED

_SECTION = re.compile(r"(<!-- results:([a-z0-9._/*-]+) -->\n).*?(<!-- /results:\2 -->)", re.DOTALL)
_OPENING = re.compile(r"<!-- results:([a-z0-9._/*-]+) -->")
_SHOWN = {"retrieval": ("ndcg@10",), "reading": ("sentence", "f1"), "bitext": ("accuracy",)}  # in the overview
_MODES = ("hybrid", "dense", "lexical", "translated")
_COLUMNS = (*_MODES, "bm25-english")


def refresh(text: str, results: Path) -> str:
    """The text with the table between `<!-- results:FILE/PART -->` and `<!-- /results:FILE/PART -->` made anew.

    FILE is a result in the folder without its ending, PART one of the tables a result holds. `FILE*/overview` is one
    table over all results whose names begin so.

    Raises:
        DataError: a marker names no result or no part, or is not closed.
    """
    closed = [match[2] for match in _SECTION.finditer(text)]
    if unclosed := [name for name in _OPENING.findall(text) if name not in closed]:
        raise DataError(
            f"marker results:{unclosed[0]} is not closed; add <!-- /results:{unclosed[0]} --> under its table"
        )
    return _SECTION.sub(lambda match: f"{match[1]}{_render(match[2], results)}\n{match[3]}", text)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, rule, *rows])


def _render(name: str, results: Path) -> str:
    file, _, part = name.partition("/")
    path = results / f"{file}.json"
    if part == "overview":
        return _overview([json.loads(found.read_text("utf-8")) for found in sorted(results.glob(f"{file}.json"))], name)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in results.glob("*.json"))) or "none"
        raise DataError(f"marker results:{name} names no file: '{path}' is not there; results are {known}")
    if part not in _PARTS:
        raise DataError(f"marker results:{name} names no table '{part}'; tables are {', '.join(_PARTS)}")
    result = json.loads(path.read_text("utf-8"))
    if part != "source" and part not in result:
        raise DataError(f"marker results:{name} names a table that '{path}' does not hold; measure it, or take it out")
    return _PARTS[part](result)


def _overview(results: Sequence[Mapping[str, Any]], name: str) -> str:
    """One row per data set, encoder and main measure of what was measured, over all its questions."""
    if not results:
        raise DataError(f"marker results:{name} names no file; put results there that --json wrote")
    rows = [
        row
        for result in results
        for kind, measures in _SHOWN.items()
        if kind in result
        for measure in measures
        for row in _overview_rows(result, kind, measure)
    ]
    commands = [f"    {result['command']}" for result in results]
    table = markdown_table(["data", "n", "encoder", "measure", *_COLUMNS], rows)
    return "\n".join([table, "", *commands])


def _overview_rows(result: Mapping[str, Any], kind: str, measure: str) -> list[list[str]]:
    systems = result[kind]
    main = result.get("encoders", [BUNDLED])[0]  # results older than the field are of the bundled encoder
    encoders: dict[tuple[str, str], dict[str, float]] = {}
    n = 0.0
    for system, table in systems.items():
        values = table if kind == "bitext" else table["all"]
        mode, _, label = system.removesuffix(")").partition(" (")
        told, column = (measure, mode) if kind == "retrieval" else (f"{measure}, {mode}", "hybrid")
        if kind == "bitext":
            told, label, column = measure, mode, "dense"
        encoders.setdefault((label or main, told), {})[column] = values[measure]
        n = values["n"]
    return [
        [result["dataset"]["name"], f"{n:.0f}", label, told, *(number(found.get(c), c) for c in _COLUMNS)]
        for (label, told), found in encoders.items()
    ]


def _retrieval(result: Mapping[str, Any]) -> str:
    """One row per direction, recall@5 of each mode side by side, the other measures for hybrid."""
    retrieval = result["retrieval"]
    modes = [mode for mode in _MODES if mode in retrieval] + sorted(set(retrieval) - set(_MODES))
    others = [name for name in retrieval[modes[0]]["all"] if name not in ("n", "recall@5")]
    header = ["direction", "n", *(f"recall@5 {mode}" for mode in modes), *(f"{name} {modes[0]}" for name in others)]
    rows = [
        [
            direction,
            number(values["n"], "n"),
            *(number(retrieval[mode][direction]["recall@5"], "recall@5") for mode in modes),
            *(number(values[name], name) for name in others),
        ]
        for direction, values in retrieval[modes[0]].items()
    ]
    return markdown_table(header, rows)


def _numbers(part: str, label: str) -> Callable[[Mapping[str, Any]], str]:
    def render(result: Mapping[str, Any]) -> str:
        table = result[part]
        names, rows = numbers_rows(table)
        return markdown_table([label, *names], rows)

    return render


def _source(result: Mapping[str, Any]) -> str:
    environment, index = result["environment"], result["environment"]["index"]
    state = " with local changes" if environment["dirty"] else ""
    return (
        f"`{result['command']}`: {result['dataset']['questions']} questions, {index['documents']} documents, "
        f"{index['chunks']} passages, encoder {index['encoder']['name']} ({index['encoder']['weights_hash']}), "
        f"commit {environment['commit']}{state}, {environment['machine']}. "
        f"Citations exact: {result['citations']['exact']:.1%} of {result['citations']['n']}."
    )


_LABELS = {
    "answers": "direction",
    "abstention": "kind",
    "latency_ms": "step",
    "bitext": "encoder",
    "bias": "questions in",
}
_PARTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "retrieval": _retrieval,
    **{part: _numbers(part, label) for part, label in _LABELS.items()},
    "source": _source,
}
