"""What operators see: metrics for Prometheus, and one JSON line of log for every request."""

import json
import logging
import time
import uuid
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.types import Reply

_LATENCY_BUCKETS_S = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56)
_logger = logging.getLogger(__name__)


class Metrics:
    """The counters and histograms of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "kildesvar_requests_total", "Requests by route and status.", ["route", "status"], registry=self.registry
        )
        self._answers = Counter(
            "kildesvar_answers_total", "Questions by outcome and language.", ["outcome", "language"],
            registry=self.registry,
        )  # fmt: skip
        self._steps = Histogram(
            "kildesvar_step_seconds", "Time of each step of an answer.", ["step"], buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )  # fmt: skip
        self._feedback = Counter("kildesvar_feedback_total", "Feedback.", ["helpful"], registry=self.registry)

    def count_request(self, route: str, status: int) -> None:
        """Counts a request; `route` is the pattern, not the path, so that ids do not multiply."""
        self._requests.labels(route, str(status)).inc()

    def count_reply(self, reply: Reply) -> None:
        """Counts an answer and its times."""
        self._answers.labels(reply.answer.outcome.value, reply.language.code).inc()
        for step in ("encode", "retrieve", "read", "total"):
            self._steps.labels(step).observe(getattr(reply.timing, step) / 1e3)

    def count_feedback(self, *, helpful: bool) -> None:
        """Counts feedback."""
        self._feedback.labels(str(helpful).lower()).inc()


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its extra fields, time in UTC."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class RequestLog:
    """Gives every request an id, counts it and logs it; the query string is not logged: it may hold a question."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and notes what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex[:16]
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.count_request(route, status)
            fields = {
                "request_id": request_id,
                "method": scope["method"],
                "route": route,
                "status": status,
                "ms": round((time.perf_counter() - started) * 1e3, 1),
                **scope["state"].get("log", {}),
            }
            _logger.info("request", extra={"fields": fields})
