"""The HTTP service: routes, and the one table from errors to statuses."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from indexing.errors import QuestionError, UnknownDocumentError
from indexing.types import Document
from service import embed, pages
from service.ask import Pipeline, ask
from service.complete import Completer
from service.frequent import FrequentQuestions
from service.observe import BodyLimit, Metrics, RequestLog
from service.origins import RefuseStrangers, SafeHeaders, allow_origins
from service.phrases import PageLanguage, page_language
from service.question import check_question
from service.ratelimit import RateLimit, address_key
from service.schemas import (
    AskRequest,
    AskResponse,
    DocumentsResponse,
    DocumentTextOut,
    ErrorResponse,
    FeedbackRequest,
    LanguageCode,
    SearchResponse,
    SuggestionOut,
    SuggestResponse,
    VerifyRequest,
    VerifyResponse,
    ask_response,
    document_out,
    passages_out,
)
from service.settings import Settings
from service.suggest import Suggestion, document_suggestions
from service.types import Outcome, Reply
from service.worker import RETRY_AFTER_S, OverloadedError, Worker

_logger = logging.getLogger(__name__)
_ERROR = {"model": ErrorResponse}
_PAGE_ERROR = {  # errors are JSON where pages and plain text are sent, too
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}
}
_EXAMPLES = 5  # questions offered on the search page
_ASK_ERRORS: dict[int | str, dict[str, Any]] = dict.fromkeys((400, 404, 413, 422, 429, 503), _ERROR)
_PAGE_ERRORS: dict[int | str, dict[str, Any]] = dict.fromkeys((404, 422, 429, 503), _PAGE_ERROR)

Question = Annotated[str, Query(description="The question.", max_length=100_000)]
Limit = Annotated[int, Query(ge=1, le=20, description="Passages returned.")]


@dataclass
class _State:
    """What a running service holds; `pipeline` is None until the index is open and a question has gone through."""

    settings: Settings
    metrics: Metrics
    worker: Worker
    script: embed.Script
    frequent: FrequentQuestions
    completer: Completer
    pipeline: Pipeline | None = None
    not_ready: str = "the index is being opened; ask again in a second"


class NotReadyError(RuntimeError):
    """The index is not open yet, or one of its arms is dead."""


def create_app(settings: Settings, open_index: Callable[[], Pipeline]) -> FastAPI:
    """The service over the pipeline that `open_index` gives; it is opened and tried when the service starts."""
    state = _State(
        settings,
        Metrics(),
        Worker(settings.queue),
        embed.read_script(),
        FrequentQuestions(settings.suggest_after),
        Completer([]),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        state.pipeline = await state.worker.run(lambda: _warm(open_index()))
        state.completer = _completer(state, state.pipeline)
        yield
        state.worker.close()

    app = FastAPI(
        title="Kildesvar",
        version="1",
        summary="An answer with its source: questions in Norwegian or English, sentences word for word.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.kildesvar = state
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RateLimit, per_address=settings.questions_per_address, per_origin=settings.questions_per_origin)
    app.add_middleware(RequestLog, metrics=state.metrics)
    app.add_middleware(RefuseStrangers, allowed=settings.allowed_origins)
    app.add_middleware(SafeHeaders, framed_by=settings.allowed_origins)
    app.add_middleware(allow_origins, settings.allowed_origins)
    _add_errors(app)
    _add_questions(app, state)
    _add_documents(app, state)
    _add_pages(app, state)
    _add_operations(app, state)
    app.router.routes.extend(embed.routes(state.script))
    return app


def _warm(pipeline: Pipeline) -> Pipeline:
    """The pipeline after a question made of its own first words has gone through every arm.

    Raises:
        NotReadyError: an arm found nothing for the words of a passage it holds.
    """
    words = " ".join(pipeline.index.chunks[0].text.split()[:8])
    reply = ask(pipeline, words)
    if not any(hit.rank_dense for hit in reply.hits) or not any(hit.rank_lexical for hit in reply.hits):
        raise NotReadyError("an arm of retrieval finds nothing; build the index anew: python -m indexing")
    return pipeline


def _add_questions(app: FastAPI, state: _State) -> None:
    async def answer(request: Request, asked: AskRequest) -> AskResponse:
        pipeline = _ready(state)
        work = partial(
            ask, pipeline, asked.question, language=asked.language, limit=asked.limit, documents=asked.documents
        )
        reply = await state.worker.run(work)
        _note(state, request, reply)
        request.state.log = _log_fields(reply, state.settings)
        return ask_response(reply, pipeline.index)

    @app.post("/v1/ask", responses=_ASK_ERRORS, tags=["questions"])
    async def post_ask(request: Request, asked: AskRequest) -> AskResponse:
        """A question to a cited, extractive answer."""
        return await answer(request, asked)

    @app.get("/v1/ask", responses=_ASK_ERRORS, tags=["questions"])
    async def get_ask(
        request: Request, q: Question, language: LanguageCode | None = None, limit: Limit = 5
    ) -> AskResponse:
        """The same, for a plain HTML form and a quick look with curl."""
        return await answer(request, AskRequest(question=q, language=language, limit=limit, documents=None))

    @app.get("/v1/search", responses=_ASK_ERRORS, tags=["questions"])
    async def get_search(q: Question, limit: Limit = 10) -> SearchResponse:
        """Ranked passages only."""
        pipeline = _ready(state)
        question = check_question(q)

        def search() -> SearchResponse:
            query = pipeline.retriever.prepare(question, pipeline.detector.detect(question))
            hits = tuple(pipeline.retriever.search(query, limit=limit))
            return SearchResponse(question=question, passages=passages_out(hits, pipeline.index.documents))

        return await state.worker.run(search)

    @app.get("/v1/suggest", responses={422: _ERROR, 429: _ERROR, 503: _ERROR}, tags=["questions"])
    async def get_suggest(q: Question, limit: Limit = 6) -> SuggestResponse:
        """Titles, headings and frequent answered questions that hold what is typed, best first."""
        _ready(state)
        found = state.completer.complete(q, limit=limit)
        return SuggestResponse(
            suggestions=[SuggestionOut(text=s.text, kind=s.kind, language=s.language, url=s.url) for s in found]
        )

    @app.post("/v1/feedback", status_code=204, responses=_ASK_ERRORS, tags=["questions"])
    async def post_feedback(feedback: FeedbackRequest) -> Response:
        """What somebody thought of an answer; added to the feedback file."""
        _ready(state)
        file = state.settings.feedback_file or state.settings.index / "feedback.jsonl"
        entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), **feedback.model_dump()}
        await state.worker.run(partial(_append, file, json.dumps(entry, ensure_ascii=False)))
        state.metrics.count_feedback(helpful=feedback.helpful)
        return Response(status_code=204)


def _add_documents(app: FastAPI, state: _State) -> None:
    errors: dict[int | str, dict[str, Any]] = dict.fromkeys((404, 413, 422, 503), _ERROR)

    @app.get("/v1/documents", responses={503: _ERROR}, tags=["documents"])
    async def get_documents() -> DocumentsResponse:
        """Every document in the index."""
        index = _ready(state).index
        return DocumentsResponse(documents=[document_out(d, index) for d in index.documents.values()])

    @app.get("/v1/documents/{document_id}", responses=errors, tags=["documents"])
    async def get_document(document_id: str) -> DocumentTextOut:
        """A document with its canonical text, which all offsets refer to."""
        index = _ready(state).index
        document = _find(state, document_id)
        return DocumentTextOut(**document_out(document, index).model_dump(), text=document.text)

    @app.post("/v1/verify", responses=errors, tags=["documents"])
    async def post_verify(asked: VerifyRequest) -> VerifyResponse:
        """Whether a quotation stands in a document, character for character."""
        text = _find(state, asked.document_id).text
        return VerifyResponse(valid=bool(asked.quote) and text[asked.start : asked.end] == asked.quote)


def _add_pages(app: FastAPI, state: _State) -> None:
    refused: dict[int | str, dict[str, Any]] = {400: {"content": {"text/html": {"schema": {"type": "string"}}}}}

    @app.get("/", response_class=HTMLResponse, responses={**_PAGE_ERRORS, **refused}, tags=["pages"])
    async def get_home(
        request: Request, q: Annotated[str, Query(max_length=100_000)] = "", lang: str | None = None
    ) -> HTMLResponse:
        """The search page; works without JavaScript."""
        pipeline = _ready(state)
        page = partial(
            pages.home,
            pipeline.index,
            language=_page_language(request, lang),
            script=state.script,
            address=str(request.base_url).rstrip("/"),
            help_url=state.settings.help_url,
            examples=state.frequent.questions()[:_EXAMPLES],
            question=q,
        )
        if not q.strip():
            return HTMLResponse(page())
        try:
            reply = await state.worker.run(partial(ask, pipeline, q))
        except QuestionError:
            return HTMLResponse(page(refused=True), status_code=400)
        _note(state, request, reply)
        return HTMLResponse(page(reply=ask_response(reply, pipeline.index)))

    @app.get("/documents/{document_id}", response_class=HTMLResponse, responses=_PAGE_ERRORS, tags=["pages"])
    async def get_document_page(
        request: Request,
        document_id: str,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
        lang: str | None = None,
    ) -> HTMLResponse:
        """A readable page with the cited passage marked."""
        document, language = _find(state, document_id), _page_language(request, lang)
        return HTMLResponse(pages.document(_ready(state).index, document.id, start, end, language=language))

    @app.get("/embed", response_class=HTMLResponse, responses=_PAGE_ERRORS, tags=["pages"])
    async def get_embed(
        request: Request, lang: str | None = None, theme: Literal["", "light", "dark", "auto"] = ""
    ) -> HTMLResponse:
        """The search box alone, for an iframe on the page of an allowed origin."""
        language, settings = _page_language(request, lang), state.settings
        return HTMLResponse(
            pages.embed(language=language, theme=theme, origins=settings.allowed_origins, help_url=settings.help_url)
        )

    @app.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    async def get_docs() -> HTMLResponse:
        return HTMLResponse(pages.docs(app.openapi()))


def _add_operations(app: FastAPI, state: _State) -> None:
    @app.get("/livez", response_class=PlainTextResponse, tags=["operations"])
    async def get_livez() -> str:
        """Whether the process answers; touches no model."""
        return "ok"

    @app.get("/readyz", response_class=PlainTextResponse, responses={503: _PAGE_ERROR}, tags=["operations"])
    async def get_readyz() -> str:
        """Whether the index is open and every arm of retrieval finds something."""
        _ready(state)
        return "ok"

    @app.get("/metrics", response_class=PlainTextResponse, tags=["operations"])
    async def get_metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_errors(app: FastAPI) -> None:
    retry = {"Retry-After": str(RETRY_AFTER_S)}
    table: list[tuple[type[Exception], int, str, dict[str, str] | None]] = [
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
        if error.status_code == 400:  # a body that is no UTF-8, or nested too deep to be read
            return _error(422, "bad_request", "body: not JSON in UTF-8; see /docs for what this route takes")
        kind = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return _error(error.status_code, kind, f"{error.detail}; see /docs for the routes", dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        request_id = getattr(request.state, "request_id", "")
        _logger.error("unexpected error", exc_info=error, extra={"fields": {"request_id": request_id}})
        text = f"the service made a mistake; its log tells more under request id '{request_id}'"
        return _error(500, "internal", text, {"X-Request-ID": request_id})


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


async def _reply_error(
    status: int, kind: str, headers: dict[str, str] | None, _: Request, error: Exception
) -> JSONResponse:
    return _error(status, kind, str(error), headers)


def _error(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"type": kind, "message": message}}, status_code=status, headers=headers)


def _ready(state: _State) -> Pipeline:
    if state.pipeline is None:
        raise NotReadyError(state.not_ready)
    return state.pipeline


def _find(state: _State, document_id: str) -> Document:
    documents = _ready(state).index.documents
    if document_id not in documents:
        raise UnknownDocumentError(f"document {document_id!r} is not in the index; /v1/documents lists them")
    return documents[document_id]


def _note(state: _State, request: Request, reply: Reply) -> None:
    """Counts a reply, and offers its question to others once enough of them have asked it."""
    state.metrics.count_reply(reply)
    if reply.answer.outcome is Outcome.ANSWERED and state.frequent.note(
        reply.question, reply.language.code, address_key(request.scope)
    ):
        state.completer = _completer(state, _ready(state))


def _completer(state: _State, pipeline: Pipeline) -> Completer:
    file = state.settings.suggested_questions
    offered = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()] if file else []
    questions = [(text, pipeline.detector.detect(text).code) for text in offered] + state.frequent.questions()
    documents = document_suggestions(pipeline.index.documents.values(), pipeline.index.chunks)
    return Completer([*(Suggestion(text, "question", code) for text, code in questions), *documents])


def _page_language(request: Request, asked: str | None) -> PageLanguage:
    return page_language(asked, request.headers.get("accept-language", ""))


def _log_fields(reply: Reply, settings: Settings) -> dict[str, Any]:
    fields: dict[str, Any] = {"outcome": reply.answer.outcome.value, "language": reply.language.code}
    return {**fields, "question": reply.question} if settings.log_questions else fields


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
