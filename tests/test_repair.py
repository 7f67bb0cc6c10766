import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.repair import Vocabulary, build_vocabulary, clean_characters, join_lines, mark_footnotes, stuck_numbers

CORPUS = [
    "Samfunnsoppdragene er tidsavgrensede. Oslo universitetssykehus deltar med kreftdiagnoser.",
    "Helse- og omsorgsdepartementet. Kreftforeningen, kreftomsorg, kreftplan, kreftbilder.",
    "Universitetssykehuset i Nord-Norge og et offentlig-privat samarbeid om e-helse. A real-time monitor, a label.",
]


@pytest.fixture
def vocabulary() -> Vocabulary:
    return build_vocabulary(CORPUS)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["fem store samfunns-", "oppdragene er"], "fem store samfunnsoppdragene er"),
        (["nye kreft- ", "diagnoser i Europa"], "nye kreftdiagnoser i Europa"),
        (["ved Oslo universitets- ", "sykehus og"], "ved Oslo universitetssykehus og"),
        (["an unbro-", "kenword here"], "an unbrokenword here"),  # "unbro" is no word of its own
    ],
)
def test_word_broken_by_a_hyphen_at_the_line_end_is_made_whole(
    vocabulary: Vocabulary, lines: list[str], joined: str
) -> None:
    assert join_lines(lines, vocabulary) == joined


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["NORGES MILJØ- OG BIOVITENSKAPLIGE", "UNIVERSITET"], "NORGES MILJØ- OG BIOVITENSKAPLIGE UNIVERSITET"),
        (["UNIVERSITETSSYKEHUSET I NORD- ", "NORGE"], "UNIVERSITETSSYKEHUSET I NORD-NORGE"),
        (["Helse- ", "og omsorg"], "Helse- og omsorg"),
        (["a real-", "time monitor"], "a real-time monitor"),
        (["Simula -", "forskning"], "Simula - forskning"),
        (["ved EU-", "2030 gjelder"], "ved EU-2030 gjelder"),
    ],
)
def test_real_hyphen_at_the_line_end_stays(vocabulary: Vocabulary, lines: list[str], joined: str) -> None:
    assert join_lines(lines, vocabulary) == joined


def test_address_broken_at_a_slash_or_hyphen_goes_on_without_a_blank(vocabulary: Vocabulary) -> None:
    assert (
        join_lines(["se https://kreft.no/2023/11/", "plan.pdf"], vocabulary) == "se https://kreft.no/2023/11/plan.pdf"
    )
    assert join_lines(["https://kreft.no/felles-", "innsats"], vocabulary) == "https://kreft.no/felles-innsats"


def test_compound_unknown_to_the_corpus_follows_how_its_first_part_is_written() -> None:
    closed = build_vocabulary(["kreft kreftomsorg kreftplan"])
    hyphenated = build_vocabulary(["kreft kreft-omsorg kreft-plan"])
    assert join_lines(["kreft-", "satsing"], closed) == "kreftsatsing"
    assert join_lines(["kreft-", "satsing"], hyphenated) == "kreft-satsing"


def test_broken_word_does_not_make_its_first_half_a_known_word() -> None:
    vocabulary = build_vocabulary(["målrettede samfunns-\noppdrag, helse- og omsorg"])
    assert not vocabulary.knows("samfunns")
    assert not vocabulary.knows("helse")
    assert vocabulary.knows("omsorg")


def test_word_with_inner_hyphen_is_known_hyphenated_and_by_its_parts(vocabulary: Vocabulary) -> None:
    assert vocabulary.knows_hyphenated("NORD-NORGE")
    assert not vocabulary.knows_hyphenated("nord-helse")
    assert vocabulary.knows("norge")


def test_blanks_tabs_and_empty_lines_become_single_blanks(vocabulary: Vocabulary) -> None:
    assert join_lines(["strategisk \t retning,  ", "", "\t posisjonering "], vocabulary) == (
        "strategisk retning, posisjonering"
    )
    assert join_lines([], vocabulary) == ""


def test_replacement_characters_and_no_break_spaces_become_blanks() -> None:
    assert clean_characters("retning, \ufffdposisjonering") == "retning,  posisjonering"
    assert clean_characters("2025-2030 \u00a0€\u202f5\u2009770") == "2025-2030  € 5 770"


def test_soft_hyphens_go_and_the_line_goes_on_after_one() -> None:
    assert clean_characters("kreft\u00adforskning") == "kreftforskning"
    assert clean_characters("kreft\u00ad \r\n forskning") == "kreftforskning"


def test_line_ends_are_plain_and_layout_characters_stay() -> None:
    assert clean_characters("a\r\nb\rc\n\fd\te") == "a\nb\nc\n\fd\te"


def test_format_control_and_nul_characters_go_but_joiners_of_emoji_stay() -> None:
    assert clean_characters("\ufeffa\u200bb\u202ec\u2069") == "abc"
    assert clean_characters("a\x00b\x07c") == "a b c"
    assert clean_characters("👩\u200d🔬") == "👩\u200d🔬"


def test_combining_marks_are_composed() -> None:
    assert clean_characters("a\u030arsrapport o\u0308") == "årsrapport ö"


@given(st.text(st.characters()))
def test_clean_text_is_nfc_without_control_characters_and_cleaning_it_again_changes_nothing(raw: str) -> None:
    text = clean_characters(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cs")} - set("\n\t\f")
    assert clean_characters(text) == text


def test_footnote_digit_stuck_to_a_word_becomes_a_superscript() -> None:
    assert mark_footnotes("kampen mot kreft1. Milliarder", frozenset({"1"})) == "kampen mot kreft¹. Milliarder"
    assert mark_footnotes("etter endt behandling4", frozenset({"4"})) == "etter endt behandling⁴"


@pytest.mark.parametrize("text", ["Horisont Europa og EU4Health", "NOU 9", "omsorg65 i 2030", "COVID19.", "i 2030."])
def test_number_that_is_no_footnote_of_the_document_stays(text: str) -> None:
    assert mark_footnotes(text, frozenset({"1", "4", "9"})) == text


def test_stuck_numbers_are_those_at_the_end_of_a_word() -> None:
    assert stuck_numbers("mot kreft1. I EU4Health er Cancer2.\nbehandling4") == {"1", "2", "4"}


@given(st.lists(st.text(st.sampled_from("ab-øÅ \t1€/:")), max_size=6), st.lists(st.text(st.sampled_from("abø- "))))
def test_joining_lines_keeps_every_character_but_blanks_and_hyphens(lines: list[str], corpus: list[str]) -> None:
    joined = join_lines(lines, build_vocabulary(corpus))
    kept = str.maketrans("", "", "- \t")
    assert joined.translate(kept) == "".join(lines).translate(kept)
    assert joined == " ".join(joined.split())
