"""The JSON of the HTTP contract, and how a reply becomes it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote as percent_encode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from indexing.store import Index
from indexing.types import Document
from service.types import Hit, Reply

LanguageCode = Literal["nb", "nn", "no", "en"]


def _check_whole(text: str) -> str:
    """The text itself; JSON can carry half a character (a lone surrogate), which no file and no reply can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"holds half a character, U+{ord(text[error.start]):04X}; send whole ones") from error
    return text


Text = Annotated[str, AfterValidator(_check_whole)]


class AskRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(
        description="In Norwegian or English, at most 500 characters.", examples=["Hvor mye får NorTrials?"]
    )
    language: LanguageCode | None = Field(None, description="When the caller knows it; null to detect.")
    limit: int = Field(5, ge=1, le=20, description="Passages returned.")
    documents: list[Text] | None = Field(None, max_length=1000, description="Restrict to these ids.")


class LanguageOut(BaseModel):
    """The language of the question."""

    code: Literal["nb", "nn", "en", "und"]
    source: Literal["given", "detected"]


class SpanOut(BaseModel):
    """The part of the sentence that answers, in code points of the document."""

    text: str
    start: int
    end: int


class AnswerOut(BaseModel):
    """The sentence that answers, word for word."""

    text: str
    language: str
    span: SpanOut | None
    confidence: float = Field(description="Calibrated: of answers with this value, this share is right.")
    citation: int


class CitationOut(BaseModel):
    """Where the sentence stands: `text[start:end] == quote` in the document."""

    number: int
    document_id: str
    title: str
    language: str
    source: str
    start: int
    end: int
    quote: str
    url: str


class PassageOut(BaseModel):
    """A passage found, best first."""

    rank: int
    document_id: str
    title: str
    language: str
    context: str = Field(description="Headings, or the name of the table, over the passage.")
    start: int
    end: int
    text: str
    score: float
    rank_dense: int | None
    rank_lexical: int | None
    rank_translated: int | None
    url: str


class TimingOut(BaseModel):
    """Milliseconds."""

    total: float
    encode: float
    retrieve: float
    read: float


class AskResponse(BaseModel):
    """A cited answer, or that the documents do not tell."""

    id: str
    question: str
    language: LanguageOut
    outcome: Literal["answered", "passages_only", "no_answer"]
    answer: AnswerOut | None
    citations: list[CitationOut]
    passages: list[PassageOut]
    timing_ms: TimingOut


class SearchResponse(BaseModel):
    """Ranked passages only."""

    question: str
    passages: list[PassageOut]


class SuggestionOut(BaseModel):
    """One completion of what is typed."""

    text: str
    kind: Literal["title", "heading", "question"]
    language: str
    url: str | None = Field(description="The page of the document or its part; null for a question.")


class SuggestResponse(BaseModel):
    """Completions, best first."""

    suggestions: list[SuggestionOut]


class DocumentOut(BaseModel):
    """What the manifest tells of a document."""

    id: str
    title: str
    languages: list[str]
    source: str
    publisher: str
    date: str
    kind: str
    characters: int
    chunks: int


class DocumentTextOut(DocumentOut):
    """A document with its canonical text, which all offsets refer to."""

    text: str


class DocumentsResponse(BaseModel):
    """Every document in the index."""

    documents: list[DocumentOut]


class VerifyRequest(BaseModel):
    """A quotation to check."""

    model_config = ConfigDict(extra="forbid")

    document_id: Text
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str


class VerifyResponse(BaseModel):
    """Whether the quotation stands there, character for character."""

    valid: bool


class FeedbackRequest(BaseModel):
    """What somebody thought of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: str = Field(pattern=r"^[0-9a-f]{16}$", description="The `id` of the reply.")
    helpful: bool
    reason: Text | None = Field(None, max_length=1000)


class ErrorBody(BaseModel):
    """What went wrong, and how to mend it."""

    type: str
    message: str


class ErrorResponse(BaseModel):
    """Every error of the service."""

    error: ErrorBody


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
