import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.layout import Piece, read_layout
from indexing.repair import build_vocabulary, clean_characters
from indexing.types import BlockKind

HEADER = "PROGRAM TITTEL VARIGHET  EU-TILSKUDD NORSKE DELTAKERE/KOORDINATOR*"
ROWS = """EU4Health PERCH: PartnERship to Contrast HPV 2022-2025  € 3 800 000  FOLKEHELSEINSTITUTTET

HORISONT EUROPA MULTIR: MULti-Tumour based prediction and
manipulation of Immune Response 2024-2027  € 8 547 712  FOLKEHELSEINSTITUTTET

 € 12 347 712
"""
NAME = """Forebygging
Tabell 2: Prosjekter med norsk deltakelse i perioden 2022-2025
Kilde: EU Funding and Tending Portals. Med forbehold om endringer.
"""


def read(text: str) -> list[Piece]:
    return read_layout(text, build_vocabulary([text]))


def texts(pieces: list[Piece], kind: BlockKind) -> list[str]:
    return [piece.text for piece in pieces if piece.kind is kind]


def context_of(pieces: list[Piece], beginning: str) -> tuple[str, ...]:
    (context,) = [piece.context for piece in pieces if piece.text.startswith(beginning)]
    return context


@pytest.mark.parametrize("page", [f"{NAME}{HEADER}\n\n{ROWS}", f" {HEADER}\n\n{ROWS}\n{NAME}"])
def test_table_row_is_whole_under_the_name_that_stands_before_or_after_the_rows(page: str) -> None:
    pieces = read(page)
    name = ("Forebygging", "Tabell 2: Prosjekter med norsk deltakelse i perioden 2022-2025", HEADER)
    assert texts(pieces, BlockKind.ROW) == [
        "EU4Health PERCH: PartnERship to Contrast HPV 2022-2025 € 3 800 000 FOLKEHELSEINSTITUTTET",
        "HORISONT EUROPA MULTIR: MULti-Tumour based prediction and manipulation of Immune Response 2024-2027 "
        "€ 8 547 712 FOLKEHELSEINSTITUTTET",
        "€ 12 347 712",
    ]
    assert {piece.context for piece in pieces if piece.kind is BlockKind.ROW} == {name}


def test_list_whose_heading_stands_after_it_gets_that_heading() -> None:
    pieces = read(
        "Akselerator-team som mulig modell\nEn mulig vei videre er å knytte finansiering til team.\n\n"
        "•\t Multistakeholder-samarbeid som gir bred involvering \t\n\t og flere perspektiver.\n\n"
        "•\t Fleksibel og smidig organisering  \n\t (ikke felles budsjett)\n\nStyrker\n\n"
        "•\t Øke synlighet og profilering\n\nMuligheter\n"
    )
    assert texts(pieces, BlockKind.ITEM) == [
        "Multistakeholder-samarbeid som gir bred involvering og flere perspektiver.",
        "Fleksibel og smidig organisering (ikke felles budsjett)",
        "Øke synlighet og profilering",
    ]
    assert context_of(pieces, "Multistakeholder") == ("Styrker",)
    assert context_of(pieces, "Fleksibel") == ("Styrker",)
    assert context_of(pieces, "Øke") == ("Muligheter",)


def test_list_with_a_lead_in_keeps_it_and_the_heading_before_it() -> None:
    pieces = read(
        "Status for satsingen\n\nNorge er tungt involvert EUs satsing:\n"
        "•\tVi har høy norsk deltakelse i utlysninger  \n\nunder Horisont Europa.\n"
        "•\tNorge deltar i EU4Health.\n\nHva nå?\n\nTekst som følger etter lista."
    )
    assert context_of(pieces, "Norge deltar") == ("Status for satsingen", "Norge er tungt involvert EUs satsing:")
    assert "Vi har høy norsk deltakelse i utlysninger under Horisont Europa." in texts(pieces, BlockKind.ITEM)


def test_sentence_cut_by_a_heading_and_a_caption_is_one_again_with_both_before_it() -> None:
    pieces = read(
        "EUs kreftsatsing er videreført under den nye Kommisjonen. Den\nnye strategien setter ambisiøse mål for "
        "kreftområdet, og forsterker effekten \n\nVeien videre \n\n"
        "Ole Johan Borge leder et verksted. Foto: Jorunn Valle Nilsen.\n\nav EU-satsingen. Strategien inneholder mål."
    )
    assert [piece.text for piece in pieces] == [
        "Veien videre",
        "Ole Johan Borge leder et verksted. Foto: Jorunn Valle Nilsen.",
        "EUs kreftsatsing er videreført under den nye Kommisjonen. Den nye strategien setter ambisiøse mål for "
        "kreftområdet, og forsterker effekten av EU-satsingen. Strategien inneholder mål.",
    ]
    assert [piece.kind for piece in pieces] == [BlockKind.HEADING, BlockKind.CAPTION, BlockKind.PARAGRAPH]


