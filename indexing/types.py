"""The values that pass between the steps: frozen, slotted, nothing of ours imported.

Every offset in the project counts Unicode code points, half-open, into a document's canonical NFC text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Language = Literal["nb", "nn", "en", "und"]
Family = Literal["no", "en"]  # what retrieval tells apart; bokmål and nynorsk are one


class BlockKind(StrEnum):
    """What a stretch of a document is, as layout tells it."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list
    ROW = "row"  # of a table, on one line whatever the source made of it
    CAPTION = "caption"  # of a table, figure or photograph
    NOTE = "note"  # footnote or bare address


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `document.text[start:end]`, and the headings or table name that stand over it."""

    kind: BlockKind
    start: int
    end: int
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One document: what the manifest tells of it, and the canonical text all offsets refer to.

    `blocks` are in order, do not overlap, and hold every character of `text` that is not white space.
    """

    id: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    languages: tuple[Language, ...] = ()
    source: str = ""
    publisher: str = ""
    date: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest unit an answer quotes: a sentence, a list item or a table row."""

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `document.text[start:end] == text`; id is "<document_id>:<start>-<end>".

    Chunks of a document are in order, do not overlap, and hold every character that is not white space.
    `sentences` carry offsets into the document, `context` is the table name or headings over the chunk.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    language: Language
    context: str
    sentences: tuple[Sentence, ...]

    @property
    def sentence_spans(self) -> list[tuple[int, int]]:
        """Where each sentence stands in `text`, half-open."""
        return [(sentence.start - self.start, sentence.end - self.start) for sentence in self.sentences]
