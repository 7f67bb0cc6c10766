"""Makes any texts searchable as the service would have them: documents, passages, an index in memory or on disk."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.turns import OneAtATime
from indexing.build import make_index
from indexing.chunk import MAX_CHARS, split
from indexing.encode import BUNDLED, Encoder, Progress, load_encoder
from indexing.errors import SnapshotError
from indexing.language import Detector
from indexing.lexicon import Lexicon, load_lexicon
from indexing.store import Index, load, locked, save, settings_manifest
from indexing.types import Block, BlockKind, Chunk, Document
from service.ask import Pipeline, make_pipeline
from service.reader import Reads, load_reader


@dataclass(frozen=True, slots=True)
class Source:
    """A text to be searched; `title` stands over its passages."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts as the index has them: documents, and the passages they are cut into, in order."""

    documents: Sequence[Document]
    chunks: Sequence[Chunk]


def cut_texts(texts: Sequence[Source], *, on_progress: Progress | None = None) -> Corpus:
    """The texts as documents; what is longer than a passage is cut as documents are. Tells how many texts are cut."""
    documents, detector = [make_document(source) for source in texts], Detector()
    chunks: list[Chunk] = []
    for done, document in enumerate(documents, start=1):
        chunks.extend(split(document, detector))
        if on_progress:
            on_progress(done, len(documents))
    return Corpus(documents, chunks)


def open_corpus(
    corpus: Corpus, encoder_name: str, *, folder: Path | None = None, on_progress: Progress | None = None
) -> Pipeline:
    """A pipeline over these texts; many queries may be prepared at the same time.

    Args:
        corpus: From `cut_texts`.
        encoder_name: As `load_encoder` and `load_reader` take it.
        folder: Where the index is kept from one run to the next; None keeps it in memory alone.
        on_progress: Told how many passages are encoded.

    Raises:
        EncoderError: the encoder or its reader cannot be loaded.
        SnapshotError: somebody else is writing to the folder.
    """
    encoder, reader = load_encoder(encoder_name), load_reader(encoder_name)
    if encoder_name != BUNDLED:
        encoder = OneAtATime(encoder)
    if folder is None:
        return open_chunks(corpus.documents, corpus.chunks, encoder, reader, on_progress=on_progress)
    with locked(folder):
        before = _previous(folder)
        if before is not None and _is_of(before, corpus, encoder):
            return make_pipeline(before, encoder, load_lexicon(), reader=reader)
        pipeline = open_chunks(corpus.documents, corpus.chunks, encoder, reader, before=before, on_progress=on_progress)
        save(pipeline.index, folder)
    return pipeline


def open_chunks(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    encoder: Encoder,
    reader: Reads | None = None,
    *,
    before: Index | None = None,
    on_progress: Progress | None = None,
) -> Pipeline:
    """A pipeline over passages already cut; vectors of an equal encoder are taken from the index `before`.

    The bundled reader reads where no other is given.
    """
    lexicon = load_lexicon()
    settings = _settings(encoder, lexicon)
    reusable = before if before is not None and before.card == encoder.card else None
    index, _ = make_index(documents, chunks, encoder, lexicon, settings, before=reusable, on_progress=on_progress)
    return make_pipeline(index, encoder, lexicon, reader=reader)


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


def _is_of(index: Index, corpus: Corpus, encoder: Encoder) -> bool:
    """Whether this index is the one that would be made: of these very passages, by this encoder and analysis."""
    settings = _settings(encoder, load_lexicon())
    return (
        all(index.manifest.get(key) == value for key, value in settings.items())
        and index.chunks == tuple(corpus.chunks)
        and tuple(index.documents.values()) == tuple(corpus.documents)
    )


def _settings(encoder: Encoder, lexicon: Lexicon) -> dict[str, Any]:
    return settings_manifest(encoder.card, max_chars=MAX_CHARS, lexicon_hash=lexicon.digest)
