"""Writes a starter question set: drafts with evidence from the documents, and one for every answer marked wrong."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.lines import read_records
from indexing.language import Detector, family
from indexing.store import Index
from indexing.types import BlockKind, Chunk, Document, Language, Sentence
from service.expect import Expected
from service.values import find_values

PER_DOCUMENT = 10  # drafts from each document, spread over its length
_QUOTED = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW})
_SHORT, _LONG = 40, 300  # characters of a quote worth asking about
_KINDS = (Expected.AMOUNT, Expected.PERCENTAGE, Expected.DATE, Expected.PERSON, Expected.COUNT)  # rare before common


def draft_questions(index: Index, *, per_document: int = PER_DOCUMENT) -> list[dict[str, Any]]:
    """Drafts with evidence and a proposed answer from each document; somebody writes the questions."""
    drafts = []
    for document in index.documents.values():
        sentences = list(_quotable(document, [c for c in index.chunks if c.document_id == document.id]))
        chosen = _spread(sentences, per_document)
        for number, (chunk, sentence) in enumerate(chosen, start=1):
            drafts.append(_draft(f"{document.id}-{number:03d}", document, chunk, sentence))
    return drafts


def draft_feedback(file: Path) -> list[dict[str, Any]]:
    """A draft for every answer of a feedback file that did not help, in order; each answer once.

    Its question, where the service may log questions, stands under the language it is written in.

    Raises:
        DataError: the file is not as it must be.
    """
    drafts: dict[str, dict[str, Any]] = {}
    detector = Detector()
    for record in read_records(file):
        answer_id = record.text("answer_id")
        if record.fields.get("helpful") is False:
            question = record.text("question", default="")
            code = detector.detect(question).code
            drafts[answer_id] = {
                "id": f"feedback-{answer_id}",
                "draft": True,
                "split": "tune",
                "kind": "other",
                "tags": ["feedback"],
                "note": record.text("reason", default="") or "marked wrong",
                "questions": {"nb": "", "en": "", "nb" if code == "und" else code: question},
                "evidence": [],
                "answers": [],
            }
    return list(drafts.values())


def as_lines(drafts: Sequence[Mapping[str, Any]]) -> str:
    """The drafts, one JSON object a line."""
    return "".join(json.dumps(draft, ensure_ascii=False) + "\n" for draft in drafts)


def _quotable(document: Document, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, Sentence]]:
    for chunk in chunks:
        for sentence in chunk.sentences:
            long_enough = _SHORT <= sentence.end - sentence.start <= _LONG
            once = document.text.count(document.text[sentence.start : sentence.end]) == 1
            if sentence.kind in _QUOTED and long_enough and once:
                yield chunk, sentence


def _spread(sentences: Sequence[tuple[Chunk, Sentence]], wanted: int) -> list[tuple[Chunk, Sentence]]:
    step = max(1, len(sentences) // max(1, wanted))
    return list(sentences[step // 2 :: step][:wanted])


def _draft(name: str, document: Document, chunk: Chunk, sentence: Sentence) -> dict[str, Any]:
    quote = document.text[sentence.start : sentence.end]
    kind, answer = _propose(quote, chunk.language)
    return {
        "id": name,
        "draft": True,
        "split": "tune",
        "kind": kind,
        "tags": [],
        "questions": {"nb": "", "en": ""},
        "evidence": [{"document": document.id, "quote": quote, "language": family(chunk.language) or "en"}],
        "answers": [answer],
    }


def _propose(quote: str, language: Language) -> tuple[str, str]:
    """The kind and text of a likely answer: a value in the quote, or all of it."""
    for expected in _KINDS:
        values = find_values(quote, expected, language=language)
        if values:
            start, end = values[0]
            return expected.value, quote[start:end]
    return "other", quote
