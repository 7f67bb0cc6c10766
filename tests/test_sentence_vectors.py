import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.late import quantise
from indexing.sentence_vectors import SentenceVectors, join_sentences
from tests.fakes import encode

PASSAGES = [["kreft plan norge", "eksport"], [], ["plan"], ["kreft"]]


def index_of(passages: list[list[str]]) -> SentenceVectors:
    return join_sentences(
        [quantise(np.array([encode(text).vector for text in texts]).reshape(-1, 256)) for texts in passages]
    )


def test_score_is_the_cosine_of_the_nearest_sentence() -> None:
    scores = index_of(PASSAGES).score(encode("kreft").vector, [0, 1, 2, 3])
    assert scores == pytest.approx([1 / 3**0.5, 0.0, 0.0, 1.0], abs=0.01)


def test_no_passages_or_none_with_sentences_score_nothing() -> None:
    assert index_of(PASSAGES).score(encode("kreft").vector, []).shape == (0,)
    assert index_of([[], []]).score(encode("kreft").vector, [1, 0]).tolist() == [0.0, 0.0]


def test_rows_give_back_what_was_joined() -> None:
    index = index_of(PASSAGES)
    for i, texts in enumerate(PASSAGES):
        assert len(index.rows(i)) == len(texts)
        for row, text in zip(index.rows(i), texts, strict=True):
            assert np.array_equal(row, quantise(encode(text).vector))


@given(st.lists(st.lists(st.sampled_from(["kreft plan", "plan for norge", "eksport", "—"])), min_size=1, max_size=6))
def test_a_passage_scores_the_same_to_the_bit_whatever_stands_beside_it(passages: list[list[str]]) -> None:
    index, query = index_of(passages), encode("kreft norge").vector
    together = index.score(query, range(len(passages))).tolist()
    assert together == [index.score(query, [i]).tolist()[0] for i in range(len(passages))]
    assert all(-1.0 <= score <= 1.0 + 1e-6 for score in together)
