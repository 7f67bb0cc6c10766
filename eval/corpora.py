"""Makes any texts searchable as the service would have them: documents, passages, an index in memory or on disk."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexing.build import make_index
from indexing.chunk import MAX_CHARS, split
from indexing.encode import Encoder, Progress, load_encoder
from indexing.errors import SnapshotError
from indexing.language import Detector
from indexing.lexicon import load_lexicon
from indexing.store import Index, load, locked, save, settings_manifest
from indexing.types import Block, BlockKind, Chunk, Document
from service.ask import Pipeline, make_pipeline


@dataclass(frozen=True, slots=True)
class Source:
    """A text to be searched; `title` stands over its passages."""

    id: str
    title: str
    text: str


def open_texts(
    texts: Sequence[Source], encoder_name: str, *, folder: Path | None = None, on_progress: Progress | None = None
) -> Pipeline:
    """A pipeline over these texts; what is longer than a passage is cut as documents are.

    Args:
        texts: In the order their passages shall have.
        encoder_name: As `load_encoder` takes it.
        folder: Where the index is kept from one run to the next; None keeps it in memory alone.
        on_progress: Told how many passages are encoded.

    Raises:
        EncoderError: the encoder cannot be loaded.
        SnapshotError: somebody else is writing to the folder.
    """
    documents, detector = [make_document(source) for source in texts], Detector()
    chunks = [chunk for document in documents for chunk in split(document, detector)]
    encoder = load_encoder(encoder_name)
    if folder is None:
        return open_chunks(documents, chunks, encoder, on_progress=on_progress)
    with locked(folder):
        pipeline = open_chunks(documents, chunks, encoder, before=_previous(folder), on_progress=on_progress)
        save(pipeline.index, folder)
    return pipeline


def open_chunks(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    encoder: Encoder,
    *,
    before: Index | None = None,
    on_progress: Progress | None = None,
) -> Pipeline:
    """A pipeline over passages already cut; vectors of an equal encoder are taken from the index `before`."""
    lexicon = load_lexicon()
    settings = settings_manifest(encoder.card, max_chars=MAX_CHARS, lexicon_hash=lexicon.digest)
    reusable = before if before is not None and before.card == encoder.card else None
    index, _ = make_index(documents, chunks, encoder, lexicon, settings, before=reusable, on_progress=on_progress)
    return make_pipeline(index, encoder, lexicon)


def make_document(source: Source) -> Document:
    """The text in NFC as a document: every line that is not empty is a block, under the title."""
    text = unicodedata.normalize("NFC", source.text)
    title = " ".join(source.title.split())
    blocks = []
    position = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            start = position + len(line) - len(line.lstrip())
            end = position + len(line.rstrip())
            blocks.append(Block(BlockKind.PARAGRAPH, start, end, (title,) if title else ()))
        position += len(line)
    return Document(source.id, title or source.id, text, tuple(blocks))


def _previous(folder: Path) -> Index | None:
    try:
        return load(folder)
    except SnapshotError:
        return None  # nothing there yet, or of an older schema: everything is encoded
