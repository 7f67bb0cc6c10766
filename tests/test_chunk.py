import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.chunk import MAX_CHARS, split
from indexing.ingest import assemble, read_corpus
from indexing.language import Detector
from indexing.layout import Piece
from indexing.types import BlockKind, Chunk, Document, Language

DETECTOR = Detector()
_INSIDE = re.compile(r"\d\s\d")


def document(*pieces: tuple[BlockKind, str], languages: tuple[Language, ...] = ()) -> Document:
    text, blocks = assemble([Piece(text, kind) for kind, text in pieces])
    return Document("d", "D", text, blocks, languages)


def paragraph(text: str) -> Document:
    return document((BlockKind.PARAGRAPH, text))


def texts(chunks: list[Chunk]) -> list[str]:
    return [chunk.text for chunk in chunks]


def check(document: Document, chunks: list[Chunk]) -> None:
    """Every invariant of the passages of a document."""
    text, position = document.text, 0
    for chunk in chunks:
        assert chunk.id == f"{document.id}:{chunk.start}-{chunk.end}"
        assert position <= chunk.start < chunk.end
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert not text[position : chunk.start].strip()
        assert [chunk.sentences[0].start, chunk.sentences[-1].end] == [chunk.start, chunk.end]
        for sentence in chunk.sentences:
            assert sentence.start < sentence.end
            assert not text[position : sentence.start].strip()
            position = sentence.end
            for edge in (sentence.start, sentence.end):
                assert not _parts_a_word(text, edge)
    assert not text[position:].strip()


def _parts_a_word(text: str, edge: int) -> bool:
    return 0 < edge < len(text) and not text[edge - 1].isspace() and not text[edge].isspace()


def test_short_document_is_one_passage() -> None:
    chunks = split(document((BlockKind.HEADING, "Mål"), (BlockKind.PARAGRAPH, "En. To.")), DETECTOR)
    assert texts(chunks) == ["Mål\n\nEn. To."]
    assert [sentence.kind for sentence in chunks[0].sentences] == [BlockKind.HEADING, *[BlockKind.PARAGRAPH] * 2]
    assert chunks[0].id == "d:0-12"


def test_document_without_blocks_has_no_passages() -> None:
    assert split(Document("d", "D", "", ()), DETECTOR) == []


def test_passage_ends_between_sentences() -> None:
    sentence = "Huben er et nettverk uten felles budsjett. "
    chunks = split(paragraph((sentence * 9).strip()), DETECTOR, max_chars=100)
    assert texts(chunks) == [(sentence * 2).strip()] * 4 + [sentence.strip()]


def test_sentence_that_fits_is_never_cut() -> None:
    sentence = "A" * 60 + ", " + "b" * 37 + "."
    assert len(sentence) == 100
    assert texts(split(paragraph(f"Kort. {sentence} Slutt."), DETECTOR, max_chars=100)) == ["Kort.", sentence, "Slutt."]


def test_sentence_too_long_is_cut_between_words_at_its_signs() -> None:
    chunks = split(paragraph("en to tre, fire fem seks, sju åtte ni"), DETECTOR, max_chars=16)
    assert texts(chunks) == ["en to tre,", "fire fem seks,", "sju åtte ni"]


def test_long_sentence_is_never_cut_inside_a_number() -> None:
    chunks = split(paragraph("tall " + "kr 1 250 000 " * 20 + "til sist"), DETECTOR, max_chars=40)
    assert not [
        chunk.text for chunk in chunks if re.search(r"\d$", chunk.text) and not chunk.text.endswith("1 250 000")
    ]
    assert sum(chunk.text.count("1 250 000") for chunk in chunks) == 20


def test_word_longer_than_a_passage_stays_whole() -> None:
    assert texts(split(paragraph("se " + "x" * 50 + " der"), DETECTOR, max_chars=20)) == ["se", "x" * 50, "der"]


def test_table_row_is_a_passage_of_its_own_under_its_tables_name() -> None:
    rows = [
        Piece(f"EU4Health P{i}. A title 2022-2025 € {i} 000 000 FHI", BlockKind.ROW, context=("Annet", "Tabell 7"))
        for i in (1, 2)
    ]
    text, blocks = assemble([Piece("Før.", BlockKind.PARAGRAPH), *rows, Piece("Etter.", BlockKind.PARAGRAPH)])
    chunks = split(Document("d", "D", text, blocks), DETECTOR)
    assert texts(chunks) == ["Før.", rows[0].text, rows[1].text, "Etter."]
    assert [chunk.context for chunk in chunks] == ["", "Annet › Tabell 7", "Annet › Tabell 7", ""]
    assert len(chunks[1].sentences) == 1  # its full stop ends no sentence


def test_passage_long_enough_ends_where_the_next_heading_begins() -> None:
    long, short = "Mye tekst står her i dag. " * 10, "Lite tekst."
    chunks = split(
        document(
            (BlockKind.PARAGRAPH, long.strip()),
            (BlockKind.HEADING, "Veien videre"),
            (BlockKind.PARAGRAPH, short),
            (BlockKind.HEADING, "Eksport"),
            (BlockKind.PARAGRAPH, short),
        ),
        DETECTOR,
    )
    assert texts(chunks) == [long.strip(), f"Veien videre\n\n{short}\n\nEksport\n\n{short}"]


