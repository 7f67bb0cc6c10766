"""The routes that give documents, and check quotations against them."""

from typing import Any

from fastapi import FastAPI

from service.present import document_out
from service.schemas import DocumentsResponse, DocumentTextOut, ErrorResponse, VerifyRequest, VerifyResponse
from service.state import State


def add_document_routes(app: FastAPI, state: State) -> None:
    """Adds listing and reading documents, and checking a quotation."""
    errors: dict[int | str, dict[str, Any]] = {key: {"model": ErrorResponse} for key in (404, 413, 422, 503)}

    @app.get("/v1/documents", responses=errors, tags=["documents"])
    async def get_documents() -> DocumentsResponse:
        """Every document in the index."""
        index = state.ready().index
        return DocumentsResponse(documents=[document_out(d, index) for d in index.documents.values()])

    @app.get("/v1/documents/{document_id}", responses=errors, tags=["documents"])
    async def get_document(document_id: str) -> DocumentTextOut:
        """A document with its canonical text, which all offsets refer to."""
        index = state.ready().index
        document = state.find(document_id)
        return DocumentTextOut(**document_out(document, index).model_dump(), text=document.text)

    @app.post("/v1/verify", responses=errors, tags=["documents"])
    async def post_verify(asked: VerifyRequest) -> VerifyResponse:
        """Whether a quotation stands in a document, character for character."""
        text = state.find(asked.document_id).text
        return VerifyResponse(valid=bool(asked.quote) and text[asked.start : asked.end] == asked.quote)
