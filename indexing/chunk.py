"""Cuts a document into passages along its own joints: sections, rows, lists, sentences; pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexing.language import Detector
from indexing.sentences import split_sentences
from indexing.types import Block, BlockKind, Chunk, Document, Language, Sentence

MAX_CHARS = 700  # of a passage; fits the encoder's 256 tokens with its context in both languages
CONTEXT_JOIN = " › "  # between the headings over a passage
_ENOUGH_CHARS = 250  # a passage this long ends where the next heading begins
_UNSPLIT = frozenset({BlockKind.ROW, BlockKind.HEADING, BlockKind.NOTE})  # one unit however many full stops they hold


def split(document: Document, detector: Detector, *, max_chars: int = MAX_CHARS) -> list[Chunk]:
    """The passages of a document, in order, holding every character that is not white space.

    A table row is a passage of its own. A passage never ends inside a sentence, unless that sentence alone is longer
    than `max_chars`; then it ends between words, never inside a number.
    """
    units = [(block, unit) for block in document.blocks for unit in _units(document.text, block, max_chars)]
    return [_make_chunk(document, group, detector) for group in _group(units, max_chars)]


def _units(text: str, block: Block, max_chars: int) -> Iterator[Sentence]:
    spans = [(0, block.end - block.start)]
    content = text[block.start : block.end]
    if block.kind not in _UNSPLIT:
        spans = split_sentences(content)
    for start, end in spans:
        for piece_start, piece_end in _fit(content[start:end], max_chars):
            yield Sentence(block.start + start + piece_start, block.start + start + piece_end, block.kind)


def _fit(sentence: str, max_chars: int) -> list[tuple[int, int]]:
    """Spans of at most `max_chars` characters, cut between words; a splitter proposes where, offsets are our own."""
    if len(sentence) <= max_chars:
        return [(0, len(sentence))]
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415 - its imports open a socket

    splitter = RecursiveCharacterTextSplitter(
        separators=["; ", ", ", " "], keep_separator="end", chunk_size=max_chars, chunk_overlap=0
    )
    cuts, proposed_end = [0], 0
    for proposed in splitter.split_text(sentence)[:-1]:
        proposed_end = sentence.index(proposed, proposed_end) + len(proposed)
        cut = max(proposed_end, cuts[-1])
        while cut < len(sentence) and _is_inside(sentence, cut):
            cut += 1
        cuts.append(cut)
    spans = pairwise([*dict.fromkeys(cuts), len(sentence)])
    stripped = (
        (start + len(part) - len(part.lstrip()), start + len(part.rstrip())) for start, part in _parts(sentence, spans)
    )
    return [(start, end) for start, end in stripped if start < end]


def _parts(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    for start, end in spans:
        yield start, text[start:end]


def _is_inside(text: str, cut: int) -> bool:
    """Whether a cut here would part a word or a number ("1 250", "5,120") in two."""
    if not text[cut - 1].isspace() and not text[cut].isspace():
        return True
    return text[:cut].rstrip()[-1:].isdigit() and text[cut:].lstrip()[:1].isdigit()


def _group(units: Sequence[tuple[Block, Sentence]], max_chars: int) -> Iterator[list[tuple[Block, Sentence]]]:
    group: list[tuple[Block, Sentence]] = []
    for block, unit in units:
        if group and _parts_here(group, block, unit, max_chars):
            yield group
            group = []
        group.append((block, unit))
    if group:
        yield group


def _parts_here(group: Sequence[tuple[Block, Sentence]], block: Block, unit: Sentence, max_chars: int) -> bool:
    start, (last, last_unit) = group[0][1].start, group[-1]
    if BlockKind.ROW in (block.kind, last.kind):
        return True
    if unit.end - start > max_chars:
        return True
    begins_section = block.kind is BlockKind.HEADING and last.kind is not BlockKind.HEADING
    return begins_section and last_unit.end - start >= _ENOUGH_CHARS


def _make_chunk(document: Document, group: Sequence[tuple[Block, Sentence]], detector: Detector) -> Chunk:
    start, end = group[0][1].start, group[-1][1].end
    text = document.text[start:end]
    bodies = [block for block, _ in group if block.kind is not BlockKind.HEADING]
    return Chunk(
        id=f"{document.id}:{start}-{end}",
        document_id=document.id,
        start=start,
        end=end,
        text=text,
        language=_language(text, document, detector),
        context=CONTEXT_JOIN.join((bodies or [group[0][0]])[0].context),
        sentences=tuple(unit for _, unit in group),
    )


def _language(text: str, document: Document, detector: Detector) -> Language:
    """The language of the passage; where its words do not tell, that of a document in one language."""
    detected = detector.detect(text, hint=document.languages).code
    return document.languages[0] if detected == "und" and len(document.languages) == 1 else detected
