"""The HTTP contract by hand: every route, every error, and that the service goes on after each."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from service.app import create_app
from service.ask import Pipeline
from service.errors import NotReadyError
from service.settings import Settings
from tests.tiny import open_tiny

DOCUMENTS = {
    "norsk": ["Regjeringen foreslår 30 millioner kroner til NorTrials i 2024.", "Styret møtes i Bergen hver måned."],
    "english": ["The Government proposes NOK 30 million for clinical trials in 2024."],
}
QUESTION = "Hvor mye penger får NorTrials?"
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return open_tiny(DOCUMENTS, max_chars=70)


def make_settings(folder: Path, **values: object) -> Settings:
    unlimited = {"questions_per_address": 0, "questions_per_origin": 0}
    return Settings.model_validate({"index": folder, **unlimited, **values})


@pytest.fixture(scope="module")
def app(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(make_settings(tmp_path_factory.mktemp("index")), lambda: pipeline)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as started:
        yield started


@pytest.fixture
def healthy(client: TestClient) -> Iterator[TestClient]:
    """The client; the service still answers after the test."""
    yield client
    assert client.post("/v1/ask", json={"question": QUESTION}).json()["outcome"] == "answered"


@contextmanager
def started(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_a_question_gets_a_cited_answer_that_can_be_checked(healthy: TestClient) -> None:
    reply = healthy.post("/v1/ask", json={"question": QUESTION})
    assert reply.status_code == 200
    told = reply.json()
    assert list(told) == [
        "id", "question", "language", "outcome", "answer", "citations", "passages", "timing_ms",
    ]  # fmt: skip
    (citation,) = told["citations"]
    document = healthy.get(f"/v1/documents/{citation['document_id']}").json()
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"] == told["answer"]["text"]
    check = {key: citation[key] for key in ("document_id", "start", "end", "quote")}
    assert healthy.post("/v1/verify", json=check).json() == {"valid": True}
    assert healthy.post("/v1/verify", json={**check, "start": citation["start"] + 1}).json() == {"valid": False}
    assert "<mark" in healthy.get(citation["url"]).text


def test_get_answers_like_post(healthy: TestClient) -> None:
    asked = healthy.get("/v1/ask", params={"q": QUESTION, "language": "no", "limit": 2}).json()
    posted = healthy.post("/v1/ask", json={"question": QUESTION, "language": "no", "limit": 2}).json()
    assert {**asked, "timing_ms": None} == {**posted, "timing_ms": None}
    assert len(asked["passages"]) == 2


def test_an_explanation_comes_only_when_it_is_asked_for_and_as_the_last_field(healthy: TestClient) -> None:
    body = {"question": QUESTION}
    plain = healthy.post("/v1/ask", json=body).json()
    assert "explanation" not in plain
    for path in ("/v1/ask?explain=0", "/v1/ask?explain=false"):
        assert list(healthy.post(path, json=body).json()) == list(plain)
    for reply in (
        healthy.post("/v1/ask?explain=1", json=body),
        healthy.get("/v1/ask", params={"q": QUESTION, "explain": "true"}),
    ):
        told = reply.json()
        assert list(told) == [*plain, "explanation"]
        assert {name: told[name] for name in plain if name != "timing_ms"} == {
            name: plain[name] for name in plain if name != "timing_ms"
        }
        assert told["explanation"]["candidates"][0]["text"] == told["answer"]["text"]
        assert round(told["explanation"]["confidence"]["value"], 3) == told["answer"]["confidence"]


def test_an_explanation_without_a_sentence_to_compare_says_so(healthy: TestClient) -> None:
    told = healthy.post("/v1/ask?explain=1", json={"question": QUESTION, "documents": []}).json()
    assert (told["outcome"], told["explanation"]["confidence"], told["explanation"]["candidates"]) == (
        "no_answer",
        None,
        [],
    )


def test_search_gives_passages_only(healthy: TestClient) -> None:
    told = healthy.get("/v1/search", params={"q": QUESTION, "limit": 1}).json()
    assert list(told) == ["question", "passages"]
    assert [passage["document_id"] for passage in told["passages"]] == ["norsk"]


def test_every_document_is_listed_and_none_with_its_text(healthy: TestClient) -> None:
    listed = healthy.get("/v1/documents").json()["documents"]
    assert [document["id"] for document in listed] == list(DOCUMENTS)
    assert all("text" not in document and document["characters"] > 0 for document in listed)


@pytest.mark.parametrize("question", ["", " ", "?!", "👍", "\x00", "a\x00b", "\x1b[31m", "x" * 501, "\u200b"])
def test_what_cannot_be_asked_is_a_bad_question_on_every_door(healthy: TestClient, question: str) -> None:
    for reply in (
        healthy.post("/v1/ask", json={"question": question}),
        healthy.get("/v1/ask", params={"q": question}),
        healthy.get("/v1/search", params={"q": question}),
    ):
        assert_error(reply.status_code, reply.text, 400, "bad_question")


def test_500_characters_may_be_asked(healthy: TestClient) -> None:
    assert healthy.post("/v1/ask", json={"question": "x" * 500}).status_code == 200


BAD_BODIES = {
    "nothing": (b"", "body"),
    "no JSON": (b'{"question":', "body"),
    "no UTF-8": (b'{"question": "\xff"}', "body"),
    "nested too deep": (b"[" * 50_000, "body"),
    "a number too long": (b'{"question": ' + b"1" * 5000 + b"}", "body"),
    "a list": (b"[]", "body"),
    "null": (b"null", "body"),
    "a text": (b'"Hva?"', "body"),
    "no question": (b"{}", "question"),
    "a question that is a number": (b'{"question": 5}', "question"),
    "an unknown field": (b'{"question": "x", "colour": "red"}', "colour"),
    "an unknown field of half characters": (b'{"question": "x", "\\ud800": 1}', "body"),
    "limit 0": (b'{"question": "x", "limit": 0}', "limit"),
    "limit 21": (b'{"question": "x", "limit": 21}', "limit"),
    "limit in words": (b'{"question": "x", "limit": "five"}', "limit"),
    "limit NaN": (b'{"question": "x", "limit": NaN}', "limit"),
    "limit beyond numbers": (b'{"question": "x", "limit": 1e400}', "limit"),
    "an unknown language": (b'{"question": "x", "language": "de"}', "language"),
    "documents as a text": (b'{"question": "x", "documents": "norsk"}', "documents"),
    "a document of half a character": (b'{"question": "x", "documents": ["\\ud800"]}', "documents.0"),
    "documents by the thousand": (json.dumps({"question": "x", "documents": ["a"] * 1001}).encode(), "documents"),
}


@pytest.mark.parametrize(("body", "field"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_of_the_wrong_shape_is_refused_and_the_field_named(healthy: TestClient, body: bytes, field: str) -> None:
    reply = healthy.post("/v1/ask", content=body, headers=JSON)
    message = assert_error(reply.status_code, reply.text, 422, "bad_request")
    assert message.startswith(f"{field}: ")
    assert message.endswith("; see /docs for what this route takes")


def test_a_lone_surrogate_in_a_question_is_a_bad_question(healthy: TestClient) -> None:
    reply = healthy.post("/v1/ask", content=b'{"question": "a\\ud800b"}', headers=JSON)
    assert "U+D800" in assert_error(reply.status_code, reply.text, 400, "bad_question")


def test_json_under_another_content_type_is_refused_with_the_cure(healthy: TestClient) -> None:
    reply = healthy.post("/v1/ask", content=b'{"question": "x"}', headers={"content-type": "text/plain"})
    assert "Content-Type: application/json" in assert_error(reply.status_code, reply.text, 422, "bad_request")


def test_ten_megabytes_are_refused(healthy: TestClient) -> None:
    reply = healthy.post("/v1/ask", content=b'{"question": "' + b"x" * 10_000_000 + b'"}', headers=JSON)
    assert "65536 bytes" in assert_error(reply.status_code, reply.text, 413, "body_too_large")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/ask", "query.q"),
        ("/v1/search?limit=3", "query.q"),
        ("/v1/ask?q=x&limit=0", "query.limit"),
        ("/v1/ask?q=x&limit=21", "query.limit"),
        ("/v1/search?q=x&limit=many", "query.limit"),
        ("/v1/ask?q=x&language=de", "query.language"),
        ("/v1/ask?q=x&explain=perhaps", "query.explain"),
        ("/documents/norsk?start=-1", "query.start"),
        ("/documents/norsk?start=0&end=x", "query.end"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(healthy: TestClient, path: str, field: str) -> None:
    reply = healthy.get(path)
    assert assert_error(reply.status_code, reply.text, 422, "bad_request").startswith(f"{field}: ")


@pytest.mark.parametrize("document_id", ["nope", "NORSK", "norsk.txt", "%00", "..", "%2e%2e", "..%5c..%5cetc", "💥"])
def test_an_unknown_document_is_not_there(healthy: TestClient, document_id: str) -> None:
    for path in ("/v1/documents/", "/documents/"):
        reply = healthy.get(path + document_id)
        if document_id not in ("..", "%2e%2e"):  # the client itself resolves these before it asks
            assert_error(reply.status_code, reply.text, 404, "unknown_document")


@pytest.mark.parametrize("path", ["/v1/documents/..%2f..%2fetc%2fpasswd", "/documents/..%2f..%2f..%2fetc%2fpasswd"])
def test_no_path_leads_out_of_the_documents(healthy: TestClient, path: str) -> None:
    reply = healthy.get(path)
    assert_error(reply.status_code, reply.text, 404, "not_found")
    assert "root:" not in reply.text


def test_an_unknown_document_to_search_in_is_named(healthy: TestClient) -> None:
    reply = healthy.post("/v1/ask", json={"question": QUESTION, "documents": ["norsk", "nope"]})
    message = assert_error(reply.status_code, reply.text, 404, "unknown_document")
    assert message == "document 'nope' is not in the index; /v1/documents lists them"


def test_documents_restrict_answer_and_passages(healthy: TestClient) -> None:
    told = healthy.post("/v1/ask", json={"question": QUESTION, "documents": ["english"]}).json()
    assert {passage["document_id"] for passage in told["passages"] + told["citations"]} == {"english"}


def test_an_empty_list_of_documents_lets_none_through(healthy: TestClient) -> None:
    told = healthy.post("/v1/ask", json={"question": QUESTION, "documents": []}).json()
    assert (told["outcome"], told["answer"], told["passages"]) == ("no_answer", None, [])


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ({"document_id": "nope"}, 404, "unknown_document"),
        ({"start": -1}, 422, "bad_request"),
        ({"start": "first"}, 422, "bad_request"),
        ({"quote": None}, 422, "bad_request"),
        ({"extra": 1}, 422, "bad_request"),
    ],
)
def test_what_cannot_be_verified_is_refused(
    healthy: TestClient, change: dict[str, object], status: int, kind: str
) -> None:
    check = {"document_id": "norsk", "start": 0, "end": 5, "quote": "Regje", **change}
    reply = healthy.post("/v1/verify", json=check)
    assert_error(reply.status_code, reply.text, status, kind)


@pytest.mark.parametrize(("start", "end", "quote"), [(0, 0, ""), (5, 2, ""), (0, 10**30, "x"), (10**30, 10**31, "x")])
def test_nothing_and_the_impossible_are_not_valid(healthy: TestClient, start: int, end: int, quote: str) -> None:
    check = {"document_id": "norsk", "start": start, "end": end, "quote": quote}
    assert healthy.post("/v1/verify", json=check).json() == {"valid": False}


def test_a_page_of_an_impossible_place_marks_nothing(healthy: TestClient) -> None:
    for place in ("start=9&end=3", f"start={10**30}&end={10**31}", ""):
        reply = healthy.get(f"/documents/norsk?{place}")
        assert reply.status_code == 200
        assert "<mark" not in reply.text


def test_feedback_is_kept_and_counted(healthy: TestClient, app: FastAPI) -> None:
    answer_id = healthy.post("/v1/ask", json={"question": QUESTION}).json()["id"]
    reply = healthy.post("/v1/feedback", json={"answer_id": answer_id, "helpful": False, "reason": "feil år"})
    assert (reply.status_code, reply.content) == (204, b"")
    lines = (app.state.kildesvar.settings.index / "feedback.jsonl").read_text("utf-8").splitlines()
    last = json.loads(lines[-1])
    assert (last["answer_id"], last["helpful"], last["reason"]) == (answer_id, False, "feil år")
    assert 'kildesvar_feedback_total{helpful="false"}' in healthy.get("/metrics").text


@pytest.mark.parametrize("log_questions", [True, False])
def test_feedback_has_the_question_only_where_the_log_may_have_it(tmp_path: Path, *, log_questions: bool) -> None:
    settings = Settings(index=tmp_path, log_questions=log_questions)
    with started(create_app(settings, lambda: open_tiny(DOCUMENTS))) as client:
        answer_id = client.post("/v1/ask", json={"question": QUESTION}).json()["id"]
        client.post("/v1/feedback", json={"answer_id": answer_id, "helpful": False})
    kept = json.loads((tmp_path / "feedback.jsonl").read_text("utf-8"))
    assert kept.get("question") == (QUESTION if log_questions else None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"answer_id": "x", "helpful": true}', "answer_id"),
        (b'{"answer_id": "0123456789abcdef"}', "helpful"),
        (b'{"answer_id": "0123456789abcdef", "helpful": true, "reason": "\\udc00"}', "reason"),
    ],
)
def test_feedback_of_the_wrong_shape_is_refused(healthy: TestClient, body: bytes, field: str) -> None:
    reply = healthy.post("/v1/feedback", content=body, headers=JSON)
    assert assert_error(reply.status_code, reply.text, 422, "bad_request").startswith(f"{field}: ")


def test_a_path_or_method_that_is_not_there_is_told_in_the_same_form(healthy: TestClient) -> None:
    nowhere, wrong_way = healthy.get("/nowhere"), healthy.delete("/v1/ask")
    assert_error(nowhere.status_code, nowhere.text, 404, "not_found")
    assert_error(wrong_way.status_code, wrong_way.text, 405, "method_not_allowed")
    assert wrong_way.headers["allow"]


def test_before_the_start_nothing_is_ready_but_the_process_lives(pipeline: Pipeline, tmp_path: Path) -> None:
    client = TestClient(create_app(make_settings(tmp_path), lambda: pipeline))  # not entered: not started
    assert client.get("/livez").text == "ok"
    for reply in (
        client.get("/readyz"),
        client.post("/v1/ask", json={"question": QUESTION}),
        client.get("/v1/documents/norsk"),
        client.get("/"),
    ):
        assert_error(reply.status_code, reply.text, 503, "index_not_ready")
        assert reply.headers["retry-after"] == "1"


def test_after_the_start_the_service_is_ready(healthy: TestClient) -> None:
    assert (healthy.get("/readyz").status_code, healthy.get("/readyz").text) == (200, "ok")


def test_a_service_whose_lexical_arm_is_dead_does_not_start(pipeline: Pipeline, tmp_path: Path) -> None:
    other = open_tiny({"a": ["Ganske andre ord.", "Ikke de samme.", "Noe nytt."]}, max_chars=20)
    broken = open_tiny(DOCUMENTS, max_chars=70).index
    dead = replace(broken, lexical=other.index.lexical)
    retriever = type(pipeline.retriever)(dead, pipeline.retriever._encoder, pipeline.retriever._lexicon)
    app = create_app(make_settings(tmp_path), lambda: replace(pipeline, index=dead, retriever=retriever))
    with pytest.raises(NotReadyError, match="finds nothing; build the index anew: python -m indexing"), started(app):
        pass


def test_a_full_queue_is_refused_with_a_time_to_come_back(pipeline: Pipeline, tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path, queue=1), lambda: pipeline)
    with started(app) as client:
        begun, release = threading.Event(), threading.Event()

        def hold() -> bool:
            begun.set()
            return release.wait(timeout=30)

        assert client.portal is not None
        busy = client.portal.start_task_soon(app.state.kildesvar.worker.run, hold)
        assert begun.wait(timeout=30)
        refused = client.post("/v1/ask", json={"question": QUESTION})
        assert "1 questions wait, at most 1 may" in assert_error(refused.status_code, refused.text, 503, "overloaded")
        assert refused.headers["retry-after"] == "1"
        assert client.get("/livez").text == "ok"  # while the only worker is busy
        assert client.get("/readyz").text == "ok"
        release.set()
        assert busy.result(timeout=30)
        assert client.post("/v1/ask", json={"question": QUESTION}).status_code == 200


def test_a_bug_is_told_without_its_trace_and_the_service_goes_on(
    pipeline: Pipeline, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    document = replace(pipeline.index.documents["norsk"], text="Noe annet.")
    broken = replace(pipeline.index, documents={**pipeline.index.documents, "norsk": document})
    app = create_app(make_settings(tmp_path), lambda: pipeline)
    with started(app) as client:
        app.state.kildesvar.pipeline = replace(pipeline, index=broken)  # its quotations are no longer exact
        reply = client.post("/v1/ask", json={"question": QUESTION})
        message = assert_error(reply.status_code, reply.text, 500, "internal")
        assert reply.headers["x-request-id"] in message
        assert "CitationError" not in reply.text
        assert client.post("/v1/ask", json={"question": QUESTION, "documents": ["english"]}).status_code == 200
    (record,) = [record for record in caplog.records if record.getMessage() == "unexpected error"]
    assert vars(record)["fields"]["request_id"] == reply.headers["x-request-id"]
    assert record.exc_info is not None


@pytest.mark.parametrize("log_questions", [False, True])
def test_the_log_holds_questions_only_when_told_to(
    pipeline: Pipeline, tmp_path: Path, caplog: pytest.LogCaptureFixture, log_questions: bool
) -> None:
    app = create_app(make_settings(tmp_path, log_questions=log_questions), lambda: pipeline)
    secret = "Hvor mye penger får hemmelighetsholderen?"
    with started(app) as client, caplog.at_level(logging.INFO):
        for reply in (
            client.post("/v1/ask", json={"question": secret}),
            client.get("/v1/ask", params={"q": secret}),
            client.get("/v1/search", params={"q": secret}),
            client.get("/", params={"q": secret}),
            client.post("/v1/ask", json={"question": secret + "\x00"}),
        ):
            assert reply.headers["x-request-id"]
    ours = [vars(record) for record in caplog.records if record.name.startswith(("service", "uvicorn"))]
    fields = [entry["fields"] for entry in ours if "fields" in entry]
    assert [entry["route"] for entry in fields] == ["/v1/ask", "/v1/ask", "/v1/search", "/", "/v1/ask"]
    assert len({entry["request_id"] for entry in fields}) == 5
    assert fields[0]["outcome"] == "answered"
    assert fields[0]["language"] == "nb"
    assert ("hemmelighetsholderen" in str(ours)) is log_questions


def test_metrics_count_routes_by_pattern_and_answers_by_outcome(pipeline: Pipeline, tmp_path: Path) -> None:
    with started(create_app(make_settings(tmp_path), lambda: pipeline)) as client:
        client.post("/v1/ask", json={"question": QUESTION})
        client.get("/v1/documents/norsk")
        client.get("/v1/documents/nope")
        told = client.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain; version=")
    for line in (
        'kildesvar_requests_total{route="/v1/ask",status="200"} 1.0',
        'kildesvar_requests_total{route="/v1/documents/{document_id}",status="200"} 1.0',
        'kildesvar_requests_total{route="/v1/documents/{document_id}",status="404"} 1.0',
        'kildesvar_answers_total{language="nb",outcome="answered"} 1.0',
        'kildesvar_step_seconds_count{step="total"} 1.0',
    ):
        assert line in told.text


def test_every_route_of_the_contract_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, method in (
        ("/v1/ask", "post"), ("/v1/ask", "get"), ("/v1/search", "get"), ("/v1/documents", "get"),
        ("/v1/documents/{document_id}", "get"), ("/v1/verify", "post"), ("/v1/feedback", "post"),
        ("/documents/{document_id}", "get"), ("/", "get"), ("/livez", "get"), ("/readyz", "get"), ("/metrics", "get"),
    ):  # fmt: skip
        assert method in paths[path], f"{method} {path}"
    assert client.get("/docs").status_code == 200


def test_no_error_is_described_in_another_form_than_ours(client: TestClient) -> None:
    assert "HTTPValidationError" not in client.get("/openapi.json").json()["components"]["schemas"]


CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip


CAN_BE_WRONG = {"POST /v1/ask", "GET /v1/ask", "GET /v1/search", "POST /v1/verify", "POST /v1/feedback"}


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_request_made_from_the_description_breaks_it(
    healthy: TestClient, app: FastAPI, mode: schemathesis.GenerationMode
) -> None:
    async def running(scope: Scope, receive: Receive, send: Send) -> None:
        """The service as it runs already: who only sends requests neither starts nor stops it."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await app(scope, receive, send)

    described = schemathesis.openapi.from_asgi("/openapi.json", running)
    for found in described.get_all_operations():
        assert isinstance(found, Ok), "the description itself is wrong"
        operation = found.ok()
        if mode is schemathesis.GenerationMode.NEGATIVE and operation.label not in CAN_BE_WRONG:
            continue

        @settings(max_examples=15, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        check()


@settings(max_examples=60)
@given(
    content=st.one_of(
        st.binary(max_size=200), st.text(max_size=100).map(lambda t: json.dumps({"question": t}).encode())
    )
)
def test_no_body_makes_the_service_fail(client: TestClient, content: bytes) -> None:
    for path in ("/v1/ask", "/v1/verify", "/v1/feedback"):
        assert client.post(path, content=content, headers=JSON).status_code < 500


def assert_error(status: int, text: str, wanted: int, kind: str) -> str:
    """The message, after a look at the form: `{"error": {"type": …, "message": …}}` and no stack trace."""
    assert status == wanted, text
    told = json.loads(text)
    assert list(told) == ["error"]
    assert list(told["error"]) == ["type", "message"]
    assert told["error"]["type"] == kind
    assert "Traceback" not in text
    assert len(told["error"]["message"]) > 10
    return str(told["error"]["message"])
