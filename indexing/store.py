"""The index on disk: immutable snapshots, checksummed, published by an atomic pointer swap; only importer of faiss."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexing.analyze import ANALYZER_VERSION, Analyzer
from indexing.encode import EncoderCard
from indexing.errors import SnapshotError
from indexing.late import SCALE, TokenIndex
from indexing.lexical import Lexical, load_lexical
from indexing.sentence_vectors import SentenceVectors
from indexing.types import Block, BlockKind, Chunk, Document, Sentence

SCHEMA_VERSION = 3  # raise it when the files of a snapshot change
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"
_DISCARDED = ".discarded-"
_CURE = "run: python -m indexing"


@dataclass(frozen=True)
class Index:
    """Everything a query needs, as one snapshot holds it; vectors and passages have the same order."""

    manifest: Mapping[str, Any]
    documents: Mapping[str, Document]
    chunks: tuple[Chunk, ...]
    vectors: npt.NDArray[np.float32]
    tokens: TokenIndex
    sentences: SentenceVectors
    lexical: Lexical
    analyzer: Analyzer
    text_hashes: tuple[str, ...]  # of each passage and its sentences: what is unchanged is not encoded again

    @property
    def card(self) -> EncoderCard:
        """The encoder that made the vectors."""
        return EncoderCard(**self.manifest["encoder"])

    @property
    def calibration(self) -> Any:
        """The numbers `save_calibration` left, by name; what they mean is the reader's matter. None without any."""
        return self.manifest.get("calibration")

    def search_dense(self, query: npt.NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """The k passages nearest to a query vector of unit length, as (row, cosine), best first."""
        scores, rows = _search(self._flat, query, min(k, len(self.chunks)))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def search_sentences(
        self, query: npt.NDArray[np.float32], k: int, *, passages: Sequence[int] | None = None
    ) -> list[int]:
        """The rows of the passages that hold the k sentences nearest to a query vector of unit length, ascending.

        The query is rounded to 8 bits as the sentences are. Only sentences of `passages` count where these are given.
        """
        starts = self.sentences.starts
        parameters = faiss.SearchParameters()
        if passages is not None:
            allowed = [np.arange(starts[row], starts[row + 1]) for row in passages]
            parameters.sel = faiss.IDSelectorBatch(np.concatenate([np.empty(0, dtype=np.int64), *allowed]))
        _, found = _search(self._flat_sentences, np.rint(query * SCALE), k, parameters)
        rows: list[int] = np.unique(np.searchsorted(starts, found[found >= 0], side="right") - 1).tolist()
        return rows

    @cached_property
    def rows_of(self) -> Mapping[str, Sequence[int]]:
        """The rows of every document's passages, by document id, ascending."""
        rows: dict[str, list[int]] = {document_id: [] for document_id in self.documents}
        for row, chunk in enumerate(self.chunks):
            rows[chunk.document_id].append(row)
        return rows

    @cached_property
    def _flat(self) -> Any:  # faiss.IndexFlatIP
        flat = faiss.IndexFlatIP(self.vectors.shape[1])
        flat.add(self.vectors)
        return flat

    @cached_property
    def _flat_sentences(self) -> Any:  # faiss.IndexScalarQuantizer
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed  # as they come: nothing is fitted
        flat = faiss.IndexScalarQuantizer(self.vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        flat.add(self.sentences.vectors.astype(np.float32))
        return flat


def save(index: Index, folder: Path) -> str:
    """Writes a snapshot beside the others and makes it the current one; gives its version.

    A snapshot equal to the current one is not written again, unless that one is damaged. Whatever moment the process
    is killed at, the pointer names a whole snapshot: the old one or the new one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in (*folder.glob(".writing-*"), *folder.glob(f"{_DISCARDED}*")):
        shutil.rmtree(left_over)
    writing = folder / f".writing-{os.getpid()}"
    _write_files(index, writing)
    manifest = {key: value for key, value in index.manifest.items() if key != "version"}
    manifest["files"] = _checksums(writing)
    version = hashlib.sha256(_canonical(manifest)).hexdigest()[:12]
    if current_version(folder) == version and _is_whole(folder / version):
        shutil.rmtree(writing)
        _remove_old(folder, version)  # a process killed after it had published may have left one
        return version
    _write(writing / _MANIFEST, _canonical({**manifest, "version": version}))
    _sync(writing)
    if (folder / version).exists():  # damaged
        _discard(folder / version)
    writing.rename(folder / version)
    _write(folder / f".{_POINTER}", version.encode())
    os.replace(folder / f".{_POINTER}", folder / _POINTER)
    _sync(folder)
    _remove_old(folder, version)
    return version


def load(folder: Path, *, settings: Mapping[str, Any] | None = None) -> Index:
    """The current snapshot, every file checked against its checksum.

    Args:
        folder: The index folder.
        settings: What the manifest must say, by key; None takes the snapshot as it is.

    Raises:
        SnapshotError: nothing there, damaged, or made with other settings; names both and the cure.
    """
    while True:
        version = current_version(folder)
        if version is None:
            raise SnapshotError(f"no index in '{folder}'; {_CURE}")
        try:
            return _load_snapshot(folder, version, settings or {})
        except (SnapshotError, FileNotFoundError):
            if current_version(folder) == version:
                raise
            # another one was published while this one was read: read that


def save_calibration(folder: Path, calibration: Mapping[str, float]) -> str:
    """Puts these numbers into the current snapshot's manifest, in place of those there; gives its new version.

    As with every snapshot, a process killed meanwhile leaves the old one or the new one.

    Raises:
        SnapshotError: no index there, damaged, or somebody else is writing it.
    """
    with locked(folder):
        index = load(folder)
        return save(with_calibration(index, calibration), folder)


def with_calibration(index: Index, calibration: Any) -> Index:
    """The index with these numbers in its manifest."""
    return replace(index, manifest={**index.manifest, "calibration": calibration})


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of the current snapshot, whatever its other files hold; empty where there is none to be read."""
    version = current_version(folder)
    try:
        return _read_manifest(folder / version) if version else {}
    except SnapshotError:
        return {}


def manifest_file(folder: Path, index: Index) -> Path:
    """Where the manifest of an index loaded from this folder stands."""
    return folder / str(index.manifest["version"]) / _MANIFEST


def current_version(folder: Path) -> str | None:
    """The version the pointer names, None where there is no pointer."""
    try:
        return (folder / _POINTER).read_bytes().decode("utf-8", "replace").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder against a second writer.

    Raises:
        SnapshotError: somebody else is writing, or the folder cannot be written at all.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / ".lock").open("w")
    except OSError as error:
        raise SnapshotError(
            f"index folder '{folder}' cannot be written ({error.strerror}); give a folder that you may write to"
        ) from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SnapshotError(f"another process is writing the index in '{folder}'; wait for it to end") from error
        yield


def settings_manifest(card: EncoderCard, *, max_chars: int, lexicon_hash: str) -> dict[str, Any]:
    """What shapes an index, as its manifest tells it; `load` compares the same keys."""
    return {
        "encoder": card.as_dict(),
        "analyzer": ANALYZER_VERSION,
        "chunking": {"max_chars": max_chars, "over": "title, headings"},
        "lexicon": lexicon_hash,
    }


def _search(
    flat: Any, query: npt.NDArray[np.float32], k: int, parameters: Any = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Scores and rows, (1, k) each, of one query, (d,), on the calling thread alone.

    A team of OpenMP threads waits for each other longer than one thread takes, wherever another program or question
    wants the second core: the slowest of twenty searches among 2,000 sentences takes 11 ms with two, 0.2 ms with one.
    """
    faiss.omp_set_num_threads(1)  # counts for the calling thread only
    scores, rows = flat.search(query[None, :], k, params=parameters)
    return scores, rows


def _load_snapshot(folder: Path, version: str, settings: Mapping[str, Any]) -> Index:
    snapshot = folder / version
    manifest = _read_manifest(snapshot)
    if manifest.get("schema") != SCHEMA_VERSION:
        raise SnapshotError(
            f"index in '{folder}' has schema {manifest.get('schema')}, this version reads {SCHEMA_VERSION}; {_CURE}"
        )
    for key, wanted in settings.items():
        if manifest.get(key) != wanted:
            raise SnapshotError(_difference(folder, key, manifest.get(key), wanted))
    _check_files(snapshot, manifest["files"])
    return _read_snapshot(snapshot, manifest)


def _write_files(index: Index, folder: Path) -> None:
    folder.mkdir()
    _write(folder / "documents.json", _canonical([asdict(d) for d in index.documents.values()]))
    chunks = [{**asdict(c), "text": None, "hash": h} for c, h in zip(index.chunks, index.text_hashes, strict=True)]
    _write(folder / "chunks.json", _canonical(chunks))
    faiss.write_index(index._flat, str(folder / "vectors.faiss"))
    tokens = index.tokens
    np.save(folder / "tokens.npy", tokens.vectors)
    np.save(folder / "token_spans.npy", tokens.spans)
    np.save(folder / "token_ids.npy", tokens.ids)
    np.save(folder / "token_starts.npy", tokens.starts)
    np.save(folder / "projection.npy", tokens.projection)
    np.save(folder / "sentences.npy", index.sentences.vectors)
    np.save(folder / "sentence_starts.npy", index.sentences.starts)
    _write(folder / "tokens.json", _canonical({str(i): n for i, n in sorted(tokens.document_frequency.items())}))
    _write(folder / "stems.json", _canonical(sorted(index.analyzer.known)))
    index.lexical.save(folder / "lexical")
    for file in folder.rglob("*"):
        if file.is_file():
            _sync(file)


def _read_snapshot(snapshot: Path, manifest: Mapping[str, Any]) -> Index:
    documents = {d["id"]: _document(d) for d in _read_json(snapshot / "documents.json")}
    entries = _read_json(snapshot / "chunks.json")
    flat = faiss.read_index(str(snapshot / "vectors.faiss"))
    frequencies = _read_json(snapshot / "tokens.json")
    return Index(
        manifest=manifest,
        documents=documents,
        chunks=tuple(_chunk(entry, documents) for entry in entries),
        vectors=flat.reconstruct_n(0, flat.ntotal),
        tokens=TokenIndex(
            vectors=_mapped(snapshot / "tokens.npy"),
            spans=np.load(snapshot / "token_spans.npy"),
            ids=_mapped(snapshot / "token_ids.npy"),
            starts=np.load(snapshot / "token_starts.npy"),
            projection=np.load(snapshot / "projection.npy"),
            document_frequency={int(i): n for i, n in frequencies.items()},
        ),
        sentences=SentenceVectors(
            vectors=_mapped(snapshot / "sentences.npy"),
            starts=np.load(snapshot / "sentence_starts.npy"),
        ),
        lexical=load_lexical(snapshot / "lexical"),
        analyzer=Analyzer(_read_json(snapshot / "stems.json")),
        text_hashes=tuple(entry["hash"] for entry in entries),
    )


def _mapped(file: Path) -> npt.NDArray[Any]:
    """The array of a file, read where it is needed; a plain one, of which slices are made ten times as fast."""
    return np.asarray(np.load(file, mmap_mode="r"))


def _document(entry: Mapping[str, Any]) -> Document:
    blocks = tuple(Block(BlockKind(b["kind"]), b["start"], b["end"], tuple(b["context"])) for b in entry["blocks"])
    return Document(**{**entry, "blocks": blocks, "languages": tuple(entry["languages"])})


def _chunk(entry: Mapping[str, Any], documents: Mapping[str, Document]) -> Chunk:
    fields = {key: value for key, value in entry.items() if key != "hash"}
    fields["text"] = documents[entry["document_id"]].text[entry["start"] : entry["end"]]
    sentences = tuple(Sentence(s["start"], s["end"], BlockKind(s["kind"])) for s in entry["sentences"])
    return Chunk(**{**fields, "sentences": sentences})


def _read_manifest(snapshot: Path) -> dict[str, Any]:
    try:
        content = (snapshot / _MANIFEST).read_bytes()
        manifest: dict[str, Any] = json.loads(content)
        unversioned = {key: value for key, value in manifest.items() if key != "version"}
    except (OSError, ValueError, AttributeError) as error:
        raise SnapshotError(f"index '{snapshot}' is damaged: {_MANIFEST} cannot be read; {_CURE}") from error
    if not hashlib.sha256(_canonical(unversioned)).hexdigest()[:12] == snapshot.name == manifest["version"]:
        raise SnapshotError(f"index '{snapshot}' is damaged: {_MANIFEST} is not what was written; {_CURE}")
    return manifest


def _is_whole(snapshot: Path) -> bool:
    try:
        _check_files(snapshot, _read_manifest(snapshot)["files"])
    except SnapshotError:
        return False
    return True


def _check_files(snapshot: Path, checksums: Mapping[str, str]) -> None:
    for name, wanted in checksums.items():
        file = snapshot / name
        if not file.is_file():
            raise SnapshotError(f"index '{snapshot}' is damaged: {name} is missing; {_CURE}")
        if _checksum(file) != wanted:
            raise SnapshotError(f"index '{snapshot}' is damaged: {name} is not what was written; {_CURE}")


def _difference(folder: Path, key: str, found: Any, wanted: Any) -> str:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for inner in wanted:
            if found.get(inner) != wanted[inner]:
                return _difference(folder, f"{key} {inner}", found.get(inner), wanted[inner])
    return f"index in '{folder}' was built with {key} {found!r}, settings ask for {wanted!r}; {_CURE}"


def _remove_old(folder: Path, version: str) -> None:
    """Removes every other snapshot: what was taken out of the corpus is gone; who has one open reads on."""
    for snapshot in folder.iterdir():
        if snapshot.name != version and (snapshot / _MANIFEST).exists():
            _discard(snapshot)


def _discard(snapshot: Path) -> None:
    """Removes a snapshot; under another name first, by which the next build knows what a killed process left of it."""
    discarded = snapshot.with_name(f"{_DISCARDED}{snapshot.name}")
    snapshot.rename(discarded)
    shutil.rmtree(discarded)


def _checksums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): _checksum(path) for path in files}


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _read_json(file: Path) -> Any:
    return json.loads(file.read_bytes())


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
