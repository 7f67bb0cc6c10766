"""The development sets: what is measured on, and never trained on."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

_FIRST_PAIRS = 1_000  # of Tatoeba, as published figures have it


def read_bitext(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """The pairs of each `tatoeba_*.tsv.gz`, English first; at most 1,000."""
    bitext = {}
    for file in sorted(folder.glob("tatoeba_*.tsv.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines]
        bitext[file.name.removesuffix(".tsv.gz")] = [(row[0], row[1]) for row in rows[:_FIRST_PAIRS]]
    return bitext


def read_texts(folder: Path) -> Iterator[str]:
    """All text of the sets: translations, questions and contexts of `*.jsonl`, queries and passages of BEIR folders."""
    for file in sorted(folder.glob("tatoeba_*.tsv.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield from line.rstrip("\n").split("\t")[:2]
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield row["question"]
            yield row["context"]
    for file in sorted(folder.glob("*/corpus.jsonl")) + sorted(folder.glob("*/queries.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            yield json.loads(line)["text"]
