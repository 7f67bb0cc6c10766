"""Reads the layout of a text: lines to pieces (headings, paragraphs, list items, table rows, captions, notes), pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from indexing.repair import Vocabulary, join_lines, mark_footnotes, stuck_numbers
from indexing.tables import find_tables, is_table_caption
from indexing.types import BlockKind

_BULLET = re.compile(r"^\s*(?:[•●▪◦‣·*]\s*|[-–]\s*\t\s*)(?=\S)")
_LABEL = re.compile(r"^[^\W\d_][^.:!?]{1,70}:(?=\s|$)")  # "SINTEF: Øystein Risa"
_CLOSED = re.compile(r"[.!?:][)»”\"’¹²³⁴⁵⁶⁷⁸⁹⁰]*$")
_CREDIT = re.compile(
    r"\b(?:Foto|Photo|Photographer|Fotograf)\s?:|^(?:Kilde|Source)\s?:|^\[image|^(?:Figur|Figure)\s+\d"
)
_NOTE = re.compile(r"^(\d{1,2})?\s?(?=(?:https?://\S+\s?)+$)|^(\d{1,2})\s(?=[A-ZÆØÅ])")
_OPEN_END = re.compile(r"(?:[,;:–]|\b(?:og|eller|i|på|av|for|til|med|som|om|and|or|in|on|of|to|with|the|a))$")
_NUMBERED = re.compile(r"^\d{1,2}\.\s+\S")
_PAGE_START = re.compile(r" (?:[A-ZÆØÅ]|\d+ [a-zæøå])")
_FURNITURE = re.compile(  # what a web page says of itself, in both languages
    r"(?:skip to (?:main )?content|(?:hopp|gå) til (?:hoved)?innhold(?:et)?|search for content.*|søk etter innhold.*"
    r"|(?:\S+ ){0,3}logo|(?:share|del) (?:this|denne|dette|on|på|article|artikkelen)\b.{0,60}|back to top|til toppen"
    r"|print(?: this page)?|skriv ut|accept (?:all )?cookies|godta (?:alle )?(?:informasjonskapsler|cookies))",
    re.IGNORECASE,
)
_WRAPPED_WIDTH = 130  # characters; nine lines in ten shorter than this come from a page, not from a paragraph a line
_LONGEST_HEADING = 100  # characters
_MOST_SKIPPED = 4  # headings and captions that may stand between two halves of a sentence
_BOX_GAP = 2  # blank lines that close a box opened by an indented heading


@dataclass(frozen=True, slots=True)
class Piece:
    """One block before it has offsets; `gap` counts the blank lines before it, `page` the page it stands on."""

    text: str
    kind: BlockKind
    page: int = 0
    gap: int = 0
    boxed: bool = False  # the line was indented by a tab: the heading of a box
    context: tuple[str, ...] = ()


def read_layout(text: str, vocabulary: Vocabulary) -> list[Piece]:
    """The pieces of a document in reading order, each with the headings or table name over it as context.

    `text` has clean characters. Halves of a sentence cut by a column, heading or caption are one piece again.
    """
    lines = text.split("\n")
    wrapped = _is_wrapped(lines)
    pages = _split_pages(lines) if wrapped else [lines]
    pieces = [
        piece for number, page in enumerate(pages) for piece in _read_page(page, number, vocabulary, wrapped=wrapped)
    ]
    pieces = [p for p in pieces if not _FURNITURE.fullmatch(p.text)]
    pieces = _name_kinds(pieces, stuck_numbers("\n".join(p.text for p in pieces)))
    mended = _mend_sentences(pieces, vocabulary) if wrapped else pieces
    return _give_context(_mark_headings(_mark_notes(mended)))


def _is_wrapped(lines: Sequence[str]) -> bool:
    lengths = sorted(len(line) for line in lines if line.strip())
    return bool(lengths) and lengths[len(lengths) * 9 // 10] < _WRAPPED_WIDTH


def _split_pages(lines: Sequence[str]) -> list[list[str]]:
    """A page begins at a form feed, or at a line set in by one blank that begins with words."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("\f") or _PAGE_START.match(line):
            pages.append([])
        pages[-1].append(line.lstrip("\f"))
    return [page for page in pages if any(line.strip() for line in page)]


def _read_page(lines: Sequence[str], page: int, vocabulary: Vocabulary, *, wrapped: bool) -> list[Piece]:
    if not wrapped:
        return _one_piece_a_line(lines, page)
    pieces: list[Piece] = []
    position = 0
    for table in find_tables(lines):
        pieces += _unwrap(lines[position : table.start], page, vocabulary)
        rows = [join_lines(row, vocabulary) for row in table.rows]
        header = (table.header,) if table.header else ()
        pieces += [Piece(row, BlockKind.ROW, page, context=header) for row in rows]
        position = table.end
    return pieces + _unwrap(lines[position:], page, vocabulary)


