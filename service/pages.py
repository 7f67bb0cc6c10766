"""The HTML pages: search, document, API; pure, everything escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from indexing.store import Index
from indexing.types import Block, Document
from service.schemas import AskResponse

_TEMPLATES = Environment(
    loader=PackageLoader("service"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a block, marked or not."""

    text: str
    marked: bool
    first: bool = False  # where the page scrolls to


def home(index: Index, *, question: str = "", problem: str = "", reply: AskResponse | None = None) -> str:
    """The search page, with the answer when there is one."""
    documents = list(index.documents.values())
    answer = None
    if reply is not None and reply.answer is not None:
        answer = mark_span(reply.answer.text, reply.answer.span, reply.citations[0].start)
    return _TEMPLATES.get_template("home.html").render(
        question=question, problem=problem, reply=reply, answer=answer, documents=documents
    )


def document(document: Document, start: int, end: int) -> str:
    """The document as a page, `text[start:end]` marked; an empty or impossible span marks nothing."""
    blocks = [(block, mark_block(document.text, block, start, end)) for block in document.blocks]
    first = next((parts for _, parts in blocks if any(p.marked for p in parts)), None)
    return _TEMPLATES.get_template("document.html").render(document=document, blocks=blocks, first=first)


def docs(openapi: Mapping[str, Any]) -> str:
    """The API, route by route, without scripts from elsewhere."""
    return _TEMPLATES.get_template("docs.html").render(api=openapi)


def mark_block(text: str, block: Block, start: int, end: int) -> list[Part]:
    """The block in parts: what lies in [start, end) is marked."""
    left, right = max(block.start, start), min(block.end, end)
    if left >= right:
        return [Part(text[block.start : block.end], False)]
    parts = [
        Part(text[block.start : left], False),
        Part(text[left:right], True, first=start >= block.start),
        Part(text[right : block.end], False),
    ]
    return [part for part in parts if part.text]


def mark_span(sentence: str, span: Any, offset: int) -> list[Part]:
    """The sentence in parts, with the span marked; `offset` is where the sentence begins in the document."""
    if span is None:
        return [Part(sentence, False)]
    left, right = span.start - offset, span.end - offset
    parts = [Part(sentence[:left], False), Part(sentence[left:right], True), Part(sentence[right:], False)]
    return [part for part in parts if part.text]
