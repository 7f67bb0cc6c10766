"""Metrics, the log of requests, and the limit on bodies: for the service and for any ASGI application."""

import asyncio
import json
import logging
import sys

import pytest
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from service.ask import ask
from service.bodylimit import BodyLimit
from service.observe import JsonFormatter, Metrics, RequestLog
from tests.tiny import open_tiny

LIMIT_BYTES = 100


async def echo(request: Request) -> PlainTextResponse:
    """Sends the length of the body back."""
    return PlainTextResponse(str(len(await request.body())))


async def fail(_: Request) -> PlainTextResponse:
    """Has a bug."""
    raise LookupError("a bug")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client(metrics: Metrics) -> TestClient:
    app = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST"]), Route("/fail", fail)])
    app.add_middleware(BodyLimit, max_bytes=LIMIT_BYTES)
    app.add_middleware(RequestLog, metrics=metrics)
    return TestClient(app, raise_server_exceptions=False)


def told(metrics: Metrics, name: str, **labels: str) -> float:
    """The value of a metric, 0 where nothing was counted."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


def requests(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """The fields of every request logged."""
    return [vars(record)["fields"] for record in caplog.records if record.getMessage() == "request"]


def test_a_reply_is_counted_by_outcome_and_language_with_its_times(metrics: Metrics) -> None:
    reply = ask(open_tiny({"a": ["Helsedata finnes."]}), "Hva er helsedata?")
    metrics.count_reply(reply)
    metrics.count_reply(reply)
    assert told(metrics, "kildesvar_answers_total", outcome="answered", language="nb") == 2
    for step in ("encode", "retrieve", "read", "total"):
        assert told(metrics, "kildesvar_step_seconds_count", step=step) == 2
    seconds = told(metrics, "kildesvar_step_seconds_sum", step="total")
    assert seconds == pytest.approx(2 * reply.timing.total / 1000)


def test_feedback_is_counted_by_what_it_says(metrics: Metrics) -> None:
    metrics.count_feedback(helpful=True)
    metrics.count_feedback(helpful=False)
    metrics.count_feedback(helpful=False)
    assert told(metrics, "kildesvar_feedback_total", helpful="true") == 1
    assert told(metrics, "kildesvar_feedback_total", helpful="false") == 2


def test_two_services_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.count_request("/", 200)
    assert told(first, "kildesvar_requests_total", route="/", status="200") == 1
    assert told(second, "kildesvar_requests_total", route="/", status="200") == 0


def test_prometheus_can_read_the_metrics(metrics: Metrics) -> None:
    metrics.count_request("/v1/ask", 200)
    assert 'kildesvar_requests_total{route="/v1/ask",status="200"} 1.0' in generate_latest(metrics.registry).decode()


def test_a_log_line_is_one_json_object_with_its_fields() -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "hei\n%s", ("å",), None)
    record.fields = {"request_id": "abc"}
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["message"], entry["request_id"]) == ("info", "hei\nå", "abc")
    assert entry["time"].endswith("+00:00")


def test_a_trace_stays_inside_its_line() -> None:
    try:
        int("a bug")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", None, sys.exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["trace"]


def test_every_reply_has_a_request_id_and_the_log_has_the_same(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        ids = [client.get("/echo").headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert [fields["request_id"] for fields in requests(caplog)] == ids


def test_the_log_tells_method_status_and_time_and_no_query(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/echo?q=hemmelig")
    (fields,) = requests(caplog)
    assert (fields["method"], fields["status"]) == ("GET", 200)
    assert isinstance(fields["ms"], float)
    assert "hemmelig" not in str([vars(record) for record in caplog.records if record.name.startswith("service")])


def test_a_request_that_meets_a_bug_is_logged_and_counted_as_500(
    client: TestClient, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert client.get("/fail").status_code == 500
    assert [fields["status"] for fields in requests(caplog)] == [500]
    assert told(metrics, "kildesvar_requests_total", route="/fail", status="500") == 1


def test_paths_that_lead_nowhere_are_counted_as_one(client: TestClient, metrics: Metrics) -> None:
    for number in range(5):
        client.get(f"/nowhere/{number}")
    assert told(metrics, "kildesvar_requests_total", route="unmatched", status="404") == 5


@pytest.mark.parametrize("size", [0, 1, LIMIT_BYTES])
def test_a_body_up_to_the_limit_arrives_whole(client: TestClient, size: int) -> None:
    assert client.post("/echo", content=b"x" * size).text == str(size)


def test_a_body_over_the_limit_is_refused_in_the_form_of_the_contract(client: TestClient) -> None:
    reply = client.post("/echo", content=b"x" * (LIMIT_BYTES + 1))
    assert reply.status_code == 413
    assert reply.json() == {
        "error": {
            "type": "body_too_large",
            "message": "the request body is over 100 bytes; send a question of at most 500 characters",
        }
    }


def test_a_body_over_the_limit_is_not_read_to_its_end() -> None:
    taken, sent = [], []

    async def receive() -> Message:
        taken.append(1)
        return {"type": "http.request", "body": b"x" * 60, "more_body": True}  # never ends

    async def send(message: Message) -> None:
        sent.append(message)

    limited = BodyLimit(Starlette(), LIMIT_BYTES)
    asyncio.run(limited({"type": "http", "method": "POST"}, receive, send))
    assert len(taken) == 2  # 60 + 60 > 100
    assert sent[0]["status"] == 413


def test_a_caller_who_hangs_up_gets_no_reply() -> None:
    sent = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(BodyLimit(Starlette(), LIMIT_BYTES)({"type": "http", "method": "POST"}, receive, send))
    assert sent == []
