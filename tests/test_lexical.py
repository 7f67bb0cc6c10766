import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.lexical import K1, B, Lexical, build_lexical, load_lexical

PASSAGES = [["n:kreft", "n:plan", "n:plan"], ["n:kreft"], ["n:eksport", "n:norge"]]
MEAN_LENGTH = (3 + 1 + 2) / 3


def bm25(
    *, frequency: int, passages_with_term: int, length: int, passages: int = 3, mean: float = MEAN_LENGTH
) -> float:
    idf = math.log(1 + (passages - passages_with_term + 0.5) / (passages_with_term + 0.5))
    return idf * frequency / (frequency + K1 * (1 - B + B * length / mean))


def passages_with(lexical: Lexical, term: str) -> int:
    return int((lexical.score({term: 1.0}) > 0).sum())


def test_score_of_a_term_is_bm25() -> None:
    lexical = build_lexical(PASSAGES)
    assert lexical.score({"n:plan": 1.0}) == pytest.approx([bm25(frequency=2, passages_with_term=1, length=3), 0, 0])
    assert lexical.score({"n:kreft": 1.0}) == pytest.approx(
        [
            bm25(frequency=1, passages_with_term=2, length=3),
            bm25(frequency=1, passages_with_term=2, length=1),
            0,
        ]
    )


def test_terms_add_up_by_their_weights() -> None:
    lexical = build_lexical(PASSAGES)
    kreft, plan = lexical.score({"n:kreft": 1.0}), lexical.score({"n:plan": 1.0})
    assert lexical.score({"n:kreft": 0.5, "n:plan": 2.0}) == pytest.approx(0.5 * kreft + 2.0 * plan)


def test_unknown_terms_and_no_terms_score_nothing() -> None:
    lexical = build_lexical(PASSAGES)
    assert lexical.score({"n:ukjent": 1.0, "": 0.0}).tolist() == [0, 0, 0]
    assert lexical.score({}).tolist() == [0, 0, 0]


def test_document_frequency_is_the_number_of_passages_with_the_term() -> None:
    lexical = build_lexical(PASSAGES)
    assert [passages_with(lexical, term) for term in ("n:kreft", "n:plan", "n:ukjent")] == [2, 1, 0]


def test_passage_without_terms_is_found_by_nothing() -> None:
    lexical = build_lexical([[], ["n:kreft"], []])
    assert [score > 0 for score in lexical.score({"n:kreft": 1.0})] == [False, True, False]


TERMS = st.lists(st.sampled_from(["n:a", "e:b", "n:c", "2024", "n:æ"]), max_size=6)


@given(st.lists(TERMS, min_size=1, max_size=8))
def test_save_then_load_is_identity(tmp_path_factory: pytest.TempPathFactory, passages: list[list[str]]) -> None:
    folder: Path = tmp_path_factory.mktemp("lexical")
    lexical = build_lexical(passages)
    lexical.save(folder)
    loaded = load_lexical(folder)
    assert loaded.passages == len(passages)
    for term in ("n:a", "e:b", "n:c", "2024", "n:æ"):
        assert loaded.score({term: 1.0}).tolist() == lexical.score({term: 1.0}).tolist()
        assert passages_with(loaded, term) == sum(term in terms for terms in passages)


@given(st.lists(TERMS, min_size=1, max_size=8))
def test_passage_scores_above_zero_exactly_where_it_has_the_term(passages: list[list[str]]) -> None:
    scores = build_lexical(passages).score({"n:a": 1.0})
    assert [score > 0 for score in scores] == ["n:a" in terms for terms in passages]
