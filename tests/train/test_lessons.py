"""Lessons: the passage holds the answer, the other one does not, and glosses keep what they do not know."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.train.gloss import gloss, gloss_lesson
from indexing.train.lessons import Lesson, draw_sentences, read_cloze, read_lessons, read_qa_texts, windows
from indexing.train.pairs import Pair
from tests.train.made import write_rows

SENTENCE = "Sentence number {} tells of many things that have little to do with each other or with anything else."


@given(st.integers(min_value=0, max_value=29), st.integers(min_value=0, max_value=1000))
def test_the_window_holds_the_answer_and_the_other_does_not(place: int, seed: int) -> None:
    text = " ".join(SENTENCE.format(i) for i in range(30))
    start = text.index(f"number {place} ")
    sentences, answering, other = windows(text, start, start + 8, np.random.default_rng(seed))
    assert f"number {place} " in sentences[answering]
    assert f"number {place} " not in other
    assert " ".join(sentences) in text
    assert other in text
    assert 60 <= len(" ".join(sentences).split()) <= 130


def test_a_short_text_is_its_own_window() -> None:
    text = "One sentence here. Another one there."
    sentences = ("One sentence here.", "Another one there.")
    assert windows(text, 0, 3, np.random.default_rng(0)) == (sentences, 0, "")
    assert windows(text, 19, 26, np.random.default_rng(0)) == (sentences, 1, "")


def test_lessons_are_drawn_without_a_question_twice(tmp_path: Path) -> None:
    rows = [{"lang": "en", "query": f"question {i % 5}", "passage": f"passage {i}"} for i in range(20)]
    file = write_rows(tmp_path / "faq.jsonl.gz", rows)
    lessons = read_lessons(file, most=100, seed=0)
    assert sorted(lesson.query for lesson in lessons) == [f"question {i}" for i in range(5)]
    assert all(lesson.source == "faq" for lesson in lessons)


def test_what_is_asked_in_another_language_crosses_the_border_and_what_has_no_answer_is_no_lesson(
    tmp_path: Path,
) -> None:
    text = "Det er i Oslo."
    rows: list[dict[str, object]] = [
        {"lang": "nb", "question_lang": "en", "question": "Where is it?", "context": text,
         "answers": [{"text": "Oslo", "start": 9}]},
        {"lang": "nb", "question": "Når var det?", "context": text, "answers": []},
    ]  # fmt: skip
    file = write_rows(tmp_path / "own.jsonl.gz", rows)
    lessons = read_lessons(file, most=100, seed=0)
    assert [(one.query, one.query_language, one.passage_language) for one in lessons] == [("Where is it?", "en", "nb")]
    texts = {("en", "Where is it?"), ("nb", "Når var det?"), ("nb", text)}
    assert set(read_qa_texts(file)) == texts


def test_cloze_asks_across_the_border_both_ways_within_a_document() -> None:
    pairs = [
        Pair(source, f"an english line of six words {source}{i}", f"ei norsk linje {source}{i}", "en", "nb")
        for source in "ab"
        for i in range(20)
    ]
    lessons = read_cloze(pairs, most=10, seed=0)
    assert {(lesson.query_language, lesson.passage_language) for lesson in lessons} == {("en", "nb"), ("nb", "en")}
    for lesson in lessons:
        own = lesson.query.split()[-1][0]
        assert all(word[0] == own for word in lesson.passage.split() if word[-1].isdigit())


def test_a_gloss_replaces_what_it_knows_and_keeps_the_rest() -> None:
    dictionary = {"milk": [("melk", 0.9)], "is": [("er", 0.8)]}
    random = np.random.default_rng(0)
    assert gloss("Milk is good, 3 % fat.", dictionary, 1.0, random) == "melk er good, 3 % fat."
    assert gloss("Milk is good.", dictionary, 0.0, random) == "Milk is good."


def test_glossed_lessons_come_in_all_four_directions_as_often() -> None:
    random = np.random.default_rng(0)
    lesson = Lesson("s", "milk", "milk is", "en", "en", "is")
    dictionary = {"milk": [("melk", 0.9)], "is": [("er", 0.8)]}
    made = [gloss_lesson(lesson, dictionary, {}, 1.0, random) for _ in range(400)]
    for query, passage in (("milk", "milk is"), ("melk", "milk is"), ("milk", "melk er"), ("melk", "melk er")):
        assert sum((one.query, one.passage) == (query, passage) for one in made) == pytest.approx(100, abs=35)


def test_a_lesson_that_crosses_the_border_is_left_as_it_is() -> None:
    lesson = Lesson("cloze", "milk", "melk", "en", "nb")
    assert (
        gloss_lesson(lesson, {"milk": [("mjølk", 1.0)]}, {"melk": [("milk", 1.0)]}, 1.0, np.random.default_rng(0))
        == lesson
    )


def test_sentences_are_drawn_by_length_and_none_twice() -> None:
    texts = ["One two three four. Too short. One two three four.", "Five six seven eight nine.", "word " * 40 + "."]
    assert sorted(draw_sentences(texts, 10, seed=0)) == ["Five six seven eight nine.", "One two three four."]
    assert len(draw_sentences(texts, 1, seed=0)) == 1


def test_every_text_of_a_file_is_read_once_with_its_language(tmp_path: Path) -> None:
    rows = [
        {"lang": "en", "question": "Who?", "context": "Ann did."},
        {"lang": "en", "question": "When?", "context": "Ann did."},
        {"lang": "nb", "query": "Hva", "passage": "Dette."},
    ]  # fmt: skip
    file = write_rows(tmp_path / "qa.jsonl.gz", rows)
    assert list(read_qa_texts(file)) == [
        ("en", "Who?"), ("en", "Ann did."), ("en", "When?"), ("nb", "Hva"), ("nb", "Dette."),
    ]  # fmt: skip


def test_a_glossed_passage_is_still_its_sentences() -> None:
    lesson = Lesson("s", "milk", "Milk is. Bread is.", "en", "en", "", ("Milk is.", "Bread is."), 1)
    dictionary = {"milk": [("melk", 1.0)], "is": [("er", 1.0)]}
    random = np.random.default_rng(0)
    made = [gloss_lesson(lesson, dictionary, {}, 1.0, random) for _ in range(20)]
    assert all(" ".join(one.sentences) == one.passage and one.answering == 1 for one in made)
    assert {one.passage for one in made} == {"Milk is. Bread is.", "melk er. Bread er."}
