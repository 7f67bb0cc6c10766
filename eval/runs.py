"""Writes what a run leaves, whole or not at all: metrics.json, per_query.jsonl, run.trec, the reports."""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.errors import DataError
from eval.measured import ALL, Measured, Ranked
from eval.metrics import rank

_CODES = {"no": "nob-Latn", "nn": "nno-Latn", "en": "eng-Latn"}
TIMINGS = ("seconds", "latency_ms", "peak_memory_mb")  # of a result: all that two equal runs differ in
_BLANK = re.compile(r"\s")


def write_run(folder: Path, measured: Measured, reports: Mapping[str, str]) -> None:
    """Writes the files of a run into its folder, in place of those of the run before.

    Args:
        folder: Made where it is not there; other files in it stay.
        measured: The run.
        reports: File name to content, written beside.
    """
    files = {
        "metrics.json": as_json(metrics(measured.result)) + "\n",
        "timing.json": as_json({name: measured.result.get(name) for name in TIMINGS}) + "\n",
        "per_query.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in measured.rows),
        **{
            _run_name(position, name): trec(ranked, name)
            for position, (name, ranked) in enumerate(measured.rankings.items())
        },
        **reports,
    }
    writing = folder.with_name(f".{folder.name}-{os.getpid()}")
    writing.mkdir(parents=True)
    try:
        for name, content in files.items():
            (writing / name).write_text(content, "utf-8")
        folder.mkdir(exist_ok=True)
        for name in files:
            os.replace(writing / name, folder / name)
    finally:
        shutil.rmtree(writing)


def summary(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result without its values per query: small, and with no word of the data's questions."""
    return {key: value for key, value in result.items() if key != "per_query"}


def write_json(file: Path, result: Mapping[str, Any]) -> None:
    """Writes one JSON object, whole or not at all."""
    write_text(file, as_json(result) + "\n")


def write_text(file: Path, text: str) -> None:
    """Writes a file, whole or not at all; makes its folder where it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    writing = file.with_name(f".{file.name}-{os.getpid()}")
    writing.write_text(text, "utf-8")
    os.replace(writing, file)


def check_writable(path: Path) -> None:
    """Checks that a file or folder can be made here, before anything is measured for it; makes nothing itself.

    Raises:
        DataError: it cannot be.
    """
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise DataError(f"'{path}' cannot be written ('{folder}' is no folder); give another path")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise DataError(f"'{path}' cannot be written; give a path you may write to")


def metrics(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result in the form of an MTEB task result: one subset per direction, scores of the first system.

    The rest of the result stands under "kildesvar"; "evaluation_time" is the one timing.
    """
    table = main_table(result)
    split = result["dataset"].get("split", "test")
    return {
        "task_name": result["dataset"]["name"],
        "dataset_revision": result["dataset"]["digest"],
        "mteb_version": None,
        "scores": {split: [_subset(direction, values) for direction, values in table.items()]},
        "evaluation_time": result["seconds"],
        "kg_co2_emissions": None,
        "kildesvar": {key: value for key, value in result.items() if key not in (*TIMINGS, "per_query")},
    }


def trec(rankings: Sequence[Ranked], tag: str) -> str:
    """Lines `query Q0 id rank score tag`, best first; blanks in ids are written as %20.

    Scores are written as the 32-bit floats that trec_eval reads, so that it sees the ties we see.
    """
    tag = _BLANK.sub("-", tag)
    return "".join(
        f"{_id(r.query_id)} Q0 {_id(name)} {position} {np.float32(r.scores[name])!s} {tag}\n"
        for r in rankings
        for position, name in enumerate(rank(r.scores), start=1)
    )


def main_table(result: Mapping[str, Any]) -> Mapping[str, Mapping[str, float]]:
    """The measures of the first system by direction, whatever was measured."""
    for part in ("retrieval", "reading"):
        if part in result:
            table: Mapping[str, Mapping[str, float]] = next(iter(result[part].values()))
            return table
    return {ALL: next(iter(result["bitext"].values()))}


def _subset(direction: str, values: Mapping[str, float]) -> dict[str, Any]:
    named = {name.replace("@", "_at_").replace("->", "_to_"): value for name, value in values.items()}
    main = next(name for name in ("ndcg_at_10", "f1", "accuracy") if name in named)
    languages = (
        [_CODES.get(code, code) for code in direction.split("->")] if "->" in direction else sorted(_CODES.values())
    )
    subset = "default" if direction == ALL else direction.replace("->", "-")
    return {"hf_subset": subset, "languages": languages, "main_score": named[main], **named}


def _run_name(position: int, name: str) -> str:
    return "run.trec" if position == 0 else f"run.{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}.trec"


def _id(name: str) -> str:
    return _BLANK.sub("%20", name)


def as_json(result: Mapping[str, Any]) -> str:
    """The result as one JSON object, its values per query one query a line."""
    head = json.dumps(summary(result), ensure_ascii=False, indent=1)
    if "per_query" not in result:
        return head
    rows = (f"  {_line(name)}: {_line(row)}" for name, row in result["per_query"].items())
    return head.removesuffix("\n}") + ',\n "per_query": {\n' + ",\n".join(rows) + "\n }\n}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
