import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.late import QueryTokens, TokenIndex, TokenRows, fit_projection, join_rows, project, quantise
from tests.fakes import axis_of, encode

PASSAGES = ["kreft plan norge", "plan for eksport", "kreft"]


def index_of(passages: list[str]) -> TokenIndex:
    """A token index without projection: axes stay axes, so that cosines are 0 or 1."""
    encoded = [encode(passage) for passage in passages]
    projection = np.eye(256, dtype=np.float32)
    return join_rows([TokenRows(quantise(e.tokens), e.spans, e.ids) for e in encoded], projection)


def rarity(n: int, frequency: int) -> float:
    return math.log(n / (1 + frequency)) + 1


def test_words_of_these_tests_do_not_share_an_axis() -> None:
    words = " ".join(PASSAGES).split()
    assert len({axis_of(word) for word in words}) == len(set(words))


def test_query_words_weigh_by_rarity_and_sum_to_one() -> None:
    query = index_of(PASSAGES).query(encode("plan norge"))
    plan, norge = rarity(3, 2), rarity(3, 1)
    assert query.weights == pytest.approx([plan / (plan + norge), norge / (plan + norge)])


def test_score_is_the_weighted_mean_of_the_best_cosines() -> None:
    index = index_of(PASSAGES)
    query = index.query(encode("plan norge"))
    assert index.score(query, [0, 1, 2]) == pytest.approx([1.0, float(query.weights[0]), 0.0], abs=1e-6)


def test_mean_over_any_number_of_tokens_warns_of_nothing_whatever_lies_in_memory() -> None:
    marker = np.full(128, 0x7F800001, dtype=np.uint32).view(np.float32)  # a signalling NaN
    for tokens in range(1, 40):
        with np.errstate(all="ignore"):
            np.full((64, 64), marker[0]) @ marker[::2]  # leaves the marker on the stack
        query = QueryTokens(np.eye(tokens, dtype=np.float32), np.full(tokens, 1 / tokens, dtype=np.float32))
        assert query.mean(np.ones((2, tokens), dtype=np.float32)) == pytest.approx([1.0, 1.0])


def test_word_the_corpus_does_not_have_weighs_most_and_matches_nothing() -> None:
    index = index_of(PASSAGES)
    query = index.query(encode("plan ukjent"))
    assert query.weights[1] > query.weights[0]
    assert index.matches(query, [0])[0] == pytest.approx([1.0, 0.0])


def test_passages_are_scored_in_the_order_asked_for() -> None:
    index = index_of(PASSAGES)
    query = index.query(encode("kreft plan"))
    assert index.score(query, [2, 0]).tolist() == index.score(query, [0, 1, 2])[[2, 0]].tolist()


def test_match_spans_sees_only_the_tokens_that_begin_inside_each_span() -> None:
    index = index_of(PASSAGES)
    query = index.query(encode("kreft norge"))
    spans = [(0, 5), (6, 16), (0, 0)]  # "kreft", "plan norge", nothing
    assert index.match_spans(query, 0, spans) == pytest.approx(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))


@pytest.mark.parametrize("passages", [["", "kreft", "", "plan", ""], ["", ""], ["kreft", ""]])
def test_passage_without_tokens_scores_nothing_and_shifts_no_other(passages: list[str]) -> None:
    index = index_of(passages)
    query = index.query(encode("kreft"))
    assert index.score(query, range(len(passages))) == pytest.approx([float(p == "kreft") for p in passages])


def test_query_without_tokens_or_no_passages_give_nothing() -> None:
    index = index_of(PASSAGES)
    assert index.score(index.query(encode("?!")), [0, 1]).tolist() == [0.0, 0.0]
    assert index.score(index.query(encode("kreft")), []).shape == (0,)


def test_rows_give_back_what_was_joined() -> None:
    index = index_of(PASSAGES)
    for i, passage in enumerate(PASSAGES):
        rows, encoded = index.rows(i), encode(passage)
        assert np.array_equal(rows.vectors, quantise(encoded.tokens))
        assert np.array_equal(rows.spans, encoded.spans)
        assert np.array_equal(rows.ids, encoded.ids)


def test_document_frequency_counts_passages_not_occurrences() -> None:
    index = index_of(["kreft kreft plan", "kreft"])
    assert index.document_frequency == {axis_of("kreft"): 2, axis_of("plan"): 1}


def test_projection_has_orthonormal_columns_and_the_same_signs_every_time() -> None:
    encoded = [encode(passage) for passage in PASSAGES]
    projection = fit_projection(encoded, dimension=4)
    assert projection.shape == (256, 4)
    assert projection.T @ projection == pytest.approx(np.eye(4), abs=1e-5)
    assert np.array_equal(projection, fit_projection(encoded, dimension=4))
    assert (projection[np.abs(projection).argmax(axis=0), range(4)] > 0).all()


def test_projection_on_as_many_axes_as_there_are_words_keeps_every_cosine() -> None:
    encoded = [encode(passage) for passage in PASSAGES]
    tokens = np.concatenate([e.tokens for e in encoded])
    projected = project(tokens, fit_projection(encoded, dimension=5))
    assert projected @ projected.T == pytest.approx(tokens @ tokens.T, abs=1e-5)


@given(st.lists(st.lists(st.sampled_from(["kreft", "plan", "norge", "for", "eksport", "—"])).map(" ".join), min_size=1))
def test_score_lies_between_minus_one_and_one_whatever_the_passages(passages: list[str]) -> None:
    index = index_of(passages)
    scores = index.score(index.query(encode("plan for norge")), range(len(passages)))
    assert ((scores >= -1.0) & (scores <= 1.0 + 1e-6)).all()


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8))
def test_quantised_rows_differ_from_the_rows_by_half_a_step_at_most(row: list[float]) -> None:
    vector = np.array([row], dtype=np.float32)
    assert np.abs(quantise(vector).astype(np.float32) / 127 - vector).max() <= 0.5 / 127 + 1e-6
