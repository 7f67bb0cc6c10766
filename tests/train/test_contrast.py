"""Batches of questions: every lesson once, neighbours together, no right passage among the negatives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from indexing.train.batches import by_length
from indexing.train.contrast import Questions, batches_of_neighbours, different, make_questions, mine
from indexing.train.lessons import Lesson
from indexing.train.watch import hold_out


def plain_questions(lengths: list[int]) -> Questions:
    """Passages of these lengths, of no sentences."""
    n = len(lengths)
    return Questions([[1]] * n, [[1] * length for length in lengths], [[]] * n, [[-1] * k for k in lengths], [-1] * n)


@given(
    st.lists(st.integers(min_value=1, max_value=60), min_size=1, max_size=300), st.integers(min_value=1, max_value=32)
)
def test_batches_by_length_hold_every_text_once(lengths: list[int], size: int) -> None:
    batches = by_length(lengths, size, seed=3)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert max(map(len, batches)) <= size


@settings(max_examples=30)
@given(st.integers(min_value=2, max_value=80), st.integers(min_value=1, max_value=8))
def test_batches_of_neighbours_hold_every_lesson_once(lessons: int, half: int) -> None:
    questions = plain_questions([i % 9 + 1 for i in range(lessons)])
    neighbours = [[(i + 1) % lessons] for i in range(lessons)]
    batches = batches_of_neighbours(questions, neighbours, 2 * half, seed=0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(lessons))
    assert max(map(len, batches)) <= 2 * half


def test_a_lesson_and_its_neighbour_share_a_batch() -> None:
    questions = plain_questions([5] * 40)
    neighbours = [[i ^ 1] for i in range(40)]
    for batch in batches_of_neighbours(questions, neighbours, 8, seed=0):
        assert {int(i) ^ 1 for i in batch} == set(batch.tolist())


def test_what_is_mined_is_like_the_answer_but_is_not_it() -> None:
    fee = "The fee for a place in a kindergarten is 2000 kroner a month"
    lessons = [
        Lesson("s", "what is the fee for a place in a kindergarten", fee, "en", "en"),
        Lesson("s", "who may have one", "Every child may have a place in a kindergarten when it is one", "en", "en"),
        Lesson("s", "what is the fee again", f"{fee} and no more", "en", "en"),
        Lesson("s", "where do cod live", "Cod live in the cold sea of the north", "en", "en"),
    ]  # fmt: skip
    assert mine(lessons)[0][0] == 1
    assert not {0, 2} & set(mine(lessons)[0])


def test_a_passage_that_stands_twice_in_a_batch_is_no_negative_of_itself() -> None:
    assert different([[1, 2], [3], [1, 2]], 2).tolist() == [[False, True, False], [True, False, True]]


def test_what_is_held_out_is_not_learnt_from() -> None:
    lessons = [Lesson("s", f"q{i}", f"p{i // 2}", "en", "en" if i % 4 else "nb") for i in range(40)]
    held, rest = hold_out(lessons, 3)
    assert len(held) == 6
    assert not {lesson.passage for lesson in held} & {lesson.passage for lesson in rest}


def test_each_token_of_a_passage_has_its_sentence_and_what_was_cut_answers_nothing() -> None:
    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "a": 4, "b": 5}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    known = Lesson("s", "a", "a b a b b", "en", "en", "", ("a b", "a b b"), 1)
    unknown = Lesson("s", "a", "a b a b b", "en", "en")
    made = make_questions([known, unknown], tokenizer, longest=10)
    assert made.sentence == [[-1, 0, 0, 1, 1, 1, -1], [-1] * 7]
    assert made.answering == [1, -1]
    cut = make_questions([known], tokenizer, longest=4)
    assert cut.passage == [[1, 4, 5, 2]]
    assert cut.sentence == [[-1, 0, 0, -1]]
    assert cut.answering == [-1]
