"""Finds the passages for a question: three arms, fused with weights of their own within and across the language border.

dense       the encoder: passages near by themselves or by a sentence of theirs, ordered by late interaction of their
            tokens with the question's and by how near their nearest sentence is
lexical     BM25 over the question's own terms
translated  BM25 over what those terms may mean in the other language
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexing.encode import Encoded, Encoder
from indexing.errors import UnknownDocumentError
from indexing.language import Detection, family
from indexing.late import QueryTokens
from indexing.lexicon import Lexicon
from indexing.store import Index
from service.types import Hit, Mode

NEARBY = 3  # passages of a document before and after one, which tell of the same
CANDIDATES = 100  # of each arm, and as many sentences; twice as many change the first five for one question in 264
_PART_WEIGHT = 0.5  # of a compound's part against the word itself

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weights:
    """How the arms add up, fitted on the tuning questions: late interaction counts 1.

    `sentence` counts for the cosine of the passage's nearest sentence, the other part of the dense arm. `lexical`
    counts for passages in the question's language, `translated` for the others, each against the best of its arm;
    `crossing` makes up for what late interaction loses across the border. `nearby` is the share of a passage's score
    that is the best of its own and of those at most `NEARBY` from it: what it is about may be said there.
    """

    sentence: float = 0.25
    lexical: float = 0.03
    translated: float = 0.08
    crossing: float = 0.01
    nearby: float = 0.25


@dataclass(frozen=True, slots=True)
class Query:
    """A question as every arm needs it."""

    text: str
    language: Detection
    encoded: Encoded
    tokens: QueryTokens
    terms: Mapping[str, float]
    translations: Mapping[str, float]


class Retriever:
    """An index with what turns questions into queries to it; holds nothing that changes."""

    def __init__(self, index: Index, encoder: Encoder, lexicon: Lexicon, weights: Weights | None = None) -> None:
        self.index = index
        self._encoder = encoder
        self._lexicon = lexicon
        self._weights = weights or Weights()
        self._norwegian = np.array([family(c.language) == "no" for c in index.chunks])
        self._document = np.unique([c.document_id for c in index.chunks], return_inverse=True)[1]

    def prepare(self, question: str, language: Detection) -> Query:
        """The question encoded, and its terms in both languages."""
        encoded = self._encoder.encode_query(question)
        words = [word for word in self.index.analyzer.words(question) if not word.stop]
        terms: dict[str, float] = {}
        translations: dict[str, float] = {}
        for word in words:
            for part in word.parts:
                terms.setdefault(f"n:{part}", _PART_WEIGHT)
            for term, probability in self._lexicon.translate(word).items():
                translations[term] = max(probability, translations.get(term, 0.0))
        terms.update({term: 1.0 for word in words for term in word.terms})
        tokens = self.index.tokens.query(encoded)
        return Query(question, language, encoded, tokens, terms, translations)

    def search(
        self,
        query: Query,
        *,
        limit: int,
        documents: Collection[str] | None = None,
        mode: Mode = Mode.HYBRID,
    ) -> list[Hit]:
        """The best passages, best first; ties go by chunk id.

        Args:
            query: From `prepare`.
            limit: At most so many hits.
            documents: Only passages of these documents; None for all, empty for none.
            mode: The arms to rank by.

        Raises:
            UnknownDocumentError: an id in `documents` that the index does not have.
        """
        return self.search_modes(query, [mode], limit=limit, documents=documents)[mode]

    def search_modes(
        self,
        query: Query,
        modes: Sequence[Mode],
        *,
        limit: int,
        documents: Collection[str] | None = None,
        nearest: Sequence[int] | None = None,
    ) -> dict[Mode, list[Hit]]:
        """What `search` finds in each of the modes; the arms run once.

        `nearest` are the rows of the `CANDIDATES` passages whose own vectors are nearest to the query's among all, in
        any order, where the caller knows them: for many queries one matrix product finds them.
        """
        allowed = self._allowed(documents)
        lexical = self.index.lexical.score(query.terms)
        translated = self.index.lexical.score(query.translations)
        ranked_lexical, ranked_translated = _ranked(lexical, allowed), _ranked(translated, allowed)
        by_sentence = self.index.search_sentences(query.encoded.vector, CANDIDATES, passages=allowed)
        nearest = sorted({*(self._nearest(query, allowed) if nearest is None else nearest), *by_sentence})
        candidates = sorted({*nearest, *_first(ranked_lexical), *_first(ranked_translated)})
        alike = dict(zip(candidates, self._alike(query, candidates).tolist(), strict=True))
        dense = {row: alike[row] for row in nearest}
        ranked_dense = np.array(sorted(nearest, key=lambda row: (-alike[row], row)), dtype=np.int64)
        scores: dict[Mode, Callable[[], Mapping[int, float]]] = {
            Mode.HYBRID: lambda: self._fuse(query, alike, lexical, translated),
            Mode.DENSE: lambda: dense,
            Mode.LEXICAL: lambda: _best(lexical, ranked_lexical, limit),
            Mode.TRANSLATED: lambda: _best(translated, ranked_translated, limit),
        }
        ranks = [self._positions(ranked) for ranked in (ranked_dense, ranked_lexical, ranked_translated)]
        return {mode: self._hits(scores[mode](), ranks, limit) for mode in modes}

    def _hits(self, scores: Mapping[int, float], ranks: Sequence[npt.NDArray[np.int32]], limit: int) -> list[Hit]:
        best = sorted(scores, key=lambda row: (-scores[row], self.index.chunks[row].id))[:limit]
        columns = [[position or None for position in positions[best].tolist()] for positions in ranks]
        return [
            Hit(row, self.index.chunks[row], scores[row], *places) for row, *places in zip(best, *columns, strict=True)
        ]

    def _alike(self, query: Query, rows: Sequence[int]) -> Scores:
        """(len(rows),) float32: the dense arm's score of these passages."""
        sentence = self.index.sentences.score(query.encoded.vector, rows)
        return self.index.tokens.score(query.tokens, rows) + self._weights.sentence * sentence

    def _fuse(self, query: Query, alike: Mapping[int, float], lexical: Scores, translated: Scores) -> dict[int, float]:
        rows = np.array(list(alike), dtype=np.int64)
        norwegian = self._norwegian[rows]
        same = np.where(norwegian, query.language.p_norwegian, 1.0 - query.language.p_norwegian)
        fused = np.array(list(alike.values()))
        fused = fused + self._weights.lexical * same * _share_of_best(lexical, rows)
        fused = fused + self._weights.translated * (1.0 - same) * _share_of_best(translated, rows)
        fused = fused + self._weights.crossing * (1.0 - same)
        share = self._weights.nearby
        fused = (1.0 - share) * fused + share * best_nearby(fused, rows, self._document[rows])
        return dict(zip(rows.tolist(), fused.tolist(), strict=True))

    def _nearest(self, query: Query, allowed: Sequence[int] | None) -> list[int]:
        if allowed is None:
            return [row for row, _ in self.index.search_dense(query.encoded.vector, CANDIDATES)]
        cosines = self.index.vectors[allowed] @ query.encoded.vector
        return [allowed[i] for i in np.argsort(-cosines, kind="stable")[:CANDIDATES]]

    def _allowed(self, documents: Collection[str] | None) -> list[int] | None:
        if documents is None:
            return None
        for document_id in documents:
            if document_id not in self.index.documents:
                raise UnknownDocumentError(f"document {document_id!r} is not in the index; /v1/documents lists them")
        return sorted({row for document_id in documents for row in self.index.rows_of[document_id]})

    def _positions(self, ranked: Rows) -> npt.NDArray[np.int32]:
        """(n,) int32: the rank of every passage from 1, 0 where it is not among the ranked."""
        positions = np.zeros(len(self.index.chunks), dtype=np.int32)
        positions[ranked] = np.arange(1, len(ranked) + 1)
        return positions


