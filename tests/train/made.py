"""Files of questions as the training reads them, made for a test."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_rows(file: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Writes the rows, one JSON object a line, and gives the file back."""
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return file
