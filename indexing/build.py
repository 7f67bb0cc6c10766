"""Builds an index from a corpus: ingest, chunk, encode what is new, collect terms, save a snapshot."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.analyze import Analyzer
from indexing.chunk import MAX_CHARS, split
from indexing.encode import Encoded, Encoder, Progress
from indexing.errors import SnapshotError
from indexing.ingest import read_corpus
from indexing.language import Detector
from indexing.late import Matrix, TokenIndex, TokenRows, fit_projection, join_rows, project, quantise
from indexing.lexical import build_lexical
from indexing.lexicon import Lexicon
from indexing.store import SCHEMA_VERSION, Index, load, locked, save, settings_manifest
from indexing.types import Chunk, Document


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    version: str
    documents: int
    chunks: int
    encoded: int  # passages that were not in the index before


def build_index(
    corpus: Path,
    folder: Path,
    encoder: Encoder,
    lexicon: Lexicon,
    *,
    max_chars: int = MAX_CHARS,
    on_progress: Progress | None = None,
) -> Summary:
    """Reads the corpus and writes a snapshot of its index; passages that have not changed keep their vectors.

    Raises:
        CorpusError: the corpus cannot be used; the index stays as it was.
        SnapshotError: somebody else is writing this index.
    """
    with locked(folder):
        documents = read_corpus(corpus)
        detector = Detector()
        chunks = [chunk for document in documents for chunk in split(document, detector, max_chars=max_chars)]
        settings = settings_manifest(encoder.card, max_chars=max_chars, lexicon_hash=lexicon.digest)
        before = _previous(folder, {"encoder": settings["encoder"]})
        index, encoded = make_index(
            documents, chunks, encoder, lexicon, settings, before=before, on_progress=on_progress
        )
        return Summary(save(index, folder), len(documents), len(chunks), encoded)


def make_index(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    encoder: Encoder,
    lexicon: Lexicon,
    settings: Mapping[str, object],
    *,
    before: Index | None = None,
    on_progress: Progress | None = None,
) -> tuple[Index, int]:
    """The index of these passages in memory, and how many of them had to be encoded."""
    texts = [passage_text(chunk) for chunk in chunks]
    hashes = tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)
    known = {text_hash: row for row, text_hash in enumerate(before.text_hashes)} if before else {}
    new = [i for i, text_hash in enumerate(hashes) if text_hash not in known]
    encoded = dict(zip(new, encoder.encode_passages([texts[i] for i in new], on_progress=on_progress), strict=True))
    base = Analyzer()
    stems = {word.norwegian for document in documents for word in base.words(document.text) if not word.stop}
    analyzer = Analyzer(stems | set(lexicon.to_english))
    rows = [known.get(text_hash) for text_hash in hashes]
    vectors, tokens = _collect(chunks, encoded, rows, before)
    manifest = {"schema": SCHEMA_VERSION, **settings, "documents": len(documents), "chunks": len(chunks)}
    manifest["corpus"] = hashlib.sha256("".join(d.id + "\0" + d.text for d in documents).encode()).hexdigest()[:16]
    index = Index(
        manifest=manifest,
        documents={document.id: document for document in documents},
        chunks=tuple(chunks),
        vectors=vectors,
        tokens=tokens,
        lexical=build_lexical([analyzer.terms(text) for text in texts]),
        analyzer=analyzer,
        text_hashes=hashes,
    )
    return index, len(new)


def passage_text(chunk: Chunk) -> str:
    """What is encoded and searched for a passage: its context (headings, table name) on a line, then its text."""
    return f"{chunk.context}\n{chunk.text}" if chunk.context else chunk.text


def _previous(folder: Path, settings: Mapping[str, object]) -> Index | None:
    """The index already there, for its vectors; None where there is none, or none that this encoder made."""
    try:
        return load(folder, settings=settings)
    except SnapshotError:
        return None  # a damaged or foreign snapshot is no source of vectors: everything is encoded anew


def _collect(
    chunks: Sequence[Chunk], encoded: Mapping[int, Encoded], rows: Sequence[int | None], before: Index | None
) -> tuple[Matrix, TokenIndex]:
    """Vectors and token vectors of all passages: just encoded, or from their row in the index before."""
    reused = before is not None and len(encoded) < len(chunks)
    projection = before.tokens.projection if before and reused else fit_projection(list(encoded.values()))
    vectors: list[Matrix] = []
    parts: list[TokenRows] = []
    for i, chunk in enumerate(chunks):
        row = rows[i]
        if row is not None and before is not None:
            vectors.append(before.vectors[row])
            parts.append(before.tokens.rows(row))
        else:
            context_chars = len(passage_text(chunk)) - len(chunk.text)
            tokens = quantise(project(encoded[i].tokens, projection))
            vectors.append(encoded[i].vector)
            parts.append(TokenRows(tokens, encoded[i].spans - context_chars, encoded[i].ids))
    return np.stack(vectors), join_rows(parts, projection)
