import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.sentences import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Fristen er 17. mai. Søk nå!", ["Fristen er 17. mai.", "Søk nå!"]),
        ("Helseminister J. Chr. Vestre kom. Han gikk.", ["Helseminister J. Chr. Vestre kom.", "Han gikk."]),
        ("Det gjelder bl.a. Oslo. Og f.eks. Bergen.", ["Det gjelder bl.a. Oslo.", "Og f.eks. Bergen."]),
        ("About approx. NOK 5 mill. Kroner var det.", ["About approx. NOK 5 mill. Kroner var det."]),
        ("Lars Eikvar (tidl. Renate Grüner) kom.", ["Lars Eikvar (tidl. Renate Grüner) kom."]),
        ("It costs 61.3 million. It grew by 1.1 percent.", ["It costs 61.3 million.", "It grew by 1.1 percent."]),
        ("Will it work? “Yes!” she said. It did.", ["Will it work?", "“Yes!” she said.", "It did."]),
        ("Sum på 2 mill. kroner i 2024. Ny linje.", ["Sum på 2 mill. kroner i 2024.", "Ny linje."]),
        ("Slutt på krig. – Vi er glade, sier hun.", ["Slutt på krig.", "– Vi er glade, sier hun."]),
        ("St. Olavs hospital deltar. NOU 9. Kapittel.", ["St. Olavs hospital deltar.", "NOU 9.", "Kapittel."]),
        ("Mot kreft¹. Milliarder er satt av.", ["Mot kreft¹.", "Milliarder er satt av."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_remark_in_parentheses_belongs_to_the_sentence_before_it() -> None:
    assert split("Follow up. Ensure advice. (NFD/KD)") == ["Follow up.", "Ensure advice. (NFD/KD)"]
    assert split("Det gikk bra. (Se vedlegget.) Neste sak.") == ["Det gikk bra. (Se vedlegget.)", "Neste sak."]


def test_lower_case_word_does_not_begin_a_sentence() -> None:
    assert split("Prosjektet EUs ... og mer. iPhone er med.") == ["Prosjektet EUs ... og mer. iPhone er med."]


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_blank_text_has_no_sentences(text: str) -> None:
    assert split(text) == []


def test_text_without_a_full_stop_is_one_sentence() -> None:
    assert split("  Nye måter å samarbeide på ") == ["Nye måter å samarbeide på"]


@given(st.text(st.sampled_from("aB.!?() \n1æÅ»”’–kl") | st.characters()))
def test_sentences_are_in_order_and_hold_every_character_but_blanks_between_them(text: str) -> None:
    spans = split_sentences(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@given(st.text(st.sampled_from("a1.,)» ")))
def test_sentence_never_ends_inside_a_word_or_number(text: str) -> None:
    for _, end in split_sentences(text):
        assert end == len(text) or text[end].isspace()
