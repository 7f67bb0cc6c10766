"""The JSON of the HTTP contract."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

ErrorType = Literal[
    "bad_question",
    "bad_request",
    "body_too_large",
    "index_not_ready",
    "internal",
    "method_not_allowed",
    "not_found",
    "origin_not_allowed",
    "overloaded",
    "rate_limited",
    "unknown_document",
]
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


class PartOut(BaseModel):
    """One number that counts: `contribution` is `weight` times `value`."""

    name: str
    value: float
    weight: float
    contribution: float
    meaning: str


class CandidateOut(BaseModel):
    """A sentence the reader compared with the others; the contributions of its signals add up to its score."""

    rank: int
    text: str
    document_id: str
    start: int
    end: int
    score: float
    signals: list[PartOut]


class ConfidenceOut(BaseModel):
    """The confidence in the best sentence, and what it was compared with."""

    value: float = Field(description="1 / (1 + e^-log_odds).")
    log_odds: float = Field(description="The bias and the contributions of the features together.")
    bias: float
    features: list[PartOut]
    answer_at: float = Field(description="The least confidence for an answer.")
    show_at: float = Field(description="The least confidence for passages.")
    most_unmatched: float = Field(description="From this value of `unmatched` on nothing is said.")


class ExpectedOut(BaseModel):
    """The kind of answer the question asks for."""

    kind: str
    meaning: str


class ExplanationOut(BaseModel):
    """How the reply came about, for administrators."""

    expected: ExpectedOut
    norwegian: float = Field(description="Share of the evidence that the question is Norwegian rather than English.")
    why: str = Field(description="The rule that decided the outcome.")
    confidence: ConfidenceOut | None = Field(description="Null where there was no sentence to compare.")
    compared: int = Field(description="Number of sentences the reader compared.")
    candidates: list[CandidateOut] = Field(description="The first ten of them, best first.")


class ExplainedResponse(AskResponse):
    """The reply with how it came about; only with `?explain=1`."""

    explanation: ExplanationOut


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

    type: ErrorType
    message: str


class ErrorResponse(BaseModel):
    """Every error of the service."""

    error: ErrorBody
