"""Reads questions with the context that answers them: SQuAD 1.1 and 2.0 JSON, MLQA's direction files, jsonl."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.beir import family_of
from eval.errors import DataError
from eval.lines import check_asked, check_new, read_records, read_text

_MLQA_NAME = re.compile(r"context-([a-z]{2,3})-question-([a-z]{2,3})")


@dataclass(frozen=True, slots=True)
class Item:
    """One question and its context; no answers mean that the context does not answer.

    MLQA gives one id to a question in all of its files: there it is followed by the direction, "56f7/en-no".

    Languages are "no", "en" or another code, "" where neither the data nor the file name tells.
    """

    id: str
    question: str
    context: str
    answers: tuple[str, ...]
    question_language: str
    context_language: str


def read_reading(file: Path) -> list[Item]:
    """The items of a file, in order: `.json` is SQuAD's form, anything else one object a line.

    Raises:
        DataError: the file is not as it must be, an id stands twice, or an answer is not in its context.
    """
    items = list(_read_jsonl(file) if ".json" not in file.suffixes[-2:] else _read_squad(file))
    if not items:
        raise DataError(f"{file} holds no question; see docs/evaluation.md for the forms")
    return items


def _read_jsonl(file: Path) -> Iterator[Item]:
    seen: dict[str, int] = {}
    for record in read_records(file):
        check_new(seen, record.text("id"), (file, record.line))
        yield _make_item(file, record.place, record.fields, record.text("context"), record.metadata("lang"))


def _read_squad(file: Path) -> Iterator[Item]:
    try:
        content = json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise DataError(f"{file}, line {error.lineno}: not JSON ({error.msg}); mend that line") from error
    articles = content.get("data") if isinstance(content, dict) else None
    if not isinstance(articles, list):
        raise DataError(
            f'{file}, line 1: must be an object with a list "data", as SQuAD has it; name other forms .jsonl'
        )
    seen: set[str] = set()
    for a, article in enumerate(articles):
        for p, paragraph in enumerate(_list(file, f"data[{a}]", article, "paragraphs")):
            for q, entry in enumerate(_list(file, f"data[{a}].paragraphs[{p}]", paragraph, "qas")):
                where = f"{file}, data[{a}].paragraphs[{p}].qas[{q}]"
                item = _make_item(file, where, entry, paragraph.get("context"), "")
                if item.id in seen:
                    raise DataError(f"{where}: id '{item.id}' stands twice; an id names one question: change one")
                seen.add(item.id)
                yield item


def _list(file: Path, where: str, value: Any, name: str) -> list[Any]:
    if not isinstance(value, dict) or not isinstance(value.get(name), list):
        raise DataError(f'{file}, {where}: must be an object with a list "{name}"; see docs/evaluation.md')
    return list(value[name])


def _make_item(file: Path, where: str, entry: Any, context: Any, language: str) -> Item:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("id", "question")):
        raise DataError(f'{where}: must be an object with the texts "id" and "question"; mend it')
    if not isinstance(context, str) or not context.strip():
        raise DataError(f'{where}: "context" must be a text that is not empty; mend it')
    impossible = bool(entry.get("is_impossible", False))
    answers = () if impossible else tuple(dict.fromkeys(_answers(where, entry, context)))
    if (
        not answers and not impossible and not isinstance(entry.get("answers"), dict)
    ):  # the hub's form has no such field
        raise DataError(f'{where}: has no "answers"; give some, or "is_impossible": true')
    check_asked(entry["question"], where)
    named = _MLQA_NAME.search(file.name)
    context_language, question_language = (family_of(code) for code in (named.groups() if named else [language] * 2))
    name = f"{entry['id']}/{question_language}-{context_language}" if named else entry["id"]
    return Item(name, entry["question"], context, answers, question_language, context_language)


def _answers(where: str, entry: Mapping[str, Any], context: str) -> Iterator[str]:
    given = entry.get("answers", [])
    if isinstance(given, dict):  # as the hub has them: {"text": […], "answer_start": […]}
        given = given.get("text", [])
    if not isinstance(given, list):
        raise DataError(f'{where}: "answers" must be a list; write [{{"text": "…", "start": 0}}]')
    for answer in given:
        text = answer.get("text") if isinstance(answer, dict) else answer
        if not isinstance(text, str) or not text.strip():
            raise DataError(f'{where}: an answer must have a "text" that is not empty, it is {answer!r}; mend it')
        if text.strip() not in context:
            raise DataError(f"{where}: answer '{text[:60]}' is not in its context; copy it from there")
        yield text.strip()
