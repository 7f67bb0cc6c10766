"""The invented documents and the questions about them are what their README says, and nobody's training text."""

from collections import Counter
from pathlib import Path

import pytest

from eval.options import QUESTIONS
from eval.questions import Question, read_questions
from indexing.ingest import read_corpus
from indexing.train.overlap import read_measured
from indexing.types import Document
from tests.train.texts import measured_with, written_texts

FOLDER = QUESTIONS.parent / "documents"


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {document.id: document for document in read_corpus(FOLDER / "corpus")}


@pytest.fixture(scope="module")
def questions(documents: dict[str, Document]) -> list[Question]:
    return read_questions(FOLDER / "questions.jsonl", documents)


def test_a_third_are_answered_nowhere_and_half_of_the_others_cross_the_border(
    questions: list[Question], documents: dict[str, Document]
) -> None:
    languages = Counter(document.languages[0] for document in documents.values())
    assert languages == {"nb": 17, "en": 10, "nn": 7}
    answered = [question for question in questions if question.answerable]
    assert (len(questions), len(answered)) == (1354, 912)
    crossing = [one for one in answered if one.directions[0] in ("no->en", "en->no")]
    assert 0.45 <= len(crossing) / len(answered) <= 0.6


def test_no_document_has_questions_of_both_splits(questions: list[Question]) -> None:
    splits = {(question.item.rsplit("-", 1)[0], question.split) for question in questions}
    assert Counter(split for _, split in splits) == {"tune": 17, "test": 17}
    assert len(splits) == 34


def test_they_share_eight_words_in_a_row_with_nothing_used_elsewhere(
    questions: list[Question], documents: dict[str, Document], corpus: Path
) -> None:
    elsewhere = read_measured(measured_with(corpus) + written_texts())
    texts = {question.text for question in questions} | {document.text for document in documents.values()}
    assert not sorted(text for text in texts if elsewhere.overlaps(text))
