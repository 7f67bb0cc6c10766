"""The one table from errors to statuses, and the one body every error has."""

import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Send

from indexing.errors import QuestionError, UnknownDocumentError
from service.schemas import ErrorBody, ErrorResponse, ErrorType
from service.worker import RETRY_AFTER_S, OverloadedError

_logger = logging.getLogger(__name__)


class NotReadyError(RuntimeError):
    """The index is not open yet, or one of its arms is dead."""


def add_errors(app: FastAPI) -> None:
    """Gives every error its status and the body of the contract; no trace ever leaves the service."""
    retry = {"Retry-After": str(RETRY_AFTER_S)}
    table: list[tuple[type[Exception], int, ErrorType, dict[str, str] | None]] = [
        (QuestionError, 400, "bad_question", None),
        (UnknownDocumentError, 404, "unknown_document", None),
        (OverloadedError, 503, "overloaded", retry),
        (NotReadyError, 503, "index_not_ready", retry),
    ]
    for error_class, status, kind, headers in table:
        app.add_exception_handler(error_class, partial(_reply_error, status, kind, headers))

    @app.exception_handler(RequestValidationError)
    async def bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
        return _error(422, "bad_request", f"{_name_field(error.errors()[0])}; see /docs for what this route takes")

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 400:  # a body that is no UTF-8, or nested too deep to be read
            return _error(422, "bad_request", "body: not JSON in UTF-8; see /docs for what this route takes")
        if error.status_code == 405:
            return _error(405, "method_not_allowed", f"{error.detail}; see /docs for the routes", headers)
        return _error(error.status_code, "not_found", f"{error.detail}; see /docs for the routes", headers)

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        request_id = getattr(request.state, "request_id", "")
        _logger.error("unexpected error", exc_info=error, extra={"fields": {"request_id": request_id}})
        text = f"the service made a mistake; its log tells more under request id '{request_id}'"
        return _error(500, "internal", text, {"X-Request-ID": request_id})


async def refuse(
    send: Send, status: int, kind: ErrorType, message: str, headers: Mapping[str, str] | None = None
) -> None:
    """Answers a request with an error before it reaches a route."""
    body = json.dumps(_body(kind, message)).encode()
    own = {"content-type": "application/json", "content-length": str(len(body))}
    raw = [(name.lower().encode(), value.encode()) for name, value in {**own, **(headers or {})}.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _reply_error(
    status: int, kind: ErrorType, headers: dict[str, str] | None, _: Request, error: Exception
) -> JSONResponse:
    return _error(status, kind, str(error), headers)


def _error(status: int, kind: ErrorType, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(_body(kind, message), status_code=status, headers=headers)


def _body(kind: ErrorType, message: str) -> dict[str, Any]:
    return ErrorResponse(error=ErrorBody(type=kind, message=message)).model_dump()


def _name_field(fault: Mapping[str, Any]) -> str:
    """The field that is wrong and what is wrong with it."""
    field = ".".join(str(part) for part in fault["loc"] if part != "body") or "body"
    match fault["type"]:
        case "json_invalid":
            return f"body: not JSON ({fault['ctx']['error']} at character {field})"
        case "model_attributes_type":
            return f"{field}: must be a JSON object, sent with Content-Type: application/json"
        case _:
            return f"{field}: {fault['msg']}"
