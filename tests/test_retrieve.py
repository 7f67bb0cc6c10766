"""Three arms and their fusion, over passages whose scores can be worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.encode import Encoder
from indexing.errors import UnknownDocumentError
from indexing.language import Detection
from indexing.lexicon import Lexicon
from indexing.store import Index
from service.ask import Pipeline, make_pipeline
from service.retrieve import NEARBY, Retriever, Weights, best_nearby
from service.types import Hit, Mode
from tests.fakes import FakeEncoder
from tests.tiny import open_tiny

DOCUMENTS = {
    "board": ["Styret møtes hver måned i Bergen sentrum."],
    "cancer": ["Cancer research needs better health data from hospitals."],
    "kreft": ["Kreftforskning trenger bedre helsedata fra sykehus."],
}
LEXICON = Lexicon({"helsedat": (("health", 0.6), ("data", 0.9)), "sykehus": (("hospit", 0.9),)}, {})
NORWEGIAN = Detection("nb", 30.0)  # no doubt left: p_norwegian is 1 to within 1e-13
WEIGHTS = Weights(sentence=0.5, lexical=0.1, translated=0.2, crossing=0.05)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return open_tiny(DOCUMENTS, lexicon=LEXICON)


@pytest.fixture(scope="module")
def retriever(pipeline: Pipeline) -> Retriever:
    return Retriever(pipeline.index, FakeEncoder(), LEXICON, WEIGHTS)


@pytest.fixture(scope="module")
def real(index: Index, encoder: Encoder, lexicon: Lexicon) -> Pipeline:
    """The pipeline over the five documents."""
    return make_pipeline(index, encoder, lexicon)


def search(
    retriever: Retriever, question: str, mode: Mode = Mode.HYBRID, documents: Sequence[str] | None = None
) -> list[Hit]:
    return retriever.search(retriever.prepare(question, NORWEGIAN), limit=10, documents=documents, mode=mode)


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.document_id for hit in hits]


def test_the_lexical_arm_finds_the_words_themselves_and_nothing_else(retriever: Retriever) -> None:
    assert ids(search(retriever, "helsedata fra sykehus", Mode.LEXICAL)) == ["kreft"]


def test_the_translated_arm_finds_what_the_words_mean_in_the_other_language(retriever: Retriever) -> None:
    assert ids(search(retriever, "helsedata fra sykehus", Mode.TRANSLATED)) == ["cancer"]


def test_the_dense_arm_ranks_every_passage_by_its_tokens_and_its_nearest_sentence(retriever: Retriever) -> None:
    hits = search(retriever, "bedre helsedata sykehus", Mode.DENSE)
    assert ids(hits)[0] == "kreft"
    sentence = 3 / (3**0.5 * 6**0.5)  # three of its six words, which are all three of the question
    assert hits[0].score == pytest.approx(1.0 + 0.5 * sentence, abs=0.02)  # kept in 8 bits
    assert [hit.score for hit in hits[1:]] == pytest.approx([0.0, 0.0], abs=0.1)


def test_a_passage_counts_its_nearest_sentence_however_many_others_it_has() -> None:
    sentence, others = "Helsekatapulten får penger.", "Styret møtes i Bergen. Fristen er mandag. Avtalen gjelder."
    pipeline = open_tiny({"long": [f"{others} {sentence}"], "short": [sentence]})
    query = pipeline.retriever.prepare("helsekatapulten penger", NORWEGIAN).encoded.vector
    assert pipeline.index.sentences.score(query, [0, 1]) == pytest.approx([2 / 6**0.5] * 2, abs=0.01)
    long, short = pipeline.index.vectors @ query
    assert long < 0.5 < short


def test_the_hybrid_score_is_the_weighted_sum_of_the_arms(retriever: Retriever) -> None:
    question = "helsedata fra sykehus"
    late = {hit.chunk.id: hit.score for hit in search(retriever, question, Mode.DENSE)}
    scores = {hit.chunk.document_id: (hit.score, late[hit.chunk.id]) for hit in search(retriever, question)}
    kreft, cancer, board = scores["kreft"], scores["cancer"], scores["board"]
    assert kreft[0] == pytest.approx(kreft[1] + 0.1 * 1)  # same language, best of the lexical arm
    assert cancer[0] == pytest.approx(cancer[1] + 0.2 * 1 + 0.05)  # other language, best of the translated arm
    assert board[0] == pytest.approx(board[1])  # same language, no word of the question


def test_doubt_about_the_language_shares_the_weights(pipeline: Pipeline, retriever: Retriever) -> None:
    query = retriever.prepare("helsedata fra sykehus", Detection("und", 0.0))  # p_norwegian = 1 / 2
    late = {hit.chunk.id: hit.score for hit in retriever.search(query, limit=10, mode=Mode.DENSE)}
    scores = {hit.chunk.document_id: hit.score - late[hit.chunk.id] for hit in retriever.search(query, limit=10)}
    assert scores["kreft"] == pytest.approx(0.1 * 0.5 + 0.05 * 0.5)
    assert scores["cancer"] == pytest.approx(0.2 * 0.5 + 0.05 * 0.5)


def test_a_passage_gains_by_the_best_one_nearby_in_its_document() -> None:
    others = [f"Ordet {word} alene." for word in ("fjell", "fjord", "dal", "skog", "elv", "vidde")]
    pipeline = open_tiny(
        {"a": ["Møtet er ukentlig.", *others], "b": ["Huben har et sekretariat.", *others]}, max_chars=30
    )
    scores = {}
    for share in (0.0, 0.25):
        retriever = Retriever(pipeline.index, FakeEncoder(), Lexicon({}, {}), Weights(nearby=share))
        hits = retriever.search(retriever.prepare("hvor er sekretariat", NORWEGIAN), limit=20)
        scores[share] = [hit.score for hit in sorted(hits, key=lambda hit: hit.row)]
    assert len(scores[0.0]) == 14
    assert scores[0.25] == pytest.approx([0.75 * own + 0.25 * best for own, best in zip(
        scores[0.0], brute_best(scores[0.0], [0] * 7 + [1] * 7, list(range(14))), strict=True)], abs=1e-6)  # fmt: skip
    assert scores[0.25][10] > scores[0.0][10]
    assert scores[0.25][11] == pytest.approx(scores[0.0][11], abs=1e-6)  # four passages away


def brute_best(scores: Sequence[float], documents: Sequence[int], rows: Sequence[int]) -> list[float]:
    places = list(zip(rows, documents, strict=True))
    return [
        max(
            score
            for score, (row, document) in zip(scores, places, strict=True)
            if document == own and abs(row - place) <= NEARBY
        )
        for place, own in places
    ]


@given(st.data())
def test_the_best_nearby_is_that_of_every_passage_looked_at(data: st.DataObject) -> None:
    rows = sorted(data.draw(st.sets(st.integers(0, 30), min_size=1)))
    documents = [row // data.draw(st.integers(2, 12)) for row in rows]
    documents = sorted(documents)
    scores = data.draw(st.lists(st.floats(-1, 2, width=32), min_size=len(rows), max_size=len(rows)))
    found = best_nearby(np.array(scores), np.array(rows), np.array(documents))
    assert found.tolist() == brute_best(scores, documents, rows)


def test_every_hit_carries_its_rank_in_each_arm(retriever: Retriever) -> None:
    ranks = {
        hit.chunk.document_id: (hit.rank_dense, hit.rank_lexical, hit.rank_translated)
        for hit in search(retriever, "bedre helsedata fra sykehus")
    }
    assert ranks["kreft"] == (1, 1, 2)  # words the lexicon does not have stand for themselves
    assert ranks["cancer"][1:] == (None, 1)
    assert ranks["board"][1:] == (None, None)


def test_hits_are_best_first_and_no_passage_comes_twice(retriever: Retriever) -> None:
    for mode in Mode:
        hits = search(retriever, "styret trenger bedre helsedata", mode)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert len({hit.chunk.id for hit in hits}) == len(hits)


def test_equal_scores_go_by_the_id_of_the_passage() -> None:
    same = "Helsedata finnes her."
    pipeline = open_tiny({"b": [same], "c": [same], "a": [same]})
    assert ids(search(pipeline.retriever, "helsedata")) == ["a", "b", "c"]


def test_a_limit_cuts_the_ranking_and_changes_nothing_else(retriever: Retriever) -> None:
    query = retriever.prepare("helsedata fra sykehus", NORWEGIAN)
    every = retriever.search(query, limit=10)
    assert [retriever.search(query, limit=limit) for limit in (1, 2, 3)] == [every[:1], every[:2], every[:3]]
    assert len(every) == 3  # fewer than the limit: all there are


def test_words_in_no_passage_leave_the_lexical_arms_empty(retriever: Retriever) -> None:
    assert search(retriever, "romfartsteknologi", Mode.LEXICAL) == []
    assert search(retriever, "romfartsteknologi", Mode.TRANSLATED) == []
    assert len(search(retriever, "romfartsteknologi")) == 3  # the dense arm always has an opinion


def test_a_question_of_function_words_only_is_searched_without_terms(retriever: Retriever) -> None:
    query = retriever.prepare("hva er det og", NORWEGIAN)
    assert not query.terms
    assert not query.translations
    assert retriever.search(query, limit=10, mode=Mode.LEXICAL) == []


def test_the_own_term_weighs_more_than_the_part_of_a_compound() -> None:
    pipeline = open_tiny({"a": ["Forskning på helse."], "b": ["Helsekatapulten åpner. En katapult for helse."]})
    terms = pipeline.retriever.prepare("helsekatapulten", NORWEGIAN).terms
    assert terms["n:helsekatapult"] == 1.0
    assert terms["n:katapult"] == terms["n:hels"] == 0.5


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("allowed", [["cancer"], ["kreft", "board"], ["board", "board"]])
def test_a_filter_lets_no_passage_of_another_document_through(
    retriever: Retriever, mode: Mode, allowed: list[str]
) -> None:
    hits = search(retriever, "bedre helsedata fra sykehus i Bergen", mode, allowed)
    assert set(ids(hits)) <= set(allowed)
    if mode in (Mode.HYBRID, Mode.DENSE):
        assert set(ids(hits)) == set(allowed)


def test_an_empty_filter_finds_nothing(retriever: Retriever) -> None:
    for mode in Mode:
        assert search(retriever, "helsedata", mode, []) == []


def test_an_unknown_document_in_the_filter_is_named(retriever: Retriever) -> None:
    with pytest.raises(UnknownDocumentError, match=r"'nope' is not in the index; /v1/documents lists them"):
        search(retriever, "helsedata", documents=["kreft", "nope"])


WORDS = ("helsedata", "sykehus", "forskning", "budsjett", "cancer", "research", "funding", "Bergen", "2024")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(lambda words: " ".join(words) + ".")


@settings(max_examples=20)  # each builds two indexes
@given(st.lists(TEXTS, min_size=1, max_size=6), st.randoms(use_true_random=False), TEXTS)
def test_the_order_documents_come_in_changes_no_score(texts: list[str], random: Random, question: str) -> None:
    documents = {f"d{number}": [text] for number, text in enumerate(texts)}
    shuffled = list(documents)
    random.shuffle(shuffled)
    rankings = []
    for order in (list(documents), shuffled):
        retriever = open_tiny({name: documents[name] for name in order}).retriever
        rankings.append([(hit.chunk.id, hit.score) for hit in search(retriever, question)])
    assert rankings[0] == rankings[1]


@settings(max_examples=20)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(TEXTS, min_size=1, max_size=3), min_size=2),
    st.data(),
    st.sampled_from(Mode),
)
def test_no_filter_ever_leaks(documents: dict[str, list[str]], data: st.DataObject, mode: Mode) -> None:
    allowed = data.draw(st.lists(st.sampled_from(sorted(documents)), max_size=3))
    retriever = open_tiny(documents, max_chars=30).retriever
    assert set(ids(search(retriever, data.draw(TEXTS), mode, allowed))) <= set(allowed)


def test_on_the_five_documents_every_arm_is_alive_in_both_languages(real: Pipeline) -> None:
    for question in ("Hva skal kliniske studier bidra til?", "What shall clinical studies give patients?"):
        query = real.retriever.prepare(question, real.detector.detect(question))
        for mode in Mode:
            assert real.retriever.search(query, limit=5, mode=mode), f"{mode} finds nothing for {question!r}"


def test_searching_changes_nothing_in_the_index(real: Pipeline) -> None:
    before = real.index.vectors.copy(), np.array(real.index.tokens.vectors)
    query = real.retriever.prepare("Hva er Pilot Helse?", NORWEGIAN)
    first = real.retriever.search(query, limit=20)
    assert real.retriever.search(replace(query), limit=20) == first
    assert (real.index.vectors == before[0]).all()
    assert (np.array(real.index.tokens.vectors) == before[1]).all()
