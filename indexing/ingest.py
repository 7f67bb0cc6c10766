"""Reads a corpus folder: text files and their manifest to documents with one canonical text each; its only reader."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indexing.errors import CorpusError
from indexing.layout import Piece, read_layout
from indexing.repair import Vocabulary, build_vocabulary, clean_characters
from indexing.types import Block, BlockKind, Document

MANIFEST = "manifest.json"
_SUFFIX = ".txt"
_DOCUMENT_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_TIGHT = frozenset({BlockKind.ITEM, BlockKind.ROW})  # follow each other without an empty line
_TEXT_FIELDS = ("title", "source", "publisher", "date", "kind")
_FIELDS = frozenset({"id", "file", "languages", *_TEXT_FIELDS})
_LANGUAGES = frozenset({"nb", "nn", "en"})


def read_corpus(folder: Path) -> list[Document]:
    """The documents of a corpus folder, by id.

    Every `*.txt` file is a document. `manifest.json`, where there is one, gives titles and origins; a file it does
    not name gets its id from the file name and its title from its first heading.

    Raises:
        CorpusError: no folder or no documents; a manifest that is not as it must be; a file that is missing, empty,
            not UTF-8.
    """
    if not folder.is_dir():
        raise CorpusError(f"corpus folder '{folder}' does not exist; give the folder of your documents with --corpus")
    entries = _read_entries(folder)
    if not entries:
        raise CorpusError(f"corpus folder '{folder}' holds no *{_SUFFIX} file; put your documents there as UTF-8 text")
    texts = {entry["id"]: clean_characters(_read_text(folder / entry["file"])) for entry in entries}
    vocabulary = build_vocabulary(texts.values())
    documents = [_make_document(entry, texts[entry["id"]], vocabulary) for entry in entries]
    return sorted(documents, key=lambda document: document.id)


def _read_entries(folder: Path) -> list[dict[str, Any]]:
    path = folder / MANIFEST
    entries = _parse_manifest(path) if path.exists() else []
    named = {entry["file"] for entry in entries}
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        if file.name not in named:
            entries.append({"id": _slug(file.stem), "file": file.name})
    seen: dict[str, str] = {}
    for entry in entries:
        if entry["id"] in seen:
            raise CorpusError(
                f"document id '{entry['id']}' stands for both '{seen[entry['id']]}' and '{entry['file']}'; "
                f"an id names one document: change one of them in {path}"
            )
        seen[entry["id"]] = entry["file"]
    return entries


def _parse_manifest(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path}, line {error.lineno}: not JSON ({error.msg}); mend that line") from error
    documents = content.get("documents") if isinstance(content, dict) else None
    if not isinstance(documents, list):
        raise CorpusError(f'{path} must be an object with a list "documents"; see corpus/README.md')
    return [_check_entry(entry, path, number) for number, entry in enumerate(documents, start=1)]


def _check_entry(entry: object, path: Path, number: int) -> dict[str, Any]:
    where = f"{path}, document {number}"
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not isinstance(entry.get("file"), str):
        raise CorpusError(f'{where}: must be an object with the texts "id" and "file"')
    if unknown := sorted(set(entry) - _FIELDS):
        raise CorpusError(f"{where}: unknown field '{unknown[0]}'; fields are {', '.join(sorted(_FIELDS))}")
    if not _DOCUMENT_ID.fullmatch(entry["id"]):
        raise CorpusError(
            f"{where}: id '{entry['id']}' must be 1-100 of a-z, 0-9, '.', '_', '-' and begin with a letter or digit"
        )
    if Path(entry["file"]).name != entry["file"] or entry["file"] in ("", "..") or not entry["file"].isprintable():
        raise CorpusError(f"{where}: file {entry['file']!r} must be a file name in the corpus folder, not a path")
    languages = entry.get("languages", [])
    if not isinstance(languages, list) or not set(map(str, languages)) <= _LANGUAGES:
        raise CorpusError(f"{where}: languages {languages!r} must be a list of {', '.join(sorted(_LANGUAGES))}")
    for field in _TEXT_FIELDS:
        if not isinstance(entry.get(field, ""), str):
            raise CorpusError(f"{where}: {field} must be a text")
    return entry


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise CorpusError(f"'{path}' does not exist; put the file there or take it out of the manifest") from error
    except OSError as error:
        raise CorpusError(f"'{path}' cannot be read ({error.strerror}); make it a file that you may read") from error
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"'{path}' is not UTF-8 (byte {error.start}); save it as UTF-8, for example: "
            f"iconv -f latin1 -t utf-8 '{path.name}'"
        ) from error


def _make_document(entry: Mapping[str, Any], text: str, vocabulary: Vocabulary) -> Document:
    canonical, blocks = assemble(read_layout(text, vocabulary))
    if not blocks:
        raise CorpusError(f"document '{entry['file']}' holds no text; fill it or take it out of the corpus")
    headings = (canonical[b.start : b.end] for b in blocks if b.kind is BlockKind.HEADING)
    fields = {field: clean_characters(entry.get(field, "")) for field in _TEXT_FIELDS}
    return Document(
        id=entry["id"],
        title=fields["title"] or next(headings, entry["id"]),
        text=canonical,
        blocks=blocks,
        languages=tuple(entry.get("languages", ())),
        source=fields["source"] or fields["publisher"],
        publisher=fields["publisher"],
        date=fields["date"],
        kind=fields["kind"],
    )


def assemble(pieces: Sequence[Piece]) -> tuple[str, tuple[Block, ...]]:
    """The canonical text of the pieces, and their blocks; list items and table rows stand on adjacent lines."""
    parts: list[str] = []
    blocks: list[Block] = []
    position = 0
    for i, piece in enumerate(pieces):
        if i:
            tight = piece.kind in _TIGHT and pieces[i - 1].kind is piece.kind
            separator = "\n" if tight else "\n\n"
            parts.append(separator)
            position += len(separator)
        parts.append(piece.text)
        blocks.append(Block(piece.kind, position, position + len(piece.text), piece.context))
        position += len(piece.text)
    return "".join(parts), tuple(blocks)


def _slug(name: str) -> str:
    """A document id from a file name: "Årsrapport 2024" becomes "arsrapport-2024"."""
    folded = name.casefold().replace("å", "a").replace("ø", "o").replace("æ", "ae")
    return re.sub(r"[^a-z0-9._-]+", "-", folded).strip("-._")[:100] or "document"