def _ranked(scores: Scores, allowed: Sequence[int] | None) -> Rows:
    """Rows that scored above 0, best first; ties by row.

    Positive floats are in the order of their bits: score and row as one number sort three times as fast as apart.
    """
    rows = np.flatnonzero(scores) if allowed is None else np.array([r for r in allowed if scores[r] > 0], dtype=int)
    keys = (~scores[rows].view(np.uint32)).astype(np.uint64) << np.uint64(32) | rows.astype(np.uint64)
    return (np.sort(keys) & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _first(ranked: Rows) -> list[int]:
    rows: list[int] = ranked[:CANDIDATES].tolist()
    return rows


def _best(scores: Scores, ranked: Rows, limit: int) -> dict[int, float]:
    """The scores of the first `limit` ranked rows, and of those that tie with the last of them."""
    if limit < 1 or not len(ranked):
        return {}
    last = scores[ranked[min(limit, len(ranked)) - 1]]
    return {int(row): float(scores[row]) for row in ranked[scores[ranked] >= last]}


def best_nearby(scores: Scores, rows: Rows, documents: Rows) -> Scores:
    """(len(rows),): the best of the scores of each row and of those at most `NEARBY` from it in its document.

    `rows` are ascending, `documents` is the number of the document each is of.
    """
    best = scores.copy()
    for step in range(1, NEARBY + 1):  # no more than so many rows are as near as that
        before, after = slice(None, -step), slice(step, None)
        near = (rows[after] - rows[before] <= NEARBY) & (documents[after] == documents[before])
        best[after] = np.where(near, np.maximum(best[after], scores[before]), best[after])
        best[before] = np.where(near, np.maximum(best[before], scores[after]), best[before])
    return best


def _share_of_best(scores: Scores, rows: Rows) -> Scores:
    """(len(rows),) float32: the scores of these rows against the best of all."""
    best = float(scores.max(initial=0.0))
    return scores[rows] / best if best > 0 else scores[rows]
