"""A question and a passage in one row: each cut to its length, separators kept."""

from hypothesis import given
from hypothesis import strategies as st

from indexing.joined import LONGEST_QUESTION, cut, join

CLS, SEP = 101, 102
WORDS = st.lists(st.integers(min_value=1000, max_value=2000), max_size=80)


@given(WORDS, WORDS, st.integers(min_value=1, max_value=90))
def test_a_row_is_the_question_and_the_passage_between_its_separators(
    question: list[int], passage: list[int], longest: int
) -> None:
    ids, begin = join([CLS, *question, SEP], passage, longest=longest)
    assert begin == min(len(question) + 2, LONGEST_QUESTION)
    assert ids[:begin] == [CLS, *question[: begin - 2], SEP]
    assert ids[begin:] == [*passage[:longest], SEP]


@given(WORDS, st.integers(min_value=2, max_value=90))
def test_what_is_cut_keeps_its_last_token(words: list[int], longest: int) -> None:
    ids = cut([CLS, *words, SEP], longest)
    assert ids == [CLS, *words[: longest - 2], SEP]
