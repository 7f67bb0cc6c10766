"""The routes that take questions: ask, search, suggest, feedback."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from service.ask import ask
from service.present import ask_response, explained_response, passages_out
from service.question import check_question
from service.ratelimit import address_key
from service.schemas import (
    AskRequest,
    AskResponse,
    ErrorResponse,
    ExplainedResponse,
    FeedbackRequest,
    LanguageCode,
    SearchResponse,
    SuggestionOut,
    SuggestResponse,
)
from service.settings import FEEDBACK, Settings
from service.state import State
from service.types import Reply

Question = Annotated[str, Query(description="The question.", max_length=100_000)]
Limit = Annotated[int, Query(ge=1, le=20, description="Passages returned.")]
Explain = Annotated[bool, Query(description="Whether the reply tells how it came about, in `explanation`.")]
Answered = ExplainedResponse | AskResponse  # the narrow one first: else it would be sent without its explanation

ASK_ERRORS: dict[int | str, dict[str, Any]] = {key: {"model": ErrorResponse} for key in (400, 404, 413, 422, 429, 503)}


def add_question_routes(app: FastAPI, state: State) -> None:
    """Adds asking, searching, suggesting and feedback."""

    async def answer(request: Request, asked: AskRequest, *, explained: bool) -> Answered:
        pipeline = state.ready()
        work = partial(
            ask, pipeline, asked.question, language=asked.language, limit=asked.limit, documents=asked.documents
        )
        reply = await state.worker.run(work)
        state.note(reply, address_key(request.scope))
        request.state.log = _log_fields(reply, state.settings)
        if explained:
            return explained_response(reply, pipeline.index, pipeline.calibration)
        return ask_response(reply, pipeline.index)

    @app.post("/v1/ask", responses=ASK_ERRORS, tags=["questions"])
    async def post_ask(request: Request, asked: AskRequest, *, explain: Explain = False) -> Answered:
        """A question to a cited, extractive answer."""
        return await answer(request, asked, explained=explain)

    @app.get("/v1/ask", responses=ASK_ERRORS, tags=["questions"])
    async def get_ask(
        request: Request,
        q: Question,
        language: LanguageCode | None = None,
        limit: Limit = 5,
        *,
        explain: Explain = False,
    ) -> Answered:
        """The same, for a plain HTML form and a quick look with curl."""
        asked = AskRequest(question=q, language=language, limit=limit, documents=None)
        return await answer(request, asked, explained=explain)

    @app.get("/v1/search", responses=ASK_ERRORS, tags=["questions"])
    async def get_search(q: Question, limit: Limit = 10) -> SearchResponse:
        """Ranked passages only."""
        pipeline = state.ready()
        question = check_question(q)

        def search() -> SearchResponse:
            query = pipeline.retriever.prepare(question, pipeline.detector.detect(question))
            hits = tuple(pipeline.retriever.search(query, limit=limit))
            return SearchResponse(question=question, passages=passages_out(hits, pipeline.index.documents))

        return await state.worker.run(search)

    @app.get("/v1/suggest", responses=ASK_ERRORS, tags=["questions"])
    async def get_suggest(q: Question, limit: Limit = 6) -> SuggestResponse:
        """Titles, headings and frequent answered questions that hold what is typed, best first."""
        state.ready()
        found = state.completer.complete(q, limit=limit)
        return SuggestResponse(
            suggestions=[SuggestionOut(text=s.text, kind=s.kind, language=s.language, url=s.url) for s in found]
        )

    @app.post("/v1/feedback", status_code=204, responses=ASK_ERRORS, tags=["questions"])
    async def post_feedback(feedback: FeedbackRequest) -> Response:
        """What somebody thought of an answer; added to the feedback file."""
        state.ready()
        file = state.settings.feedback_file or state.settings.index / FEEDBACK
        entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), **feedback.model_dump()}
        if feedback.answer_id in state.recent:
            entry["question"] = state.recent[feedback.answer_id]
        await state.worker.run(partial(_append, file, json.dumps(entry, ensure_ascii=False)))
        state.metrics.count_feedback(helpful=feedback.helpful)
        return Response(status_code=204)


def _log_fields(reply: Reply, settings: Settings) -> dict[str, Any]:
    fields: dict[str, Any] = {"outcome": reply.answer.outcome.value, "language": reply.language.code}
    return {**fields, "question": reply.question} if settings.log_questions else fields


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
