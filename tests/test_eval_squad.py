import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import DataError
from eval.squad import read_reading

_CONTEXT = "Mice eat cheese."


def _squad(qas: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": "2.0", "data": [{"title": "Mice", "paragraphs": [{"context": _CONTEXT, "qas": qas}]}]}


def _write(tmp_path: Path, content: Any, name: str = "dev.json") -> Path:
    file = tmp_path / name
    file.write_text(json.dumps(content) + "\n", "utf-8")
    return file


def test_squad_1_and_2_are_read(tmp_path: Path) -> None:
    answer = {"text": "cheese", "answer_start": 9}
    qas: list[dict[str, Any]] = [
        {"id": "1", "question": "What?", "answers": [answer, answer]},
        {"id": "2", "question": "Why?", "answers": [], "plausible_answers": [answer], "is_impossible": True},
    ]
    items = read_reading(_write(tmp_path, _squad(qas)))
    assert [item.answers for item in items] == [("cheese",), ()]


def test_a_question_without_answers_is_taken_where_the_form_tells_it_no_other_way(tmp_path: Path) -> None:
    row = {"id": "1", "question": "Why?", "context": _CONTEXT, "answers": {"text": [], "answer_start": []}}
    (item,) = read_reading(_write(tmp_path, row, "dev.jsonl"))
    assert item.answers == ()


@pytest.mark.parametrize(
    "answers", [[{"text": "cheese", "start": 9}], {"text": ["cheese"], "answer_start": [9]}, ["cheese"]]
)
def test_jsonl_is_read_in_each_form_of_answers(tmp_path: Path, answers: object) -> None:
    row = {"id": "1", "lang": "nb", "question": "Hva?", "context": _CONTEXT, "answers": answers}
    (item,) = read_reading(_write(tmp_path, row, "dev.jsonl"))
    assert item.answers == ("cheese",)
    assert item.context_language == item.question_language == "no"


def test_the_name_of_an_mlqa_file_tells_both_languages(tmp_path: Path) -> None:
    qas = [{"id": "1", "question": "Was?", "answers": [{"text": "cheese"}]}]
    (item,) = read_reading(_write(tmp_path, _squad(qas), "test-context-en-question-de.json"))
    assert (item.question_language, item.context_language) == ("de", "en")
    assert item.id == "1/de-en"  # MLQA's other files have the same question under the same id


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": "1", "question": "?", "context": _CONTEXT, "answers": ["milk"]}, "line 1: answer 'milk' is not in its"),
        ({"id": "1", "question": "?", "context": _CONTEXT}, 'has no "answers"'),
        ({"id": "1", "question": "?", "context": _CONTEXT, "answers": []}, 'line 1: has no "answers"'),
        (
            {"id": "1", "question": "?", "context": _CONTEXT, "answers": ["cheese"]},
            "line 1: the question .* has no letter",
        ),
        (
            {"id": "1", "question": "What?" * 200, "context": _CONTEXT, "answers": ["cheese"]},
            "line 1: the question has",
        ),
        ({"id": "1", "question": "?", "context": "", "answers": []}, '"context" must be a text that is not empty'),
        ({"id": "1", "context": _CONTEXT, "answers": []}, 'the texts "id" and "question"'),
        ({"id": "1", "question": "?", "context": _CONTEXT, "answers": [{"text": ""}]}, 'must have a "text"'),
    ],
)
def test_wrong_rows_are_told_with_their_line(tmp_path: Path, row: object, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_reading(_write(tmp_path, row, "dev.jsonl"))


def test_an_id_that_stands_twice_is_told_with_its_place(tmp_path: Path) -> None:
    entry = {"id": "1", "question": "What?", "answers": [{"text": "cheese"}]}
    with pytest.raises(DataError, match=r"data\[0\]\.paragraphs\[0\]\.qas\[1\]: id '1' stands twice"):
        read_reading(_write(tmp_path, _squad([entry, entry])))


def test_other_json_is_told_what_it_must_be(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='an object with a list "data"'):
        read_reading(_write(tmp_path, {"questions": []}))


def test_a_file_without_questions_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no question"):
        read_reading(_write(tmp_path, {"data": []}))
