"""Many questions searched together find what each finds alone, to the last bit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock

import numpy as np
import pytest

from eval.corpora import Source, make_document, open_chunks
from eval.english import EnglishBm25
from eval.nearest import nearest_rows
from eval.systems import Systems
from eval.turns import OneAtATime
from indexing.chunk import split
from indexing.encode import Encoded
from indexing.language import Detector
from indexing.store import Index
from service.ask import Pipeline
from service.types import Mode
from tests.eval_data import open_systems
from tests.fakes import FakeEncoder

_WORDS = (
    "mice cats barn cheese grain night sleep hunt mus katt ost korn natt jakt forskning helse data plan sykehus norge "
    "million kroner budget funding hospital research health study clinical patient"
).split()


@pytest.fixture(scope="module")
def many() -> Pipeline:
    """Three hundred texts of words drawn by lot, some of them twice: more than the candidates of an arm, with ties."""
    random = Random(0)
    texts = [" ".join(random.choices(_WORDS, k=random.randint(2, 9))) + "." for _ in range(280)]
    documents, detector = (
        [make_document(Source(f"t{i}", "", t)) for i, t in enumerate([*texts, *texts[:20]])],
        Detector(),
    )
    return open_chunks(documents, [c for d in documents for c in split(d, detector)], FakeEncoder())


@pytest.fixture(scope="module")
def questions() -> list[str]:
    random = Random(1)
    return [" ".join(random.choices(_WORDS, k=random.randint(1, 6))) for _ in range(70)]


def test_questions_searched_together_find_what_each_finds_alone(many: Pipeline, questions: list[str]) -> None:
    other = replace(many)
    systems = Systems({"": many, "other": other}, list(Mode), EnglishBm25(many.index))
    alone = [systems.rank(question, limit=120) for question in questions]
    assert list(systems.rank_all(questions, limit=120)) == alone
    assert len(many.index.chunks) == 300
    for question, found in zip(questions, alone, strict=True):
        for mode in Mode:
            query = many.retriever.prepare(question, many.detector.detect(question))
            hits = many.retriever.search(query, limit=120, mode=mode)
            assert found[mode.value] == [(hit.chunk, hit.score) for hit in hits]


def test_no_question_finds_nothing() -> None:
    assert list(open_systems().rank_all([], limit=5)) == []


def _with_vectors(index: Index, vectors: list[list[float]]) -> Index:
    return replace(index, vectors=np.array(vectors, dtype=np.float32), chunks=index.chunks[: len(vectors)])


def test_the_nearest_are_those_of_the_search_for_one(many: Pipeline) -> None:
    random = np.random.default_rng(0)
    drawn = random.standard_normal((300, 16)).astype(np.float32)
    index = _with_vectors(many.index, (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).tolist())
    queries = index.vectors[:70] + 0.1 * index.vectors[70:140]
    with ThreadPoolExecutor(2) as executor:
        for k in (1, 7, 100, 299, 300, 1000):
            found = nearest_rows(index, queries, k, executor)
            alone = [{row for row, _ in index.search_dense(query, k)} for query in queries]
            assert [set(rows) for rows in found] == alone
            assert all(len(rows) == min(k, 300) for rows in found)


def test_passages_that_tie_for_the_last_place_are_those_of_the_search_for_one(many: Pipeline) -> None:
    index = _with_vectors(many.index, [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.6, 0.8]])
    query = np.array([[1.0, 0.0]], dtype=np.float32)
    with ThreadPoolExecutor(1) as executor:
        assert [set(rows) for rows in nearest_rows(index, query, 2, executor)] == [
            {row for row, _ in index.search_dense(query[0], 2)}
        ]


def test_the_baseline_orders_ties_by_id_whatever_the_limit(many: Pipeline) -> None:
    baseline = EnglishBm25(many.index)
    every = baseline.search("mice in the barn", limit=1000)
    assert [(-score, chunk.id) for chunk, score in every] == sorted((-score, chunk.id) for chunk, score in every)
    assert len(every) > 20
    for limit in (1, 2, 19, 20):
        assert baseline.search("mice in the barn", limit=limit) == every[:limit]


class _Watched(FakeEncoder):
    """Fails where two threads ask at once."""

    busy = Lock()

    def encode_query(self, text: str) -> Encoded:
        assert self.busy.acquire(blocking=False), "two at once"
        try:
            return super().encode_query(text * 20)
        finally:
            self.busy.release()


def test_an_encoder_that_takes_turns_is_never_asked_twice_at_once() -> None:
    encoder = OneAtATime(_Watched())
    with ThreadPoolExecutor(8) as executor:
        encoded = list(executor.map(encoder.encode_query, ["mice eat cheese "] * 200))
    assert len(encoded) == 200
    assert encoder.card == FakeEncoder().card
    assert [e.ids.tolist() for e in encoder.encode_passages(["mice"])] == [[e.ids[0]] for e in encoded[:1]]
