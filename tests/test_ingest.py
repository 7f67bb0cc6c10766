import json
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.errors import CorpusError
from indexing.ingest import assemble, read_corpus
from indexing.layout import Piece
from indexing.types import BlockKind, Document


@pytest.fixture(scope="module")
def documents(corpus: Path) -> dict[str, Document]:
    return {document.id: document for document in read_corpus(corpus)}


def write(folder: Path, entries: Any, **files: str) -> Path:
    (folder / "manifest.json").write_text(json.dumps({"documents": entries}), "utf-8")
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def check(document: Document) -> None:
    assert unicodedata.is_normalized("NFC", document.text)
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end
        assert not document.text[position : block.start].strip()
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end]
        position = block.end
    assert not document.text[position:].strip()


def test_documents_come_by_id_with_what_the_manifest_tells(tmp_path: Path) -> None:
    entry = {
        "id": "plan",
        "title": "Planen",
        "file": "b.txt",
        "languages": ["nb", "en"],
        "date": "2024",
        "kind": "report",
    }
    later, plan = read_corpus(write(tmp_path, [{"id": "z", "file": "a.txt"}, entry], a="En tekst.", b="To tekster."))[
        ::-1
    ]
    assert (later.id, later.title) == ("z", "z")
    assert (plan.title, plan.languages, plan.date, plan.kind) == ("Planen", ("nb", "en"), "2024", "report")
    assert plan.text == "To tekster."


def test_source_is_the_publisher_where_none_is_given(tmp_path: Path) -> None:
    entries = [
        {"id": "a", "file": "a.txt", "publisher": "KS"},
        {"id": "b", "file": "b.txt", "publisher": "KS", "source": "W"},
    ]
    assert [document.source for document in read_corpus(write(tmp_path, entries, a="A.", b="B."))] == ["KS", "W"]


def test_file_without_manifest_gets_its_id_from_its_name_and_its_title_from_its_heading(tmp_path: Path) -> None:
    (tmp_path / "Årsrapport Ærø 2024.txt").write_text("Vår beretning\n\nDet gikk bra i år, og vi er glade.", "utf-8")
    (document,) = read_corpus(tmp_path)
    assert (document.id, document.title) == ("arsrapport-aero-2024", "Vår beretning")


def test_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfHei der.")
    assert read_corpus(tmp_path)[0].text == "Hei der."


def test_word_broken_in_one_document_is_mended_by_another(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Oslo universitets- \nsykehus deltar i arbeidet.", "utf-8")
    (tmp_path / "b.txt").write_text("Et universitet og et universitetssykehus.", "utf-8")
    assert read_corpus(tmp_path)[0].text == "Oslo universitetssykehus deltar i arbeidet."


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist; give the folder of your documents with --corpus"):
        read_corpus(tmp_path / "none")


def test_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"holds no \*\.txt file; put your documents there"):
        read_corpus(tmp_path)


def test_file_of_the_manifest_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gone\.txt' does not exist; put the file there or take it out"):
        read_corpus(write(tmp_path, [{"id": "a", "file": "gone.txt"}]))


def test_file_that_is_not_utf8_is_named_with_its_byte_and_the_cure(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Får".encode("latin-1"))
    with pytest.raises(
        CorpusError, match=r"latin\.txt' is not UTF-8 \(byte 1\).*iconv -f latin1 -t utf-8 'latin\.txt'"
    ):
        read_corpus(tmp_path)


@pytest.mark.parametrize("text", ["", " \n\n", "Skip to main content\n"])
def test_document_without_text_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CorpusError, match=r"'a\.txt' holds no text"):
        read_corpus(write(tmp_path, [], a=text))


def test_folder_named_like_a_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(CorpusError, match=r"a\.txt' cannot be read"):
        read_corpus(tmp_path)


def test_two_documents_of_one_id_are_refused_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("En.", "utf-8")
    (tmp_path / "a-b.txt").write_text("To.", "utf-8")
    with pytest.raises(CorpusError, match=r"id 'a-b' stands for both 'a b\.txt' and 'a-b\.txt'"):
        read_corpus(tmp_path)


