"""The HTTP service: its parts put together, in the order a request meets them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from service import embed
from service.ask import Pipeline
from service.bodylimit import BodyLimit
from service.document_routes import add_document_routes
from service.errors import add_errors
from service.observe import RequestLog
from service.origins import RefuseStrangers, SafeHeaders, allow_origins
from service.page_routes import add_operation_routes, add_page_routes
from service.question_routes import add_question_routes
from service.ratelimit import RateLimit
from service.settings import Settings
from service.state import make_state


def create_app(settings: Settings, open_index: Callable[[], Pipeline]) -> FastAPI:
    """The service over the pipeline that `open_index` gives; it is opened and tried when the service starts."""
    state = make_state(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await state.worker.run(lambda: state.open(open_index()))
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
    add_errors(app)
    add_question_routes(app, state)
    add_document_routes(app, state)
    add_page_routes(app, state)
    add_operation_routes(app, state)
    app.router.routes.extend(embed.routes(state.script))
    return app
