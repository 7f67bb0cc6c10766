"""The values an answer is made of: frozen, slotted."""

from dataclasses import dataclass
from enum import StrEnum

from indexing.language import Detection
from indexing.types import Chunk, Sentence


class Outcome(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    PASSAGES_ONLY = "passages_only"  # near, but no sentence is sure enough
    NO_ANSWER = "no_answer"  # the documents do not tell


class Mode(StrEnum):
    """Which arms rank the passages; all but `hybrid` are for measurement."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"
    TRANSLATED = "translated"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: `score` is the fused score, higher is better; ranks per arm begin at 1, None where it missed."""

    row: int  # of the passage in the index
    chunk: Chunk
    score: float
    rank_dense: int | None
    rank_lexical: int | None
    rank_translated: int | None


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence.

    late: best cosine of every question token in the sentence, weighted by rarity (MaxSim).
    read: log-odds of the reader's marking a part of it against its saying that the passage does not tell, between -8
        and 8; 0 where it did not read so far.
    passage: fused retrieval score of its passage.
    expected: 1 where it holds a value of the kind asked for that the question does not name, else 0; 0.5 for prose.
    opens_list, question: 1 where it ends in a colon, or asks itself; else 0.
    unmatched: share of the question, by rarity, that its passage has nothing near to.
    asked: tokens of the question, in tens: in a long question more can match by chance.
    """

    late: float
    read: float
    passage: float
    expected: float
    opens_list: float
    question: float
    unmatched: float
    asked: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The part of a stretch of a passage that answers best: code points of the passage, half-open.

    `score` is the log-odds, in nats, of the answer being any part of that stretch against there being none in the
    passage: above 0 the reader would rather mark one than nothing, and scores of different passages can be compared.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage found, and its signals.

    `values` are those it holds of the kind asked for, case-folded; `mark` is what the reader would mark in it, None
    where it did not read so far.
    """

    chunk: Chunk
    sentence: Sentence
    text: str
    signals: Signals
    values: frozenset[str] = frozenset()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a sentence that answers: code points of the document, half-open."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation that can be checked: `document.text[start:end] == quote`."""

    document_id: str
    start: int
    end: int
    quote: str
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question: `citation` is None unless answered, `span` where no short part stands out."""

    outcome: Outcome
    confidence: float  # of answers with this value, this share is right
    citation: Citation | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each step."""

    encode: float
    retrieve: float
    read: float

    @property
    def total(self) -> float:
        """All steps together."""
        return self.encode + self.retrieve + self.read


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that `ask` found out about one question; `candidates` are what the reader compared, best first."""

    question: str
    language: Detection
    language_given: bool
    answer: Answer
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    timing: Timing
