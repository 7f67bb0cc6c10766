"""Reads files of one JSON object a line, so that every fault is told with its file and line."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import DataError
from indexing.errors import QuestionError
from service.question import check_question


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object and where it stands; its getters name file, line, rule and cure when a field is wrong."""

    fields: Mapping[str, Any]
    file: Path
    line: int

    @property
    def place(self) -> str:
        """The file and line, as errors begin."""
        return f"{self.file}, line {self.line}"

    def text(self, name: str, *, default: str | None = None) -> str:
        """A field that is text.

        Raises:
            DataError: the field is missing and has no default, or is not text.
        """
        value = self.fields.get(name, default)
        if not isinstance(value, str):
            raise DataError(
                f'{self.place}: \'{name}\' must be a text, it is {_shown(value)}; write it as "{name}": "…"'
            )
        return value

    def items(self, name: str) -> list[Any]:
        """A field that is a list; empty where the field is not there.

        Raises:
            DataError: it is something else.
        """
        value = self.fields.get(name, [])
        if not isinstance(value, list):
            raise DataError(
                f"{self.place}: '{name}' must be a list, it is {_shown(value)}; write it as \"{name}\": […]"
            )
        return value

    def metadata(self, name: str) -> str:
        """A text of the object or of its "metadata"; "" where neither has it."""
        inner = self.fields.get("metadata")
        value = self.fields.get(name) or (inner.get(name) if isinstance(inner, dict) else None)
        return value if isinstance(value, str) else ""


def read_records(file: Path) -> Iterator[Record]:
    """The objects of a `.jsonl` file in order, with their line numbers; empty lines are left out.

    Raises:
        DataError: the file is missing, not UTF-8, or a line is no JSON object.
    """
    for number, line in read_lines(file):
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(
                f"{file}, line {number}: not JSON ({error.msg}, column {error.colno}); mend that line"
            ) from error
        if not isinstance(value, dict):
            raise DataError(
                f"{file}, line {number}: must be a JSON object, it is {_shown(value)}; write one {{…}} a line"
            )
        yield Record(value, file, number)


def read_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file that are not empty, each with its number from 1; `.gz` is unpacked.

    Raises:
        DataError: the file is missing or not UTF-8.
    """
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def read_text(file: Path) -> str:
    """The text of a UTF-8 file; `.gz` is unpacked.

    Raises:
        DataError: the file is missing, no file, not UTF-8, or not what its ending says.
    """
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        return raw.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise DataError(f"'{file}' is not a file that is there; give the path of the data") from error
    except PermissionError as error:
        raise DataError(f"'{file}' may not be read; give it to a user who may") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(f"{file}, line {line}: not UTF-8; save the file as UTF-8") from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"'{file}' ends in .gz but is not gzip; unpack it or name it otherwise") from error


def check_new(seen: dict[str, int], name: str, record_place: tuple[Path, int]) -> None:
    """Notes an id and its line in `seen`.

    Raises:
        DataError: the id stood on an earlier line.
    """
    file, line = record_place
    if name in seen:
        raise DataError(
            f"{file}, line {line}: id '{name}' stands on line {seen[name]} already; an id names one thing: change one"
        )
    seen[name] = line


def check_asked(question: str, place: str) -> None:
    """Checks that the service would take the question.

    Raises:
        DataError: it is empty, too long or not a text; tells its place.
    """
    try:
        check_question(question)
    except QuestionError as error:
        raise DataError(f"{place}: {error}") from error


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return "missing" if value is None else text if len(text) <= 40 else f"{text[:37]}…"
