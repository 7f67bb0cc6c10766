"""Builds an index from a corpus: ingest, chunk, encode what is new, collect terms, save a snapshot."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from indexing.analyze import Analyzer
from indexing.chunk import CONTEXT_JOIN, MAX_CHARS, split
from indexing.encode import Encoded, Encoder, Progress
from indexing.errors import SnapshotError
from indexing.ingest import read_corpus
from indexing.language import Detector
from indexing.late import Matrix, TokenIndex, TokenRows, fit_projection, join_rows, project, quantise
from indexing.lexical import build_lexical
from indexing.lexicon import Lexicon
from indexing.sentence_vectors import Rows, SentenceVectors, join_sentences
from indexing.store import (
    SCHEMA_VERSION,
    Index,
    load,
    locked,
    read_manifest,
    save,
    settings_manifest,
    with_calibration,
)
from indexing.types import Chunk, Document

_SLICE_PASSAGES = 2_000  # encoded at once: their token vectors take 400 MB until they are projected

_Slice = list[tuple[Encoded, Rows]]  # passages, each with the vectors of its sentences


@dataclass(frozen=True, slots=True)
class _Vectors:
    """What the index holds of one passage."""

    passage: Matrix
    tokens: TokenRows
    sentences: Rows


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    version: str
    documents: int
    chunks: int
    encoded: int  # passages that were not in the index before
    calibration: Literal["none", "kept", "dropped"] = "none"  # what became of that of the index before


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

    A calibration goes over from the index before, unless that was made with other settings or by another version: then
    its numbers mean nothing any more.

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
        manifest = read_manifest(folder)
        calibration = manifest.get("calibration")
        is_like_before = all(manifest.get(key) == index.manifest[key] for key in ("schema", *settings))
        is_kept = calibration is not None and is_like_before
        version = save(with_calibration(index, calibration) if is_kept else index, folder)
        became: Literal["none", "kept", "dropped"] = "kept" if is_kept else "none" if calibration is None else "dropped"
        return Summary(version, len(documents), len(chunks), encoded, became)


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
    texts = passage_texts(documents, chunks)
    hashes = tuple(_hash(chunk, text) for chunk, text in zip(chunks, texts, strict=True))
    known = {text_hash: row for row, text_hash in enumerate(before.text_hashes)} if before else {}
    new = [i for i, text_hash in enumerate(hashes) if text_hash not in known]
    base = Analyzer()
    stems = {word.norwegian for document in documents for word in base.words(document.text) if not word.stop}
    analyzer = Analyzer(stems | set(lexicon.to_english))
    rows = [known.get(text_hash) for text_hash in hashes]
    encoded = _encode(encoder, [(chunks[i], texts[i]) for i in new], on_progress)
    context_chars = [len(text) - len(chunk.text) for chunk, text in zip(chunks, texts, strict=True)]
    vectors, tokens, sentences = _collect(context_chars, rows, before, encoded)
    manifest = {"schema": SCHEMA_VERSION, **settings, "documents": len(documents), "chunks": len(chunks)}
    manifest["corpus"] = hashlib.sha256("".join(d.id + "\0" + d.text for d in documents).encode()).hexdigest()[:16]
    index = Index(
        manifest=manifest,
        documents={document.id: document for document in documents},
        chunks=tuple(chunks),
        vectors=vectors,
        tokens=tokens,
        sentences=sentences,
        lexical=build_lexical([analyzer.terms(text) for text in texts]),
        analyzer=analyzer,
        text_hashes=hashes,
    )
    return index, len(new)


def passage_texts(documents: Iterable[Document], chunks: Sequence[Chunk]) -> list[str]:
    """What is encoded and searched for passages of these documents.

    What a passage is about may be said in the title of its document alone: that and its context (headings, table name)
    stand on a line over its text. A document without a title has its id for one, which says nothing.
    """
    titles = {document.id: document.title for document in documents if document.title != document.id}
    return [_passage_text(titles.get(chunk.document_id, ""), chunk) for chunk in chunks]


def _passage_text(title: str, chunk: Chunk) -> str:
    headings = chunk.context.split(CONTEXT_JOIN)
    over = CONTEXT_JOIN.join(part for part in ("" if title in headings else title, chunk.context) if part)
    return f"{over}\n{chunk.text}" if over else chunk.text


def _previous(folder: Path, settings: Mapping[str, object]) -> Index | None:
    """The index already there, for its vectors; None where there is none, or none that this encoder made."""
    try:
        return load(folder, settings=settings)
    except SnapshotError:
        return None  # a damaged or foreign snapshot is no source of vectors: everything is encoded anew


def sentence_texts(chunk: Chunk) -> list[str]:
    """What is encoded for the sentences of a passage: each by itself, word for word."""
    return [chunk.text[start:end] for start, end in chunk.sentence_spans]


def _hash(chunk: Chunk, text: str) -> str:
    """Of everything that is encoded for a passage, first 16 hexadecimal digits."""
    return hashlib.sha256("\0".join([text, *sentence_texts(chunk)]).encode()).hexdigest()[:16]


def _encode(encoder: Encoder, passages: Sequence[tuple[Chunk, str]], on_progress: Progress | None) -> Iterator[_Slice]:
    """The passages, each with its text, and their sentences encoded, a slice at a time."""
    for start in range(0, len(passages), _SLICE_PASSAGES):
        part = passages[start : start + _SLICE_PASSAGES]
        slice_progress = partial(_tell, on_progress, start, len(passages)) if on_progress else None
        encoded = encoder.encode_passages([text for _, text in part], on_progress=slice_progress)
        yield list(zip(encoded, _encode_sentences(encoder, [chunk for chunk, _ in part]), strict=True))


def _encode_sentences(encoder: Encoder, chunks: Sequence[Chunk]) -> list[Rows]:
    """For every passage (sentences, d) int8."""
    encoded = encoder.encode_passages([text for chunk in chunks for text in sentence_texts(chunk)])
    vectors = np.array([one.vector for one in encoded], dtype=np.float32).reshape(-1, encoder.card.dimension)
    return np.split(quantise(vectors), np.cumsum([len(chunk.sentences) for chunk in chunks])[:-1])


def _tell(on_progress: Progress, before: int, total: int, done: int, _: int) -> None:
    on_progress(before + done, total)


def _collect(
    context_chars: Sequence[int], rows: Sequence[int | None], before: Index | None, slices: Iterator[_Slice]
) -> tuple[Matrix, TokenIndex, SentenceVectors]:
    """Vectors of all passages, of their tokens and sentences: encoded now, or from their row in the index before.

    `context_chars` is how much of what is encoded stands over each passage's own text.
    The projection is that of the index before, where a passage of it is kept, else fitted on the first slice.
    """
    projection = before.tokens.projection if before and any(row is not None for row in rows) else None
    made: dict[int, _Vectors] = {}
    new = iter([i for i, row in enumerate(rows) if row is None])
    for encoded in slices:
        projection = fit_projection([passage for passage, _ in encoded]) if projection is None else projection
        for passage, sentences in encoded:
            i = next(new)
            tokens = quantise(project(passage.tokens, projection))
            spans = passage.spans - context_chars[i]
            made[i] = _Vectors(passage.vector, TokenRows(tokens, spans, passage.ids), sentences)
    for i, row in enumerate(rows):
        if row is not None and before is not None:
            made[i] = _Vectors(before.vectors[row], before.tokens.rows(row), before.sentences.rows(row))
    assert projection is not None, "an index holds at least one passage"
    in_order = [made[i] for i in range(len(rows))]
    return (
        np.stack([one.passage for one in in_order]),
        join_rows([one.tokens for one in in_order], projection),
        join_sentences([one.sentences for one in in_order]),
    )