def test_manifest_that_is_not_json_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{\n"documents": [}', "utf-8")
    with pytest.raises(CorpusError, match=r"manifest\.json, line 2: not JSON"):
        read_corpus(tmp_path)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("a.txt", 'must be an object with the texts "id" and "file"'),
        ({"id": "a"}, 'must be an object with the texts "id" and "file"'),
        ({"id": "a", "file": "a.txt", "author": "me"}, "unknown field 'author'; fields are date, file, id"),
        ({"id": "../etc", "file": "a.txt"}, "id '../etc' must be 1-100 of a-z"),
        ({"id": "A", "file": "a.txt"}, "id 'A' must be 1-100 of a-z"),
        ({"id": "a", "file": "../a.txt"}, "file '../a.txt' must be a file name in the corpus folder"),
        ({"id": "a", "file": ".."}, "file '..' must be a file name in the corpus folder"),
        ({"id": "a", "file": ""}, "file '' must be a file name in the corpus folder"),
        ({"id": "a", "file": "a\0b.txt"}, "must be a file name in the corpus folder"),
        ({"id": "a", "file": "a.txt", "languages": ["no"]}, r"languages \['no'\] must be a list of en, nb, nn"),
        ({"id": "a", "file": "a.txt", "languages": "nb"}, "languages 'nb' must be a list"),
        ({"id": "a", "file": "a.txt", "title": 5}, "title must be a text"),
    ],
)
def test_manifest_entry_that_breaks_a_rule_is_refused_with_the_rule(tmp_path: Path, entry: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message) as refusal:
        read_corpus(write(tmp_path, [entry], a="Tekst."))
    assert "document 1: " in str(refusal.value)


@pytest.mark.parametrize("content", ["[]", "null", '{"documents": {}}', "{}", "5"])
def test_manifest_without_a_list_of_documents_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(CorpusError, match='must be an object with a list "documents"'):
        read_corpus(tmp_path)


def test_broken_characters_in_a_title_are_cleaned_like_text(tmp_path: Path) -> None:
    entry = {"id": "a", "file": "a.txt", "title": "Vår\u00a0plan\ud800"}
    assert read_corpus(write(tmp_path, [entry], a="Tekst."))[0].title == "Vår plan"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()), lambda j: st.lists(j, max_size=3)
)


@given(st.dictionaries(st.sampled_from(["id", "title", "file", "languages", "date", "x"]), st.just("a.txt") | JSON))
def test_any_manifest_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, entry: dict[str, Any]) -> None:
    folder = write(tmp_path_factory.mktemp("corpus"), [entry], a="Tekst.")
    with suppress(CorpusError):
        read_corpus(folder)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_gives_a_document_whose_blocks_hold_it_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "a.txt").write_bytes(text.encode())
    try:
        (document,) = read_corpus(folder)
    except CorpusError:
        return
    check(document)


def test_items_and_rows_stand_on_adjacent_lines_other_pieces_apart() -> None:
    kinds = [BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ITEM, BlockKind.ROW, BlockKind.ROW, BlockKind.HEADING]
    text, blocks = assemble([Piece(str(i), kind) for i, kind in enumerate(kinds)])
    assert text == "0\n\n1\n2\n\n3\n4\n\n5"
    assert [text[block.start : block.end] for block in blocks] == list("012345")


def test_real_documents_hold_their_blocks(documents: dict[str, Document]) -> None:
    assert len(documents) == 5
    for document in documents.values():
        check(document)


def test_real_documents_have_no_broken_characters_words_or_furniture(documents: dict[str, Document]) -> None:
    for document in documents.values():
        assert not set("\ufffd\u00a0\u00ad\t\r") & set(document.text)
        assert "Skip to main content" not in document.text
        assert "Share this article" not in document.text
        assert "Search for content" not in document.text


@pytest.mark.parametrize(
    "words",
    [
        "Samfunnsoppdragene er tidsavgrensede",
        "antall nye kreftdiagnoser i Europa",
        "ved Institutt for kreftforskning, Oslo universitetssykehus og omfatter 28 partnere",
        "NORGES MILJØ- OG BIOVITENSKAPLIGE UNIVERSITET",
        "UNIVERSITETSSYKEHUSET I NORD-NORGE",
        "i kampen mot kreft¹. Milliarder",
        "EU4Health for å støtte",
        "strategisk retning, posisjonering og muligheter",
        "at vi må ta forbehold om",
        "forsterker effekten av EU-satsingen. Strategien inneholder fem nasjonale hovedmål",
    ],
)
def test_norwegian_report_reads_as_it_was_written(documents: dict[str, Document], words: str) -> None:
    assert words in documents["cancer-mission-hub-report"].text


def test_every_table_of_the_norwegian_report_is_over_its_own_rows(documents: dict[str, Document]) -> None:
    document = documents["cancer-mission-hub-report"]
    first_row_of: dict[tuple[str, ...], str] = {}
    for block in document.blocks:
        if block.kind is BlockKind.ROW:
            first_row_of.setdefault(block.context[:2], document.text[block.start : block.end].split(":")[0])
    tables = {caption.split(":")[0]: heading for heading, caption in map(tuple, first_row_of)}
    assert tables == {
        "Tabell 1": "Å forstå kreft",
        "Tabell 2": "Forebygging",
        "Tabell 3": "Tidlig oppdagelse",
        "Tabell 4": "Diagnostikk og behandling, forts.",
        "Tabell 5": "Livskvalitet",
        "Tabell 6": "Infrastruktur, datadeling og digitalisering, forts.",
        "Tabell 7": "Annet",
    }
    assert [row.split()[-1] for row in first_row_of.values()][:3] == ["NUCLEAR", "JAPreventNCD", "STRIM"]