def test_language_belongs_to_the_passage() -> None:
    norwegian = (
        "Det er viktig at vi ikke bare ser på hva som er gjort, men også hvordan det har gått for de som er syke. "
    )
    english = (
        "It is important that we look not only at what has been done, but also at how it has gone for the patients. "
    )
    both = document(
        (BlockKind.PARAGRAPH, norwegian * 3), (BlockKind.HEADING, "Next"), (BlockKind.PARAGRAPH, english * 3)
    )
    assert [chunk.language for chunk in split(both, DETECTOR, max_chars=350)] == ["nb", "en"]


def test_passage_without_words_has_the_language_of_a_document_in_one_language() -> None:
    assert split(document((BlockKind.ROW, "€ 5"), languages=("nn",)), DETECTOR)[0].language == "nn"
    assert split(document((BlockKind.ROW, "€ 5"), languages=("nb", "en")), DETECTOR)[0].language == "und"


PIECES = st.lists(
    st.tuples(
        st.sampled_from(list(BlockKind)),
        st.lists(
            st.sampled_from(["Ord", "1", "250", "000.", "bl.a.", "er", "3,5", "så,", "EU;", "Slutt.", "x" * 30]),
            min_size=1,
        ),
    ),
    max_size=6,
)


@given(PIECES, st.integers(1, 80))
def test_passages_slice_and_cover_any_document_and_part_no_word(
    pieces: list[tuple[BlockKind, list[str]]], max_chars: int
) -> None:
    given_document = document(*((kind, " ".join(words)) for kind, words in pieces))
    chunks = split(given_document, DETECTOR, max_chars=max_chars)
    check(given_document, chunks)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@given(
    st.lists(st.sampled_from(["1", "250", "000", "kr", "€", "og", "3,5,"]), min_size=1, max_size=40), st.integers(1, 30)
)
def test_no_cut_stands_between_the_groups_of_a_number(words: list[str], max_chars: int) -> None:
    given_document = paragraph(" ".join(words))
    sentences = [s for chunk in split(given_document, DETECTOR, max_chars=max_chars) for s in chunk.sentences]
    for first, second in pairwise(sentences):
        assert not _INSIDE.fullmatch(given_document.text[first.end - 1 : second.start + 1])


@given(PIECES)
def test_table_rows_are_whole_passages_in_any_document(pieces: list[tuple[BlockKind, list[str]]]) -> None:
    given_document = document(*((kind, " ".join(words)) for kind, words in pieces))
    spans = {(chunk.start, chunk.end) for chunk in split(given_document, DETECTOR)}
    rows = [b for b in given_document.blocks if b.kind is BlockKind.ROW and b.end - b.start <= MAX_CHARS]
    assert all((row.start, row.end) in spans for row in rows)


@pytest.fixture(scope="module")
def real(corpus: Path) -> dict[str, tuple[Document, list[Chunk]]]:
    return {document.id: (document, split(document, DETECTOR)) for document in read_corpus(corpus)}


def test_real_passages_slice_and_cover_their_documents(real: dict[str, tuple[Document, list[Chunk]]]) -> None:
    for real_document, chunks in real.values():
        check(real_document, chunks)
        assert max(len(chunk.text) for chunk in chunks) <= MAX_CHARS


def test_whole_row_of_a_programme_is_one_passage_under_the_name_of_its_table(
    real: dict[str, tuple[Document, list[Chunk]]],
) -> None:
    (row,) = [chunk for chunk in real["cancer-mission-hub-report"][1] if "JAPreventNCD" in chunk.text]
    assert row.text == (
        "EU4Health JAPreventNCD: Cancer and other NCDs prevention –action on health determinants 2024-2027 "
        "€ 76 409 623 HELSEDIREKTORATET; FOLKEHELSEINSTITUTTET; AGDER FYLKESKOMMUNE; KRISTIANSAND KOMMUNE; "
        "OSLO UNIVERSITETSSYKEHUS HF"
    )
    assert row.context.startswith("Forebygging › Tabell 2: Prosjekter med norsk deltakelse i perioden 2022-2025")


def test_strengths_and_threats_of_the_report_are_under_their_headings(
    real: dict[str, tuple[Document, list[Chunk]]],
) -> None:
    report, _ = real["cancer-mission-hub-report"]
    heading_of = {report.text[b.start : b.end]: b.context[-1:] for b in report.blocks if b.kind is BlockKind.ITEM}
    assert heading_of["Øke synlighet og profilering"] == ("Muligheter",)
    assert heading_of["Skiftende politiske prioriteringer i Norge og i EU"] == ("Trusler",)
    assert heading_of["Begrensede ressurser (økonomi, kapasitet)"] == ("Svakheter",)


def test_file_that_begins_in_norwegian_and_goes_on_in_english_has_both(
    real: dict[str, tuple[Document, list[Chunk]]],
) -> None:
    budget, chunks = real["state-budget-2024"]
    turn = budget.text.index("Personalised medicine to relieve the health service")
    assert {chunk.language for chunk in chunks if chunk.end < turn} == {"nb"}
    assert {chunk.language for chunk in chunks if chunk.start > turn} == {"en"}
