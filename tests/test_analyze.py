import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.analyze import Analyzer

KNOWN = "helse katapult kreft omsorg strategi universitet sykehus år"
ANALYZER = Analyzer(word.norwegian for word in Analyzer().words(KNOWN))


def test_word_has_a_stem_of_each_language() -> None:
    (word,) = Analyzer().words("Pasienter")
    assert (word.surface, word.norwegian, word.stop) == ("pasienter", "pasient", False)
    assert word.terms == (f"n:{word.norwegian}", f"e:{word.english}")


def test_inflections_share_a_term_in_their_own_language() -> None:
    analyzer = Analyzer()
    assert set(analyzer.terms("pasienten")) & set(analyzer.terms("pasienter")) == {"n:pasient"}
    assert "e:trial" in set(analyzer.terms("trials")) & set(analyzer.terms("trial"))


def test_stop_words_of_both_languages_carry_no_terms() -> None:
    assert ANALYZER.terms("Hva er det, og what is the of") == []
    assert all(word.stop for word in ANALYZER.words("Kva er det og what is the of"))


@pytest.mark.parametrize("token", ["2024", "EU4Health", "6M", "T1"])
def test_numbers_and_codes_are_terms_as_they_stand(token: str) -> None:
    assert ANALYZER.terms(token) == [token.lower()]


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("helsekatapulten", ("hels", "katapult")),
        ("kreftomsorg", ("kreft", "omsorg")),
        ("universitetssykehus", ("universit", "sykehus")),
        ("kreftstrategien", ("kreft", "strategi")),
    ],
)
def test_compound_is_split_into_parts_the_corpus_knows(compound: str, parts: tuple[str, str]) -> None:
    (word,) = ANALYZER.words(compound)
    assert word.parts == parts
    assert ANALYZER.terms(compound) == [*word.terms, *(f"n:{part}" for part in parts)]


@pytest.mark.parametrize("word", ["kreft", "kreftxyzw", "år", "helse2024omsorg", "xyzwomsorg"])
def test_word_that_two_known_stems_do_not_make_up_is_not_split(word: str) -> None:
    assert ANALYZER.words(word)[0].parts == ()


def test_composed_and_decomposed_letters_give_the_same_terms() -> None:
    assert ANALYZER.terms("a\u030arsrapporten") == ANALYZER.terms("årsrapporten")


@given(st.text(st.characters()))
def test_any_text_has_terms_and_the_same_ones_every_time(text: str) -> None:
    terms = ANALYZER.terms(text)
    assert terms == ANALYZER.terms(text)
    assert all(terms)
    assert [word.surface for word in ANALYZER.words(text)] == [word.surface for word in ANALYZER.words(text.lower())]
