"""The text written for the training is what its README says: answers stand where they are told, once."""

import gzip
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from indexing.train.overlap import read_measured
from tests.train.texts import WRITTEN, asked_questions, measured_with, rows_of, written_questions, written_texts


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return written_questions()


def test_every_answer_stands_once_and_where_it_is_told(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for answer in row["answers"]:
            start, text = answer["start"], answer["text"]
            assert row["context"][start : start + len(text)] == text, row["id"]
            assert row["context"].count(text) == 1, row["id"]


def test_questions_cross_the_border_as_often_as_not_and_a_third_or_a_quarter_have_no_answer(
    rows: list[dict[str, Any]],
) -> None:
    crossing = [(row["question_lang"] == "en") != (row["lang"] == "en") for row in rows]
    assert 0.4 <= sum(crossing) / len(rows) <= 0.6
    shares = (("own", "documents", "neighbours"), 0.3, 0.4), (("articles", "reports", "policies"), 0.2, 0.3)
    for names, least, most in shares:
        written = [row for name in names for row in rows_of(name)]
        assert least <= sum(not row["answers"] for row in written) / len(written) <= most
    assert set(Counter(row["question_lang"] for row in rows)) == {"nb", "nn", "en"}
    assert len({row["id"] for row in rows}) == len(rows)


def test_questions_about_a_document_stand_beside_all_its_sections(rows: list[dict[str, Any]]) -> None:
    sections = defaultdict(set)
    for row in rows:
        if "document" in row:
            sections[row["document"]].add(row["context"])
    assert min(map(len, sections.values())) >= 6


def test_questions_about_public_texts_name_their_text_and_what_of_it_answers() -> None:
    asked = asked_questions()
    assert {row["of"] for row in asked} == {"squad_train_subset", "norquad_train_disjoint"}
    assert all(re.fullmatch("[0-9a-f]{16}", row["text"]) and row["question"] for row in asked)
    assert all(answer["text"] and answer["start"] >= 0 for row in asked for answer in row["answers"])
    assert sum(not row["answers"] for row in asked) > 2000
    assert len({row["id"] for row in asked}) == len(asked)


def test_it_is_not_what_the_service_is_measured_with(corpus: Path) -> None:
    measured = read_measured(measured_with(corpus))
    assert not sorted(text for text in set(written_texts()) if measured.overlaps(text))


def test_the_everyday_pairs_are_the_same_in_bokmal_and_nynorsk() -> None:
    english = []
    for name, language in (("everyday", "nb"), ("everyday_nn", "nn")):
        with gzip.open(WRITTEN / "parallel" / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
            columns = [line.rstrip("\n").split("\t") for line in lines]
        assert all(len(row) == 3 and all(row) and row[2] == language for row in columns)
        english.append([row[0] for row in columns])
    assert english[0] == english[1]
