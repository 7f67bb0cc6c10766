"""What can be suggested while somebody types: titles and headings, each with the page it opens, and questions."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote as percent_encode

from indexing.types import Block, BlockKind, Chunk, Document

Kind = Literal["title", "heading", "question"]

_HEADING_CHARS = range(4, 121)  # shorter says nothing, longer is a paragraph in bold


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion; `url` is the page of a document or of its part, None for a question."""

    text: str
    kind: Kind
    language: str
    url: str | None = None


def document_suggestions(documents: Iterable[Document], chunks: Sequence[Chunk]) -> list[Suggestion]:
    """Titles and headings, each with the page it opens; a heading that occurs often in a document only once."""
    starts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for chunk in chunks:
        starts[chunk.document_id].append((chunk.start, chunk.language))
    found = []
    for document in documents:
        page = f"/documents/{percent_encode(document.id)}"
        title = " ".join(document.title.split())
        found.append(Suggestion(title, "title", document.languages[0] if document.languages else "und", page))
        seen = {title.casefold()}
        for block in document.blocks:
            text = " ".join(document.text[block.start : block.end].split())
            if block.kind is BlockKind.HEADING and len(text) in _HEADING_CHARS and text.casefold() not in seen:
                seen.add(text.casefold())
                language = language_at(starts[document.id], block.start)
                found.append(Suggestion(text, "heading", language, f"{page}#{heading_id(block)}"))
    return found


def language_at(starts: Sequence[tuple[int, str]], place: int) -> str:
    """The language of the chunk that holds a place; `starts` are (start, language), in order."""
    index = bisect_left(starts, (place + 1, "")) - 1
    return starts[index][1] if index >= 0 else "und"


def heading_id(block: Block) -> str:
    """The name of a heading in the page of its document."""
    return f"h{block.start}"