def _one_piece_a_line(lines: Sequence[str], page: int) -> list[Piece]:
    pieces: list[Piece] = []
    gap = 0
    for line in lines:
        if not line.strip():
            gap += 1
            continue
        kind = BlockKind.ITEM if _BULLET.match(line) else BlockKind.PARAGRAPH
        text = " ".join(_BULLET.sub("", line).split())
        pieces.append(Piece(text, kind, page, gap, boxed=line.startswith("\t")))
        gap = 0
    return pieces


def _unwrap(lines: Sequence[str], page: int, vocabulary: Vocabulary) -> list[Piece]:
    """Pieces from lines that a page width has broken."""
    pieces: list[Piece] = []
    run: list[str] = []
    gap = gap_before = 0

    def close() -> None:
        if run:
            kind = BlockKind.ITEM if _BULLET.match(run[0]) else BlockKind.PARAGRAPH
            text = join_lines([_BULLET.sub("", run[0]), *run[1:]], vocabulary)
            pieces.append(Piece(text, kind, page, gap_before))
            run.clear()

    width = 0
    for i, line in enumerate(lines):
        if not line.strip():
            gap += 1
            continue
        if gap or not run:
            width = _width_of_run(lines, i)
        if gap or _begins_piece(run, line, width):
            close()
            gap_before = gap
        run.append(line)
        gap = 0
    close()
    return pieces


def _width_of_run(lines: Sequence[str], start: int) -> int:
    width = 0
    for line in lines[start:]:
        if not line.strip():
            break
        width = max(width, len(line.strip()))
    return width


def _begins_piece(run: Sequence[str], line: str, width: int) -> bool:
    """Whether this line begins a piece of its own although no blank line stands before it."""
    if not run or _BULLET.match(line):
        return True
    before, text = run[-1].strip(), line.strip()
    if before.endswith("-") or text[0].islower() or line.startswith("\t"):
        return False
    if _LABEL.match(text) and not before.endswith((":", ",")) and (len(run) == 1 or _LABEL.match(run[0].strip())):
        return True
    fits = len(before) + 1 + len(text.split()[0]) <= width and len(before) <= 0.8 * width
    return (
        fits
        and not _OPEN_END.search(before)
        and text[0].isupper()
        and (len(run) == 1 or _CLOSED.search(before) is not None)
    )


def _name_kinds(pieces: Sequence[Piece], footnotes: frozenset[str]) -> list[Piece]:
    """Captions and notes told from paragraphs; a lower-case line that follows a colon is a list item."""
    named: list[Piece] = []
    in_list = False
    for piece in pieces:
        kind = piece.kind
        if kind is BlockKind.PARAGRAPH:
            note = _NOTE.match(piece.text)
            if is_table_caption(piece.text) or (_CREDIT.search(piece.text) and len(piece.text) < 400):
                kind = BlockKind.CAPTION
            elif note and (note[2] is None or note[2] in footnotes):
                kind = BlockKind.NOTE
            elif in_list and (piece.text[0].islower() and piece.gap == 0):
                kind = BlockKind.ITEM
        in_list = piece.text.endswith(":") or (in_list and kind is BlockKind.ITEM)
        named.append(replace(piece, kind=kind))
    return named


def _mend_sentences(pieces: Sequence[Piece], vocabulary: Vocabulary) -> list[Piece]:
    """Joins two halves of a sentence; a heading or caption that stood between them goes before the whole."""
    left = list(pieces)
    mended: list[Piece] = []
    while left:
        piece = left.pop(0)
        other = _second_half(piece, left)
        if other is None:
            mended.append(piece)
            continue
        between, half = left[:other], left[other]
        joined = replace(piece, text=join_lines([piece.text, half.text], vocabulary))
        left[: other + 1] = [*between, joined] if between else [joined]
    return mended


def _second_half(piece: Piece, following: Sequence[Piece]) -> int | None:
    if piece.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM) or _CLOSED.search(piece.text):
        return None
    for i, other in enumerate(following[: _MOST_SKIPPED + 1]):
        if other.kind is BlockKind.PARAGRAPH and other.text[0].islower():
            return i if other.gap or i else None
        is_between = other.kind in (BlockKind.CAPTION, BlockKind.NOTE) or _could_be_heading(other)
        if not is_between or len(piece.text) < 40:
            return None
    return None


def _mark_notes(pieces: Iterable[Piece]) -> list[Piece]:
    pieces = list(pieces)
    numbers = frozenset(
        match[0].strip()
        for p in pieces
        if p.kind is BlockKind.NOTE and (match := re.match(r"\d{1,2}(?=\D)", p.text)) is not None
    )
    return [p if p.kind is BlockKind.NOTE else replace(p, text=mark_footnotes(p.text, numbers)) for p in pieces]


