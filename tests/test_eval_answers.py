import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.answers import contains_answer, exact_match, normalise_answer, token_f1


def _as_squad(text: str) -> str:
    """SQuAD's rules in its own order, for English in ASCII."""
    without_signs = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", without_signs).split())


@given(st.text(alphabet=string.ascii_letters + " .,'-$%()", max_size=40))
def test_english_comes_out_as_in_squad(text: str) -> None:
    assert normalise_answer(text, "en") == _as_squad(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("«En  tredel»", "tredel"),
        ("eit samarbeid – ei avtale", "samarbeid avtale"),
        ("1 000,50 kroner", "100050 kroner"),
        ("1 000 000 kr.", "1000000 kr"),
        ("§ 4-2", "42"),
        ("MILJØ", "miljø"),
    ],
)
def test_norwegian_loses_its_articles_and_signs(text: str, plain: str) -> None:
    assert normalise_answer(text, "no") == plain


def test_exact_match_takes_the_best_of_several_answers() -> None:
    assert exact_match("The Mayor", ["a king", "mayor"], "en") == 1.0
    assert exact_match("king of France", ["a king"], "en") == 0.0


def test_f1_is_the_harmonic_mean_over_tokens() -> None:
    precision, recall = 2 / 3, 2 / 2
    expected = 2 * precision * recall / (precision + recall)
    assert token_f1("30 million kroner", ["30 million"], "en") == pytest.approx(expected)


def test_f1_counts_a_token_as_often_as_both_have_it() -> None:
    assert token_f1("no no", ["no"], "en") == pytest.approx(2 * (1 / 2) * 1 / (1 / 2 + 1))


def test_saying_nothing_is_right_only_where_there_is_no_answer() -> None:
    assert exact_match("", [], "en") == token_f1("", [], "en") == 1.0
    assert exact_match("king", [], "en") == token_f1("king", [], "en") == 0.0
    assert exact_match("", ["king"], "en") == token_f1("", ["king"], "en") == 0.0


def test_a_sentence_holds_an_answer_whatever_its_signs() -> None:
    assert contains_answer("The grant is NOK 30 million.", ["NOK 30 million"])
    assert not contains_answer("The grant is NOK 30 million.", ["NOK 40 million"])
