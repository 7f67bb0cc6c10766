import json
from pathlib import Path

import pytest

from eval.errors import DataError
from eval.questions import read_questions
from eval.starter import as_lines, draft_feedback, draft_questions
from tests.tiny import open_tiny

_PARAGRAPHS = {
    "grants": [
        "The Government proposes NOK 30 million for clinical trials in 2024.",
        "The scheme is open to every hospital that treats patients in Norway.",
        "Short one.",
    ]
}


def _feedback(tmp_path: Path, *rows: object) -> Path:
    file = tmp_path / "feedback.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def test_drafts_quote_the_documents_and_propose_an_answer() -> None:
    drafts = draft_questions(open_tiny(_PARAGRAPHS).index)
    assert [draft["kind"] for draft in drafts] == ["amount", "other"]
    assert drafts[0]["answers"] == ["NOK 30 million"]
    assert drafts[0]["evidence"][0]["quote"] == _PARAGRAPHS["grants"][0]
    assert all(draft["draft"] for draft in drafts)


def test_a_draft_becomes_a_question_when_somebody_writes_it(tmp_path: Path) -> None:
    index = open_tiny(_PARAGRAPHS).index
    draft = {**draft_questions(index)[0], "draft": False, "questions": {"en": "How much is proposed?"}}
    file = tmp_path / "set.jsonl"
    file.write_text(as_lines([draft, *draft_questions(index)[1:]]), "utf-8")
    (question,) = read_questions(file, index.documents)
    assert question.text == "How much is proposed?"


def test_feedback_marked_wrong_becomes_a_draft_once(tmp_path: Path) -> None:
    wrong = {"answer_id": "a" * 16, "helpful": False, "reason": "the year is wrong", "question": "Når?"}
    drafts = draft_feedback(_feedback(tmp_path, wrong, {"answer_id": "b" * 16, "helpful": True}, wrong))
    assert [draft["id"] for draft in drafts] == [f"feedback-{'a' * 16}"]
    assert drafts[0]["note"] == "the year is wrong"
    assert drafts[0]["questions"]["nb"] == "Når?"


def test_the_question_of_a_draft_stands_under_its_language(tmp_path: Path) -> None:
    wrong = {"answer_id": "a" * 16, "helpful": False, "question": "What does the grant pay for?"}
    (draft,) = draft_feedback(_feedback(tmp_path, wrong))
    assert draft["questions"] == {"nb": "", "en": "What does the grant pay for?"}


def test_feedback_without_an_answer_id_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"feedback\.jsonl, line 1: 'answer_id' must be a text"):
        draft_feedback(_feedback(tmp_path, {"helpful": False}))
