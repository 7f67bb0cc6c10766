"""The routes that people and operators look at: pages, liveness, readiness, metrics."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from indexing.errors import QuestionError
from service import pages
from service.ask import ask
from service.phrases import PageLanguage, page_language
from service.present import ask_response
from service.ratelimit import address_key
from service.state import State

_EXAMPLES = 5  # questions offered on the search page
_ERROR = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}}
PAGE_ERRORS: dict[int | str, dict[str, Any]] = dict.fromkeys((404, 422, 429, 503), _ERROR)  # JSON, here too


def add_page_routes(app: FastAPI, state: State) -> None:
    """Adds the search page, documents, the box for iframes, and the description of the API."""
    refused: dict[int | str, dict[str, Any]] = {400: {"content": {"text/html": {"schema": {"type": "string"}}}}}

    @app.get("/", response_class=HTMLResponse, responses={**PAGE_ERRORS, **refused}, tags=["pages"])
    async def get_home(
        request: Request, q: Annotated[str, Query(max_length=100_000)] = "", lang: str | None = None
    ) -> HTMLResponse:
        """The search page; works without JavaScript."""
        pipeline = state.ready()
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
        state.note(reply, address_key(request.scope))
        return HTMLResponse(page(reply=ask_response(reply, pipeline.index)))

    @app.get("/documents/{document_id}", response_class=HTMLResponse, responses=PAGE_ERRORS, tags=["pages"])
    async def get_document_page(
        request: Request,
        document_id: str,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
        lang: str | None = None,
    ) -> HTMLResponse:
        """A readable page with the cited passage marked."""
        document, language = state.find(document_id), _page_language(request, lang)
        return HTMLResponse(pages.document(state.ready().index, document.id, start, end, language=language))

    @app.get("/embed", response_class=HTMLResponse, responses=PAGE_ERRORS, tags=["pages"])
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


def add_operation_routes(app: FastAPI, state: State) -> None:
    """Adds liveness, readiness and metrics."""

    @app.get("/livez", response_class=PlainTextResponse, tags=["operations"])
    async def get_livez() -> str:
        """Whether the process answers; touches no model."""
        return "ok"

    @app.get("/readyz", response_class=PlainTextResponse, responses=PAGE_ERRORS, tags=["operations"])
    async def get_readyz() -> str:
        """Whether the index is open and every arm of retrieval finds something."""
        state.ready()
        return "ok"

    @app.get("/metrics", response_class=PlainTextResponse, tags=["operations"])
    async def get_metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _page_language(request: Request, asked: str | None) -> PageLanguage:
    return page_language(asked, request.headers.get("accept-language", ""))
