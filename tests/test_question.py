"""What may be asked, and what is said when it may not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.errors import QuestionError
from service.question import MAX_QUESTION_CHARS, check_question


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0", "\u2003"])
def test_an_empty_question_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuestionError, match=r"the question is empty; ask in words, for example: Hvor mye"):
        check_question(text)


@pytest.mark.parametrize("text", ["?", "...", "!?*", "👍", "👩🏽\u200d🔬 🧬", "\u200b", "«»", "—"])
def test_a_question_without_letter_or_digit_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="no letter or digit; ask in words"):
        check_question(text)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x08", "\x1b", "\x7f", "\x9b"])
def test_a_control_character_is_refused_by_name(character: str) -> None:
    with pytest.raises(QuestionError, match=rf"control character U\+{ord(character):04X}; take it out"):
        check_question(f"Hvor mye{character} får NorTrials?")


@pytest.mark.parametrize("code_point", [0xD800, 0xDFFF])
def test_a_lone_surrogate_is_refused_by_name(code_point: int) -> None:
    with pytest.raises(QuestionError, match=rf"U\+{code_point:04X}"):
        check_question(f"a{chr(code_point)}b")


def test_line_breaks_and_tabs_are_no_control_characters() -> None:
    assert check_question("Hvor mye\r\n\tfår NorTrials?") == "Hvor mye\r\n\tfår NorTrials?"


def test_500_characters_may_be_asked_and_501_may_not() -> None:
    assert MAX_QUESTION_CHARS == 500
    assert check_question("a" * 500) == "a" * 500
    with pytest.raises(QuestionError, match="has 501 characters, at most 500 are allowed; ask more briefly"):
        check_question("a" * 501)


def test_blanks_around_a_question_do_not_count() -> None:
    assert check_question("  " + "a" * 500 + "\n") == "a" * 500


def test_characters_are_counted_composed() -> None:
    decomposed = "a\u030a" * 500  # å as two code points each
    assert len(decomposed) == 1000
    assert check_question(decomposed) == "å" * 500


@pytest.mark.parametrize("text", ["a", "7", "æ", "é", "语", "Hva er 5G?"])
def test_one_letter_or_digit_is_enough(text: str) -> None:
    assert check_question(text) == text


@given(st.text(st.characters(exclude_categories=[]), max_size=600))
def test_what_is_accepted_is_short_composed_and_accepted_again(text: str) -> None:
    try:
        question = check_question(text)
    except QuestionError:
        return
    assert 1 <= len(question) <= MAX_QUESTION_CHARS
    assert unicodedata.is_normalized("NFC", question)
    assert check_question(question) == question
