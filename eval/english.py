"""The baseline most search systems are: BM25 with one English analyser for every language."""

import numpy as np

from indexing.analyze import Analyzer
from indexing.build import passage_texts
from indexing.lexical import build_lexical
from indexing.store import Index
from indexing.types import Chunk

NAME = "bm25-english"


class EnglishBm25:
    """BM25 over English stems of the passages; function words of both languages are left out, as in the service."""

    def __init__(self, index: Index) -> None:
        self._analyzer = Analyzer()
        self._ids = [chunk.id for chunk in index.chunks]
        self._chunks = index.chunks
        self._lexical = build_lexical(
            [self._terms(text) for text in passage_texts(index.documents.values(), index.chunks)]
        )

    def search(self, question: str, *, limit: int) -> list[tuple[Chunk, float]]:
        """The best passages that share a term with the question, best first; ties by passage id."""
        scores = self._lexical.score(dict.fromkeys(self._terms(question), 1.0))
        rows = np.flatnonzero(scores)
        if len(rows) > limit:
            least = np.partition(scores[rows], -limit)[-limit]
            rows = rows[scores[rows] >= least]  # those that tie with the last are sorted with the rest
        scored = zip(scores[rows].tolist(), rows.tolist(), strict=True)
        best = sorted((-score, self._ids[row], row) for score, row in scored)
        return [(self._chunks[row], -score) for score, _, row in best[:limit]]

    def _terms(self, text: str) -> list[str]:
        return [word.english for word in self._analyzer.words(text) if not word.stop]
