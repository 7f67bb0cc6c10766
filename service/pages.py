"""The HTML pages: search, document, embed, API; pure, everything escaped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from indexing.store import Index
from indexing.types import Block, BlockKind, Document
from service.embed import Script, snippet
from service.phrases import LANGUAGES, PageLanguage, phrases
from service.schemas import AskResponse
from service.suggest import heading_id, language_at

_TEMPLATES = Environment(
    loader=PackageLoader("service"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TAGS = {BlockKind.HEADING: "h2", BlockKind.ITEM: "li"}  # all others are paragraphs


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a block, marked or not."""

    text: str
    marked: bool
    first: bool = False  # where the page scrolls to


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block as the page shows it; `id` names headings, `lang` is None where it is the document's own."""

    tag: str
    kind: str
    id: str | None
    lang: str | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that follow each other and have the same tag: the items of one list, say."""

    tag: str
    views: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the table of contents."""

    id: str
    text: str
    level: int
    lang: str | None


def home(
    index: Index,
    *,
    language: PageLanguage,
    script: Script,
    address: str,
    help_url: str = "",
    examples: Sequence[tuple[str, str]] = (),
    question: str = "",
    refused: bool = False,
    reply: AskResponse | None = None,
) -> str:
    """The search page, with the answer when there is one, and what puts the box on somebody else's page.

    `address` is the service's, as the reader reaches it; `examples` are questions to offer, with their languages;
    `refused` is a question that cannot be asked.
    """
    words = phrases(language)
    answer = None
    if reply is not None and reply.answer is not None:
        answer = mark_span(reply.answer.text, reply.answer.span, reply.citations[0].start)

    def foreign(found: str) -> str:
        asked = _family(reply.language.code) if reply is not None else ""
        return _family(found) if asked and asked != _family(found) else ""

    return _TEMPLATES.get_template("home.html").render(
        language=language,
        words=words,
        all_words={code: phrases(code) for code in LANGUAGES},
        question=question,
        problem=words["rejected"] if refused else "",
        reply=reply,
        answer=answer,
        foreign=foreign,
        documents=list(index.documents.values()),
        document_facts=lambda document: _facts(document, words),
        examples=examples,
        help_url=help_url,
        address=address,
        script=script,
        snippet=snippet(address, script, language=language),
    )


def document(index: Index, document_id: str, start: int, end: int, *, language: PageLanguage) -> str:
    """The document as a page, `text[start:end]` marked; an empty or impossible span marks nothing."""
    document, words = index.documents[document_id], phrases(language)
    own = document.languages[0] if document.languages else None
    starts = [(chunk.start, chunk.language) for chunk in index.chunks if chunk.document_id == document_id]
    views = []
    for block in document.blocks:
        found = language_at(starts, block.start)
        lang = found if found not in ("und", own) else None
        views.append(_view(block, mark_block(document.text, block, start, end), lang=lang))
    marked = any(part.marked for view in views for part in view.parts)
    return _TEMPLATES.get_template("document.html").render(
        language=language,
        words=words,
        document=document,
        document_language=own,
        document_facts=lambda document: _facts(document, words),
        web_source=document.source if document.source.startswith(("https://", "http://")) else "",
        groups=[Group(tag, tuple(members)) for tag, members in groupby(views, key=lambda view: view.tag)],
        headings=_contents(views),
        marked=marked,
    )


def embed(*, language: PageLanguage, theme: str, origins: Iterable[str], help_url: str) -> str:
    """The box alone, for an iframe on the pages of `origins`."""
    return _TEMPLATES.get_template("embed.html").render(
        language=language, words=phrases(language), theme=theme, origins=origins, help_url=help_url
    )


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
        Part(text[left:right], True, first=not text[start:left].strip()),
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


def _view(block: Block, parts: list[Part], *, lang: str | None) -> BlockView:
    heading = block.kind is BlockKind.HEADING
    tag = "h3" if heading and block.context else _TAGS.get(block.kind, "p")
    return BlockView(tag, block.kind.value, heading_id(block) if heading else None, lang, tuple(parts))


def _contents(views: Iterable[BlockView]) -> list[Heading]:
    headings = [view for view in views if view.id is not None]
    return [
        Heading(view.id or "", " ".join("".join(part.text for part in view.parts).split()), int(view.tag[1]), view.lang)
        for view in headings
    ]


def _facts(document: Document, words: Mapping[str, str]) -> list[str]:
    languages = ", ".join(words[code] for code in document.languages)
    return [fact for fact in (document.publisher, document.date, document.kind, languages) if fact]


def _family(code: str) -> str:
    return {"en": "en", "nb": "no", "nn": "no"}.get(code, "")
