import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import DataError
from eval.questions import Question, read_questions
from indexing.types import BlockKind, Chunk, Document, Sentence
from tests.tiny import make_document

_TEXT = "NorTrials gets NOK 30 million. It began in 2021."
_ITEM: dict[str, Any] = {
    "id": "a",
    "split": "test",
    "kind": "amount",
    "tags": [],
    "questions": {"nb": "Hvor mye får NorTrials?", "en": "How much does NorTrials get?"},
    "evidence": [{"document": "grants", "quote": "NorTrials gets NOK 30 million.", "language": "en"}],
    "answers": ["NOK 30 million"],
}


def _documents() -> dict[str, Document]:
    return {"grants": make_document("grants", [_TEXT])}


def _read(tmp_path: Path, *items: dict[str, Any], split: str | None = None) -> list[Question]:
    file = tmp_path / "set.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return read_questions(file, _documents(), split=split)


def _chunk(start: int, end: int) -> Chunk:
    sentence = Sentence(start, end, BlockKind.PARAGRAPH)
    return Chunk(f"grants:{start}-{end}", "grants", start, end, _TEXT[start:end], "en", "", (sentence,))


def test_each_language_of_an_item_is_a_question(tmp_path: Path) -> None:
    questions = _read(tmp_path, _ITEM)
    assert [question.id for question in questions] == ["a/nb", "a/en"]
    assert [question.directions for question in questions] == [("no->en",), ("en->en",)]
    assert (questions[0].evidence[0].start, questions[0].evidence[0].end) == (0, 30)


def test_nynorsk_counts_as_norwegian_and_apart(tmp_path: Path) -> None:
    (question,) = _read(tmp_path, {**_ITEM, "questions": {"nn": "Kor mykje får NorTrials?"}})
    assert question.directions == ("no->en", "nn->en")


def test_evidence_in_both_languages_is_a_direction_of_its_own(tmp_path: Path) -> None:
    evidence = [*_ITEM["evidence"], {"document": "grants", "quote": "It began in 2021.", "language": "no"}]
    assert _read(tmp_path, {**_ITEM, "evidence": evidence})[1].directions == ("en->both",)


def test_a_passage_is_relevant_when_it_holds_half_of_the_quote(tmp_path: Path) -> None:
    question = _read(tmp_path, _ITEM)[0]  # the quote has 30 characters
    assert question.relevant([_chunk(0, 15), _chunk(15, 30)]) == {"grants:0-15": 1, "grants:15-30": 1}
    assert question.relevant([_chunk(0, 14), _chunk(14, 40)]) == {"grants:14-40": 1}


def test_only_the_questions_of_the_split_are_read(tmp_path: Path) -> None:
    tune = {**_ITEM, "id": "b", "split": "tune"}
    assert {question.item for question in _read(tmp_path, _ITEM, tune, split="tune")} == {"b"}


def test_drafts_are_left_out(tmp_path: Path) -> None:
    draft = {"id": "d", "draft": True, "questions": {"nb": "", "en": ""}, "evidence": [], "answers": []}
    assert {question.item for question in _read(tmp_path, _ITEM, draft)} == {"a"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"evidence": [{"document": "grants", "quote": "gets NOK 40"}]}, "the quote 'gets NOK 40' is not in document"),
        (
            {"evidence": [{"document": "none", "quote": "x"}]},
            "document 'none' is not in the index; documents are grants",
        ),
        ({"evidence": [{"document": "grants"}]}, 'the texts "document" and "quote"'),
        ({"evidence": []}, "'a' has no evidence"),
        ({"answers": []}, "'a' has no answers"),
        ({"answers": [" "]}, "'answers' must be a list of texts that are not empty"),
        ({"kind": "absent"}, "kind 'absent' has no answer in the documents, yet"),
        ({"split": "train"}, "split 'train' is not known; splits are tune, test"),
        ({"questions": {}}, "'questions' must map nb, nn, en to texts"),
        ({"questions": {"de": "Was?"}}, "'questions' must map nb, nn, en to texts"),
        ({"questions": {"en": " "}}, "the question in 'en' is empty"),
        ({"questions": {"en": "why " * 200}}, "the question has 799 characters, at most 500"),
        ({"evidence": [{"document": "grants", "quote": "NorTrials"}]}, "evidence language None must be 'no' or 'en'"),
    ],
)
def test_a_wrong_item_is_told_with_its_line(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=r"set\.jsonl, line 2: .*") as caught:
        _read(tmp_path, {**_ITEM, "id": "first"}, {**_ITEM, **change})
    assert told in str(caught.value)


def test_an_id_that_stands_twice_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 2: id 'a' stands on line 1 already"):
        _read(tmp_path, _ITEM, _ITEM)


def test_a_set_without_questions_of_the_split_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no question of split 'tune' to measure"):
        _read(tmp_path, _ITEM, split="tune")