def test_footnote_digit_is_a_mark_only_where_the_document_has_that_note() -> None:
    pieces = read(
        "Planen skal snu alle steiner i kampen mot kreft1. EU4Health og Covid19 er nevnt, og omsorg9.\n\n"
        "1 https://health.ec.europa.eu/plan.pdf\n"
    )
    assert texts(pieces, BlockKind.PARAGRAPH) == [
        "Planen skal snu alle steiner i kampen mot kreft¹. EU4Health og Covid19 er nevnt, og omsorg9."
    ]
    assert texts(pieces, BlockKind.NOTE) == ["1 https://health.ec.europa.eu/plan.pdf"]


@pytest.mark.parametrize(
    "furniture",
    [
        "Skip to main content",
        "NHT Logo",
        "Share this article on social media",
        "Search for content, post, videos",
        "Hopp til hovedinnhold",
        "Del denne artikkelen",
        "Til toppen",
        "Godta alle informasjonskapsler",
    ],
)
def test_page_furniture_is_left_out(furniture: str) -> None:
    sentence = "Norway Health Tech has submitted a response to the Parliament. " * 3
    pieces = read(f"{furniture}\n\n{sentence}\n\n{furniture}\n")
    assert [piece.text for piece in pieces] == [sentence.strip()]


@pytest.mark.parametrize("text", ["Share of exports is 20 percent.", "Del to handler om eksport.", "Print media grew."])
def test_text_that_only_begins_like_furniture_stays(text: str) -> None:
    assert [piece.text for piece in read(text)] == [text]


def test_numbered_heading_stays_over_the_headings_below_it() -> None:
    long = "Clinical trials are a prerequisite for the development of pharmaceuticals and medical devices. " * 2
    pieces = read(f"2. Clinical trials\n{long}\nThe road ahead\nFollow up the plan. (HOD)\n3. Clusters\nA short text.")
    assert context_of(pieces, "Follow up") == ("2. Clinical trials", "The road ahead")
    assert context_of(pieces, "A short") == ("3. Clusters",)


def test_box_opened_by_an_indented_heading_ends_at_two_blank_lines() -> None:
    long = "Municipalities are tasked with providing services under the Health and Care Services Act of 2011. " * 2
    pieces = read(f"Policy\nText one stands here.\n\tThe role of municipalities\n{long}\n\n\nAfter the box it goes on.")
    assert context_of(pieces, "Municipalities") == ("The role of municipalities",)
    assert context_of(pieces, "After") == ()


def test_entries_of_a_list_of_names_are_no_headings() -> None:
    pieces = read(
        "Medlemmer i enheten\n\nForskningsrådet:  \nOle Johan Borge\n\nKS: Madli Indseth\n\nSINTEF: Øystein Risa\n"
    )
    assert texts(pieces, BlockKind.HEADING) == ["Medlemmer i enheten"]
    assert context_of(pieces, "KS:") == ("Medlemmer i enheten",)


def test_lower_case_lines_after_a_colon_are_list_items() -> None:
    lead_in = (
        "Public health services provide security in everyday life, and the goal is to create a society by ensuring:"
    )
    pieces = read(f"{lead_in}\nsustainable use of resources\ngood patient pathways\n{'The sector is important. ' * 8}")
    assert texts(pieces, BlockKind.ITEM) == ["sustainable use of resources", "good patient pathways"]
    assert context_of(pieces, "good") == (lead_in,)


@pytest.mark.parametrize("text", ["", "\n\n", " \t\f\n"])
def test_blank_text_has_no_pieces(text: str) -> None:
    assert read(text) == []


LINES = st.sampled_from(
    [
        *(NAME + ROWS).split("\n"), HEADER, "", "", "Styrker", "•\t Øke synlighet", "-\t Helse Bergen HF", "kreft1.",
        "nye kreft-", "diagnoser i Europa", "1 https://kreft.no/", "KS: Madli Indseth", "Foto: Nrk.", "\tBoks",
        "2. Mål", "Norge deltar:", " Fem år inn i satsingen", "Skip to main content", "• •", "€ 5 000", "\f", "x" * 140,
    ]
)  # fmt: skip


@given(st.lists(LINES | st.text(st.characters(codec="utf-8"), max_size=12), max_size=25))
def test_any_lines_give_pieces_of_single_blanks_that_are_not_empty(lines: list[str]) -> None:
    for piece in read(clean_characters("\n".join(lines))):
        assert piece.text
        assert piece.text == " ".join(piece.text.split())
        assert all(piece.context)


@given(st.lists(LINES, max_size=25))
def test_no_letter_or_digit_of_the_text_is_lost_but_furniture_and_column_names(lines: list[str]) -> None:
    pieces = read("\n".join(lines))
    superscripts = str.maketrans("¹²³", "123")
    read_characters = "".join(c for p in pieces for c in p.text.translate(superscripts) if c.isalnum())
    headers = {part for piece in pieces for part in piece.context} & {HEADER}
    dropped = {"Skip to main content"} | headers
    given_characters = "".join(c for line in lines if line not in dropped for c in line if c.isalnum())
    assert sorted(read_characters) == sorted(given_characters)
