"""The rows of a `.jsonl.gz`: questions with their texts, whether these stand beside them or in another file."""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


def read_rows(file: Path) -> list[Row]:
    """All rows, each with its text.

    A question `of` the text of another file has the `text_key` of that text for it; where no text beside has that key,
    the question is left out.
    """
    rows = _lines(file)

    @cache
    def texts_of(name: str) -> Mapping[str, Row]:
        beside = file.with_name(f"{name}.jsonl.gz")
        return {text_key(row["context"]): row for row in _lines(beside)} if beside.exists() else {}

    return [whole for whole in (_with_text(row, texts_of(row["of"])) if "of" in row else row for row in rows) if whole]


def text_key(text: str) -> str:
    """What tells a text from all others: 16 hexadecimal digits, of its words alone."""
    return blake2b(" ".join(text.split()).encode(), digest_size=8).hexdigest()


def _with_text(row: Row, texts: Mapping[str, Row]) -> Row | None:
    text = texts.get(row["text"])
    return {**row, "lang": text["lang"], "context": text["context"]} if text else None


def _lines(file: Path) -> list[Row]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
