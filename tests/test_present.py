"""The JSON of the contract: what is refused, and how a reply is told."""

import re

import pytest
from pydantic import BaseModel, ValidationError

from service.ask import Pipeline, ask
from service.present import ask_response, document_out, passage_url, passages_out, reply_id
from service.schemas import AskRequest, FeedbackRequest, VerifyRequest
from tests.tiny import NEVER_ANSWER, open_tiny

DOCUMENTS = {
    "norsk": ["Regjeringen foreslår 30 millioner kroner til NorTrials i 2024. Fristen er i mai."],
    "english": ["The Government proposes NOK 30 million for clinical trials in 2024."],
}
QUESTION = "Hvor mye penger får NorTrials?"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return open_tiny(DOCUMENTS)


@pytest.mark.parametrize(
    ("shape", "content", "field"),
    [
        (AskRequest, {}, "question"),
        (AskRequest, {"question": 5}, "question"),
        (AskRequest, {"question": "x", "limit": 0}, "limit"),
        (AskRequest, {"question": "x", "limit": 21}, "limit"),
        (AskRequest, {"question": "x", "language": "de"}, "language"),
        (AskRequest, {"question": "x", "documents": "a"}, "documents"),
        (AskRequest, {"question": "x", "documents": ["a\ud800"]}, "documents"),
        (AskRequest, {"question": "x", "colour": "red"}, "colour"),
        (VerifyRequest, {"document_id": "a", "start": -1, "end": 2, "quote": "x"}, "start"),
        (VerifyRequest, {"document_id": "\udfff", "start": 1, "end": 2, "quote": "x"}, "document_id"),
        (FeedbackRequest, {"answer_id": "x", "helpful": True}, "answer_id"),
        (FeedbackRequest, {"answer_id": "0" * 16, "helpful": "perhaps"}, "helpful"),
        (FeedbackRequest, {"answer_id": "0" * 16, "helpful": True, "reason": "\ud800"}, "reason"),
        (FeedbackRequest, {"answer_id": "0" * 16, "helpful": True, "reason": "x" * 1001}, "reason"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(shape: type[BaseModel], content: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        shape.model_validate(content)
    assert [error["loc"][0] for error in refusal.value.errors()] == [field]


def test_a_request_needs_nothing_but_a_question() -> None:
    asked = AskRequest(question="Hva?")
    assert (asked.language, asked.limit, asked.documents) == (None, 5, None)


def test_half_a_question_mark_reaches_the_check_of_questions() -> None:
    assert AskRequest.model_validate({"question": "a\ud800"}).question == "a\ud800"  # told there as a bad question


def test_an_answer_is_told_with_its_citation_and_span(pipeline: Pipeline) -> None:
    told = ask_response(ask(pipeline, QUESTION, language="no"), pipeline.index)
    assert told.outcome == "answered"
    assert (told.language.code, told.language.source) == ("nb", "given")
    assert told.answer is not None
    assert told.answer.text == "Regjeringen foreslår 30 millioner kroner til NorTrials i 2024."
    assert told.answer.span is not None
    assert (told.answer.span.text, told.answer.span.start, told.answer.span.end) == ("30 millioner kroner", 21, 40)
    (citation,) = told.citations
    assert (citation.number, told.answer.citation) == (1, 1)
    assert (citation.quote, citation.start, citation.end) == (told.answer.text, 0, 62)
    assert (citation.document_id, citation.title, citation.language) == ("norsk", "NORSK", "nb")


def test_without_an_answer_there_is_no_citation() -> None:
    pipeline = open_tiny(DOCUMENTS, calibration=NEVER_ANSWER)
    told = ask_response(ask(pipeline, QUESTION), pipeline.index)
    assert (told.outcome, told.answer, told.citations) == ("no_answer", None, [])
    assert [passage.rank for passage in told.passages] == [1, 2]


def test_passages_tell_their_ranks_and_where_they_stand(pipeline: Pipeline) -> None:
    passages = passages_out(ask(pipeline, QUESTION).hits, pipeline.index.documents)
    assert [passage.rank for passage in passages] == [1, 2]
    first = passages[0]
    assert (first.document_id, first.rank_dense, first.rank_lexical, first.rank_translated) == ("norsk", 1, 1, 1)
    assert pipeline.index.documents["norsk"].text[first.start : first.end] == first.text
    assert first.url == f"/documents/norsk?start={first.start}&end={first.end}#passage"


def test_a_document_is_told_with_its_languages_and_sizes(pipeline: Pipeline) -> None:
    told = document_out(pipeline.index.documents["norsk"], pipeline.index)
    assert told.languages == ["nb"]  # from its passages, since it does not say itself
    assert told.characters == len(pipeline.index.documents["norsk"].text)
    assert told.chunks == 1


def test_an_id_is_percent_encoded_in_an_address() -> None:
    assert passage_url("a b?&#", 1, 2) == "/documents/a%20b%3F%26%23?start=1&end=2#passage"


def test_the_id_of_a_reply_is_the_same_for_the_same_question_and_no_other(pipeline: Pipeline) -> None:
    ids = [reply_id(ask(pipeline, question), pipeline.index) for question in (QUESTION, QUESTION, "Når er fristen?")]
    assert ids[0] == ids[1] != ids[2]
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)
    assert FeedbackRequest(answer_id=ids[0], helpful=True).answer_id == ids[0]
