"""Texts that must not be the same: what the service is measured with, and what was written for the training."""

import gzip
import json
from pathlib import Path
from typing import Any

import indexing.train
from eval.options import QUESTIONS

WRITTEN = Path(indexing.train.__file__).parent / "text"
_NAMES = ("own", "documents", "articles", "reports", "policies", "neighbours")


def measured_with(corpus: Path) -> list[str]:
    """The documents, and the questions of the question set in every language."""
    documents = [file.read_text("utf-8") for file in sorted(corpus.glob("*.txt"))]
    with QUESTIONS.open(encoding="utf-8") as lines:
        return documents + [text for line in lines for text in json.loads(line)["questions"].values()]


def written_questions() -> list[dict[str, Any]]:
    """The questions written for the training about passages and documents that were written for it too."""
    return [row for name in _NAMES for row in rows_of(name)]


def asked_questions() -> list[dict[str, Any]]:
    """The questions written for the training about public texts."""
    return rows_of("asked")


def written_texts() -> list[str]:
    """All that was written for the training: every question, and the passages of those that have one of its own."""
    texts = [row[field] for row in written_questions() for field in ("question", "context")]
    return texts + [row["question"] for row in asked_questions()]


def rows_of(name: str) -> list[dict[str, Any]]:
    """The questions of one file."""
    with gzip.open(WRITTEN / "qa" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