def _could_be_heading(piece: Piece) -> bool:
    text = piece.text
    is_amount = text[0].isdigit() and not _NUMBERED.match(text) and len(text.split()) < 4
    return (
        piece.kind is BlockKind.PARAGRAPH
        and len(text) <= _LONGEST_HEADING
        and (text[0].isupper() or text[0].isdigit())
        and not is_amount
        and re.search(r"[^\W\d_]{3}", text) is not None
        and re.search(r"[.!,;:)»”\"]$", text) is None
    )


def _mark_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """Short unclosed pieces are headings; of three or more in a row on a page only the last is."""
    labels = [False, *(_LABEL.match(p.text) is not None for p in pieces), False]
    could = [  # "KS: Madli Indseth" among others of its kind is an entry of a list, not a heading
        _could_be_heading(p) and not (labels[i + 1] and (labels[i] or labels[i + 2])) for i, p in enumerate(pieces)
    ]
    marked: list[Piece] = []
    for (_, may_be), group in groupby(zip(pieces, could, strict=True), key=lambda pair: (pair[0].page, pair[1])):
        run = [piece for piece, _ in group]
        for i, piece in enumerate(run):
            alone = len(run) < 3 or i == len(run) - 1 or piece.boxed or _NUMBERED.match(piece.text)
            marked.append(replace(piece, kind=BlockKind.HEADING) if may_be and alone else piece)
    return marked


def _give_context(pieces: Sequence[Piece]) -> list[Piece]:
    """Every piece with what stands over it: numbered heading, heading, lead-in of its list; or its table's name."""
    page_titles = {page: title for page in {p.page for p in pieces} if (title := _title_at_end(pieces, page))}
    headings_after = _headings_after_lists(pieces)
    chapter = heading = lead_in = ""
    boxed = False
    given: list[Piece] = []
    for i, piece in enumerate(pieces):
        if boxed and piece.gap >= _BOX_GAP:
            heading, boxed = "", False
        if piece.kind is BlockKind.HEADING:
            if _NUMBERED.match(piece.text):
                chapter, heading = piece.text, ""
            elif i not in headings_after.values() and piece.text != page_titles.get(piece.page):
                heading, boxed = piece.text, piece.boxed
        if piece.kind is BlockKind.ROW:
            name = _table_name(pieces, i) or tuple(part for part in (chapter, heading) if part)
            context = (*name, *piece.context)
        else:
            own = pieces[headings_after[i]].text if i in headings_after else heading
            over = [page_titles.get(piece.page, ""), chapter, own, lead_in if piece.kind is BlockKind.ITEM else ""]
            context = tuple(dict.fromkeys(part for part in over if part and part != piece.text))
        if piece.kind is not BlockKind.ITEM:
            lead_in = re.split(r"(?<=[.!?]) ", piece.text)[-1] if piece.text.endswith(":") else ""
        given.append(replace(piece, context=context))
    return given


def _title_at_end(pieces: Sequence[Piece], page: int) -> str:
    """A heading with nothing under it at the end of a page names the page it stands on."""
    body = [p for p in pieces if p.page == page and p.kind not in (BlockKind.CAPTION, BlockKind.NOTE)]
    if len(body) > 1 and body[-1].kind is BlockKind.HEADING and all(p.kind is not BlockKind.ROW for p in body):
        return body[-1].text if any(p.page > page for p in pieces) else ""
    return ""


def _headings_after_lists(pieces: Sequence[Piece]) -> dict[int, int]:
    """List items whose heading stands after them: index of the item to index of the heading.

    Such a list has no heading and no lead-in before it, and its heading is followed by another list or by nothing.
    """
    after: dict[int, int] = {}
    taken: set[int] = set()
    i = 0
    while i < len(pieces):
        if pieces[i].kind is not BlockKind.ITEM:
            i += 1
            continue
        end = i
        while end < len(pieces) and pieces[end].kind is BlockKind.ITEM:
            end += 1
        before = pieces[i - 1] if i else None
        led = before is not None and (
            before.text.endswith(":") or (before.kind is BlockKind.HEADING and i - 1 not in taken)
        )
        if not led and end < len(pieces) and pieces[end].kind is BlockKind.HEADING and _has_no_body(pieces, end):
            after.update(dict.fromkeys(range(i, end), end))
            taken.add(end)
        i = end
    return after


def _has_no_body(pieces: Sequence[Piece], heading: int) -> bool:
    following = pieces[heading + 1] if heading + 1 < len(pieces) else None
    return following is None or following.kind is BlockKind.ITEM or len(following.text) < 4


def _table_name(pieces: Sequence[Piece], row: int) -> tuple[str, ...]:
    """Heading and caption of the table a row belongs to: the ones on its page, before or after the rows."""
    page = pieces[row].page
    for i, piece in enumerate(pieces):
        if piece.page == page and piece.kind is BlockKind.CAPTION and is_table_caption(piece.text):
            above = pieces[i - 1] if i and pieces[i - 1].page == page else None
            named = (
                above is not None
                and above.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)
                and (len(above.text) <= _LONGEST_HEADING)
            )
            return (above.text, piece.text) if named and above else (piece.text,)
    return ()
