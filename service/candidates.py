"""The sentences an answer may be chosen from, each with the signals that tell how well it answers."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from indexing.analyze import Word
from indexing.lexicon import Lexicon
from indexing.store import Index
from indexing.types import BlockKind, Chunk, Language, Sentence
from service.expect import Expected, expected_answer
from service.retrieve import Query
from service.types import Hit
from service.values import find_values

_NOT_ANSWERS = frozenset({BlockKind.HEADING, BlockKind.NOTE})
_SURE_TRANSLATION = 0.1  # probability; rarer translations are noise of the alignment
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence, each about 0 to 1; the reader weighs them.

    late: best cosine of every question token in the sentence, weighted by rarity (MaxSim).
    late_near: the same over the sentence and the one before it.
    passage: fused retrieval score of its passage.
    first: 1 over the rank of its passage.
    coverage: share of the question's words, by rarity, that the sentence has, itself or in translation.
    coverage_near: the same over its whole passage and its headings.
    expected: 1 where it holds a value of the kind asked for that the question does not name, else 0; 0.5 for prose.
    words: log of its length in words, 1 at 64 words.
    opens_list, question, caption, row, item: 1 where it is such a thing, else 0.
    """

    late: float
    late_near: float
    passage: float
    first: float
    coverage: float
    coverage_near: float
    expected: float
    words: float
    opens_list: float
    question: float
    caption: float
    row: float
    item: float

    def as_row(self) -> list[float]:
        """The values in the order of the fields."""
        return [getattr(self, field.name) for field in fields(self)]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage found, and its signals."""

    chunk: Chunk
    sentence: Sentence
    text: str
    signals: Signals


class Candidates:
    """Makes the candidates of a question; holds the index and lexicon it reads from."""

    def __init__(self, index: Index, lexicon: Lexicon) -> None:
        self._index = index
        self._lexicon = lexicon

    def collect(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        """The sentences of the passages hit, in the order of the hits and the text; headings and notes left out."""
        asked = self._asked_words(query)
        expected = expected_answer(query.text)
        return [
            candidate
            for rank, hit in enumerate(hits, start=1)
            for candidate in self._of_passage(query, hit, rank, asked, expected)
        ]

    def _of_passage(
        self, query: Query, hit: Hit, rank: int, asked: Sequence["_AskedWord"], expected: Expected
    ) -> list[Candidate]:
        chunk = hit.chunk
        spans = [(s.start - chunk.start, s.end - chunk.start) for s in chunk.sentences]
        matches = self._index.tokens.match_spans(query.tokens, hit.row, spans)
        near_coverage = _coverage(asked, set(self._index.analyzer.terms(f"{chunk.context}\n{chunk.text}")))
        found = []
        for i, (sentence, (start, end)) in enumerate(zip(chunk.sentences, spans, strict=True)):
            if sentence.kind in _NOT_ANSWERS:
                continue
            text = chunk.text[start:end]
            near = np.maximum(matches[i], matches[i - 1]) if i else matches[i]
            signals = Signals(
                late=float(matches[i] @ query.tokens.weights),
                late_near=float(near @ query.tokens.weights),
                passage=hit.score,
                first=1.0 / rank,
                coverage=_coverage(asked, set(self._index.analyzer.terms(text))),
                coverage_near=near_coverage,
                expected=_expected_signal(text, chunk.language, query.text, expected),
                words=math.log2(1 + len(_WORD.findall(text))) / 6.0,
                opens_list=float(text.endswith(":")),
                question=float(text.rstrip('”"» ').endswith("?")),
                caption=float(sentence.kind is BlockKind.CAPTION),
                row=float(sentence.kind is BlockKind.ROW),
                item=float(sentence.kind is BlockKind.ITEM),
            )
            found.append(Candidate(chunk, sentence, text, signals))
        return found

    def _asked_words(self, query: Query) -> list["_AskedWord"]:
        words = [word for word in self._index.analyzer.words(query.text) if not word.stop]
        return [_AskedWord(self._terms_of(word), self._rarity(word)) for word in words]

    def _terms_of(self, word: Word) -> frozenset[str]:
        translations = self._lexicon.translate(word)
        sure = (term for term, probability in translations.items() if probability >= _SURE_TRANSLATION)
        parts = (f"n:{part}" for part in word.parts)
        return frozenset({*word.terms, *sure, *parts})

    def _rarity(self, word: Word) -> float:
        """Inverse document frequency of the word or its likeliest form; a word no passage has weighs most."""
        n = len(self._index.chunks)
        frequency = max((self._index.lexical.document_frequency(term) for term in word.terms), default=0)
        return math.log(1.0 + n / (1.0 + frequency))


@dataclass(frozen=True, slots=True)
class _AskedWord:
    terms: frozenset[str]
    rarity: float


def _coverage(asked: Sequence[_AskedWord], terms: set[str]) -> float:
    total = sum(word.rarity for word in asked)
    covered = sum(word.rarity for word in asked if not word.terms.isdisjoint(terms))
    return covered / total if total else 0.0


def _expected_signal(text: str, language: Language, question: str, expected: Expected) -> float:
    if expected is Expected.PROSE:
        return 0.5
    asked = question.casefold()
    values = find_values(text, expected, language=language)
    return float(any(text[start:end].casefold() not in asked for start, end in values))
