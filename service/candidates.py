"""The sentences an answer may be chosen from, each with the signals that tell how well it answers; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexing.late import Matrix
from indexing.store import Index
from indexing.types import BlockKind, Chunk, Language, Sentence
from service.expect import Expected, expected_answer
from service.retrieve import Query
from service.types import Hit
from service.values import find_values

_NOT_ANSWERS = frozenset({BlockKind.HEADING, BlockKind.NOTE})
_MATCHED = 0.4  # cosine; two tokens that share no meaning are as near as this by chance


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence.

    late: best cosine of every question token in the sentence, weighted by rarity (MaxSim).
    passage: fused retrieval score of its passage.
    expected: 1 where it holds a value of the kind asked for that the question does not name, else 0; 0.5 for prose.
    opens_list, question: 1 where it ends in a colon, or asks itself; else 0.
    weakest: mean of the best cosines of the quarter of question tokens that fit its passage least.
    unmatched: share of the question, by rarity, that its passage has nothing near to.
    asked: tokens of the question, in tens: in a long question more can match by chance.
    """

    late: float
    passage: float
    expected: float
    opens_list: float
    question: float
    weakest: float
    unmatched: float
    asked: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage found, its signals, and the values it holds of the kind asked for, case-folded."""

    chunk: Chunk
    sentence: Sentence
    text: str
    signals: Signals
    values: frozenset[str] = frozenset()


def collect(index: Index, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences of the passages hit, in the order of the hits and the text; headings and notes left out."""
    expected = expected_answer(query.text)
    return [candidate for hit in hits for candidate in _of_passage(index, query, hit, expected)]


def _of_passage(index: Index, query: Query, hit: Hit, expected: Expected) -> Iterator[Candidate]:
    chunk, weights = hit.chunk, query.tokens.weights
    weakest, unmatched = _misfit(index.tokens.matches(query.tokens, [hit.row])[0], weights)
    spans = [(s.start - chunk.start, s.end - chunk.start) for s in chunk.sentences]
    late = index.tokens.match_spans(query.tokens, hit.row, spans) @ weights
    for sentence, (start, end), sentence_late in zip(chunk.sentences, spans, late.tolist(), strict=True):
        if sentence.kind in _NOT_ANSWERS:
            continue
        text = chunk.text[start:end]
        values = _new_values(text, chunk.language, query.text, expected)
        signals = Signals(
            late=sentence_late,
            passage=hit.score,
            expected=0.5 if expected is Expected.PROSE else float(bool(values)),
            opens_list=float(text.endswith(":")),
            question=float(text.rstrip('”"» ').endswith("?")),
            weakest=weakest,
            unmatched=unmatched,
            asked=len(weights) / 10,
        )
        yield Candidate(chunk, sentence, text, signals, values)


def _misfit(matches: Matrix, weights: Matrix) -> tuple[float, float]:
    """The signals `weakest` and `unmatched` of a passage; a question without tokens fits nothing."""
    if not len(matches):
        return 0.0, 1.0
    quarter = max(1, len(matches) // 4)
    return float(np.sort(matches)[:quarter].mean()), float(weights[matches < _MATCHED].sum())


def _new_values(text: str, language: Language, question: str, expected: Expected) -> frozenset[str]:
    """The values of this kind that the question does not name itself."""
    asked = question.casefold()
    values = (text[start:end].casefold() for start, end in find_values(text, expected, language=language))
    return frozenset(value for value in values if value not in asked)
