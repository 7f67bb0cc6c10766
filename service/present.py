"""How replies and documents become the JSON of the contract; pure."""

import hashlib
import json
from collections.abc import Mapping
from urllib.parse import quote as percent_encode

from indexing.store import Index
from indexing.types import Document
from service.calibration import Calibration
from service.explain import explain
from service.schemas import (
    AnswerOut,
    AskResponse,
    CitationOut,
    DocumentOut,
    ExplainedResponse,
    LanguageOut,
    PassageOut,
    SpanOut,
    TimingOut,
)
from service.types import Hit, Reply


def ask_response(reply: Reply, index: Index) -> AskResponse:
    """The reply as JSON."""
    answer, citation = reply.answer, reply.answer.citation
    shown = None
    citations = []
    if citation is not None:
        span = answer.span
        document = index.documents[citation.document_id]
        language = citation.chunk.language
        shown = AnswerOut(
            text=citation.quote,
            language=language,
            span=SpanOut(text=span.text, start=span.start, end=span.end) if span else None,
            confidence=round(answer.confidence, 3),
            citation=1,
        )
        citations = [
            CitationOut(
                number=1,
                document_id=document.id,
                title=document.title,
                language=language,
                source=document.source,
                start=citation.start,
                end=citation.end,
                quote=citation.quote,
                url=passage_url(document.id, citation.start, citation.end),
            )
        ]
    return AskResponse(
        id=reply_id(reply, index),
        question=reply.question,
        language=LanguageOut(code=reply.language.code, source="given" if reply.language_given else "detected"),
        outcome=answer.outcome.value,
        answer=shown,
        citations=citations,
        passages=passages_out(reply.hits, index.documents),
        timing_ms=TimingOut(
            total=round(reply.timing.total, 2),
            encode=round(reply.timing.encode, 2),
            retrieve=round(reply.timing.retrieve, 2),
            read=round(reply.timing.read, 2),
        ),
    )


def explained_response(reply: Reply, index: Index, calibration: Calibration) -> ExplainedResponse:
    """The same, and how it came about."""
    told = ask_response(reply, index)
    return ExplainedResponse(**dict(told), explanation=explain(reply, calibration))


def passages_out(hits: tuple[Hit, ...], documents: Mapping[str, Document]) -> list[PassageOut]:
    """The hits as JSON, ranks from 1."""
    return [
        PassageOut(
            rank=rank,
            document_id=hit.chunk.document_id,
            title=documents[hit.chunk.document_id].title,
            language=hit.chunk.language,
            context=hit.chunk.context,
            start=hit.chunk.start,
            end=hit.chunk.end,
            text=hit.chunk.text,
            score=round(hit.score, 4),
            rank_dense=hit.rank_dense,
            rank_lexical=hit.rank_lexical,
            rank_translated=hit.rank_translated,
            url=passage_url(hit.chunk.document_id, hit.chunk.start, hit.chunk.end),
        )
        for rank, hit in enumerate(hits, start=1)
    ]


def document_out(document: Document, index: Index) -> DocumentOut:
    """A document without its text."""
    rows = index.rows_of[document.id]
    languages = document.languages or sorted({index.chunks[row].language for row in rows} - {"und"})
    return DocumentOut(
        id=document.id,
        title=document.title,
        languages=list(languages),
        source=document.source,
        publisher=document.publisher,
        date=document.date,
        kind=document.kind,
        characters=len(document.text),
        chunks=len(rows),
    )


def passage_url(document_id: str, start: int, end: int) -> str:
    """The page of the document with the passage marked, scrolled to."""
    return f"/documents/{percent_encode(document_id)}?start={start}&end={end}#passage"


def reply_id(reply: Reply, index: Index) -> str:
    """16 hexadecimal digits: the same question to the same index gets the same."""
    asked = [reply.question, reply.language.code, [hit.chunk.id for hit in reply.hits], index.manifest.get("version")]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
