"""The questions about invented sections are what their README says, and nobody's training text."""

from collections import Counter
from pathlib import Path

import pytest

from eval.options import QUESTIONS
from eval.squad import Item, read_reading
from indexing.train.overlap import read_measured
from tests.train.texts import measured_with, written_texts

SECTIONS = QUESTIONS.parent / "sections"


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return [item for file in sorted(SECTIONS.glob("*.jsonl.gz")) for item in read_reading(file)]


def test_half_of_the_questions_are_answered_and_half_cross_the_border(items: list[Item]) -> None:
    assert len({item.id for item in items}) == len(items) == 3360
    assert Counter(Counter(item.context for item in items).values()) == {6: 560}
    assert sum(bool(item.answers) for item in items) == 1680
    crossing = sum(item.question_language != item.context_language for item in items)
    assert 0.45 <= crossing / len(items) <= 0.55


def test_an_answer_stands_once_in_its_section(items: list[Item]) -> None:
    assert not [item.id for item in items for answer in item.answers if item.context.count(answer) != 1]


def test_they_share_eight_words_in_a_row_with_nothing_used_elsewhere(items: list[Item], corpus: Path) -> None:
    elsewhere = read_measured(measured_with(corpus) + written_texts())
    asked = {text for item in items for text in (item.question, item.context)}
    assert not sorted(text for text in asked if elsewhere.overlaps(text))
