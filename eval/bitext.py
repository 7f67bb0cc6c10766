"""Measures how well an encoder matches translations: for every sentence, is its translation the nearest of all?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.errors import DataError
from eval.lines import read_lines
from eval.measured import Measured, Progress, mean
from indexing.encode import Encoder

_BLOCK = 1024  # sentences compared with all others at once

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation."""

    first: str
    second: str


def read_pairs(file: Path) -> list[Pair]:
    """The pairs of a tab-separated file, `.gz` unpacked; columns after the second are left out.

    Raises:
        DataError: the file is missing, or a line has not two columns with text.
    """
    pairs = []
    for number, line in read_lines(file):
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) < 2 or not columns[0] or not columns[1]:
            raise DataError(f"{file}, line {number}: must be a sentence, a tab and its translation; mend that line")
        pairs.append(Pair(columns[0], columns[1]))
    if not pairs:
        raise DataError(f"{file} holds no pair; write a sentence, a tab and its translation on each line")
    return pairs


def run_bitext(encoders: dict[str, Encoder], pairs: Sequence[Pair], *, on_progress: Progress | None = None) -> Measured:
    """Accuracy of every encoder, both ways."""
    hits = {name: _hits(encoder, pairs, on_progress) for name, encoder in encoders.items()}
    result: dict[str, Any] = {
        "bitext": {
            name: {
                "n": len(pairs),
                "first->second": mean([float(h) for h in forward]),
                "second->first": mean([float(h) for h in backward]),
                "accuracy": mean([float(h) for h in (*forward, *backward)]),
            }
            for name, (forward, backward) in hits.items()
        }
    }
    main = next(iter(hits))
    rows = [
        {
            "id": f"{number:06d}{way}",
            "directions": [direction],
            "question": pair.first if way == "a" else pair.second,
            "gold": [{"document": f"pair {number}", "quote": pair.second if way == "a" else pair.first}],
            "measures": {main: {"accuracy": float(hits[main][column][number - 1])}},
            "main": main,
        }
        for number, pair in enumerate(pairs, start=1)
        for column, (way, direction) in enumerate((("a", "first->second"), ("b", "second->first")))
    ]
    return Measured(result, rows, {})


def _hits(encoder: Encoder, pairs: Sequence[Pair], on_progress: Progress | None) -> tuple[list[bool], list[bool]]:
    first, second = [pair.first for pair in pairs], [pair.second for pair in pairs]
    texts = list(dict.fromkeys([*first, *second]))
    rows = {text: row for row, text in enumerate(texts)}
    vectors = np.stack([encoded.vector for encoded in encoder.encode_passages(texts, on_progress=on_progress)])
    a, b = vectors[[rows[text] for text in first]], vectors[[rows[text] for text in second]]
    return _nearest_is_own(a, b, second), _nearest_is_own(b, a, first)


def _nearest_is_own(queries: Matrix, targets: Matrix, texts: Sequence[str]) -> list[bool]:
    """Whether the nearest target by cosine has the words of the query's own; equal cosines go to the first."""
    found: list[bool] = []
    for start in range(0, len(queries), _BLOCK):
        nearest = (queries[start : start + _BLOCK] @ targets.T).argmax(axis=1)
        found.extend(texts[int(row)] == texts[start + i] for i, row in enumerate(nearest))
    return found
