"""Reads question sets in the project's own format: questions in several languages, evidence quoted from documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import DataError
from eval.lines import Record, check_asked, check_new, read_records
from indexing.types import Chunk, Document, Family

UNANSWERABLE = ("absent", "false-premise", "off-topic", "nonsense")  # kinds of question the documents do not answer
SPLITS = ("tune", "test")
_LANGUAGES = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a document answers: `document.text[start:end] == quote`."""

    document_id: str
    start: int
    end: int
    quote: str
    language: Family


@dataclass(frozen=True, slots=True)
class Question:
    """One question in one language; `item` names it together with its twins in other languages."""

    id: str
    item: str
    split: str
    kind: str
    tags: tuple[str, ...]
    language: str
    text: str
    evidence: tuple[Evidence, ...]
    answers: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.evidence)

    @property
    def directions(self) -> tuple[str, ...]:
        """Question language to evidence language, "no->en"; a nynorsk question counts as "no", and as "nn" apart."""
        sources = ("no", "nn") if self.language == "nn" else ("en",) if self.language == "en" else ("no",)
        targets = {evidence.language for evidence in self.evidence}
        target = "none" if not targets else "both" if len(targets) > 1 else next(iter(targets))
        return tuple(f"{source}->{target}" for source in sources)

    def relevant(self, chunks: Sequence[Chunk]) -> dict[str, int]:
        """Ids of the passages that hold at least half of the characters of an evidence quote, each with 1."""
        return {chunk.id: 1 for chunk in chunks if any(_holds(chunk, evidence) for evidence in self.evidence)}


def read_questions(file: Path, documents: Mapping[str, Document], *, split: str | None = None) -> list[Question]:
    """The questions of a set, in order, one for each language an item is written in; drafts are left out.

    Raises:
        DataError: a line is not as it must be, an id stands twice, or a quote is not in its document.
    """
    seen: dict[str, int] = {}
    questions: list[Question] = []
    for record in read_records(file):
        check_new(seen, record.text("id"), (file, record.line))
        if record.fields.get("draft") is True:
            continue  # of `python -m eval init`: somebody has yet to write the question
        found = _read_item(record, documents)
        questions.extend(question for question in found if split is None or question.split == split)
    if not questions:
        which = f"of split '{split}' " if split else ""
        raise DataError(f"{file} holds no question {which}to measure; add some, or choose another --split")
    return questions


def _read_item(record: Record, documents: Mapping[str, Document]) -> list[Question]:
    place, item = record.place, record.text("id")
    split, kind = record.text("split", default="test"), record.text("kind", default="other")
    if split not in SPLITS:
        raise DataError(f"{place}: split '{split}' is not known; splits are {', '.join(SPLITS)}")
    evidence = tuple(_read_evidence(record, entry, documents) for entry in record.items("evidence"))
    answers = _texts(record, "answers")
    if kind in UNANSWERABLE and (evidence or answers):
        raise DataError(
            f"{place}: kind '{kind}' has no answer in the documents, yet evidence or answers are given; empty both"
        )
    if kind not in UNANSWERABLE and not (evidence and answers):
        unanswerable = ", ".join(UNANSWERABLE)
        raise DataError(
            f"{place}: '{item}' has no {'answers' if evidence else 'evidence'}; give some, or a kind of {unanswerable}"
        )
    texts = record.fields.get("questions")
    if not isinstance(texts, dict) or not texts or not set(texts) <= set(_LANGUAGES):
        raise DataError(
            f'{place}: \'questions\' must map {", ".join(_LANGUAGES)} to texts; write "questions": {{"en": "…"}}'
        )
    if empty := [language for language, text in texts.items() if not isinstance(text, str) or not text.strip()]:
        raise DataError(f"{place}: the question in '{empty[0]}' is empty; write it, or take '{empty[0]}' out")
    for text in texts.values():
        check_asked(text, place)
    tags = _texts(record, "tags")
    return [
        Question(f"{item}/{language}", item, split, kind, tags, language, texts[language], evidence, answers)
        for language in _LANGUAGES
        if language in texts
    ]


def _read_evidence(record: Record, entry: Any, documents: Mapping[str, Document]) -> Evidence:
    place = record.place
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("document", "quote")):
        raise DataError(f'{place}: evidence must be objects with the texts "document" and "quote"; it is {entry!r}')
    document = documents.get(entry["document"])
    if document is None:
        known = ", ".join(sorted(documents)[:8])
        raise DataError(f"{place}: document '{entry['document']}' is not in the index; documents are {known}")
    start = document.text.find(entry["quote"]) if entry["quote"] else -1
    if start < 0:
        shown = entry["quote"][:60]
        raise DataError(
            f"{place}: the quote '{shown}' is not in document '{document.id}'; copy it from the indexed text"
        )
    language = _read_language(place, entry.get("language"), document)
    return Evidence(document.id, start, start + len(entry["quote"]), entry["quote"], language)


def _read_language(place: str, told: Any, document: Document) -> Family:
    """The language of a quote: as told, or that of a document in one language."""
    if told is None and len(document.languages) == 1:
        told = document.languages[0]
    if told in ("no", "nb", "nn"):
        return "no"
    if told != "en":
        raise DataError(f"{place}: evidence language {told!r} must be 'no' or 'en'; add \"language\" to the evidence")
    return "en"


def _texts(record: Record, name: str) -> tuple[str, ...]:
    values = record.items(name)
    if any(not isinstance(value, str) or not value.strip() for value in values):
        raise DataError(f"{record.place}: '{name}' must be a list of texts that are not empty; mend it")
    return tuple(values)


def _holds(chunk: Chunk, evidence: Evidence) -> bool:
    if chunk.document_id != evidence.document_id:
        return False
    inside = min(chunk.end, evidence.end) - max(chunk.start, evidence.start)
    return 2 * inside >= evidence.end - evidence.start
