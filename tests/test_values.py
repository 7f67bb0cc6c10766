"""Values in sentences: amounts, shares, dates, spans of time, counts, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.types import Language
from service.expect import Expected
from service.values import find_new_values, find_values

EVERY_LANGUAGE: tuple[Language, ...] = ("nb", "nn", "en", "und")


def values(text: str, expected: Expected, language: Language = "nb") -> list[str]:
    return [text[start:end] for start, end in find_values(text, expected, language=language)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("funding rises with NOK 30 million to a total of NOK 61.3 million", ["NOK 30 million", "NOK 61.3 million"]),
        ("30 millioner kroner og 1,5 milliarder kroner", ["30 millioner kroner", "1,5 milliarder kroner"]),
        ("a budget of 75.9 billion euro", ["75.9 billion euro"]),
        ("€ 5 120 000 for fire partnere", ["€ 5 120 000"]),
        ("five million dollars", ["five million dollars"]),
        ("kr 500 per dag", ["kr 500"]),
        ("12 partnere i 2024", []),
        ("in 2024 NOK 61 million was given, 20 euros 3 times", ["NOK 61 million", "20 euros"]),
    ],
)
def test_amounts_are_found_with_their_currency(text: str, found: list[str]) -> None:
    assert values(text, Expected.AMOUNT) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.1 percent of GDP, 25 % of the rest", ["1.1 percent", "25 %"]),
        ("30 prosent, eller to tredjedeler", ["30 prosent", "to tredjedeler"]),
        ("halvparten av pasientene", ["halvparten"]),
        ("a third of them", ["a third"]),
        ("30 millioner kroner", []),
    ],
)
def test_shares_are_found(text: str, found: list[str]) -> None:
    assert values(text, Expected.PERCENTAGE) == found


def test_a_quantity_is_an_amount_or_a_share() -> None:
    assert values("NOK 40 billion, 1.1 percent of GDP", Expected.QUANTITY) == ["NOK 40 billion", "1.1 percent"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("i 2021", ["2021"]),
        ("programmet 2021-2027", ["2021-2027"]),
        ("strategien 2021–27", ["2021–27"]),
        ("code 120210, room 1850", []),
    ],
)
def test_years_are_found_alone_and_in_ranges(text: str, found: list[str]) -> None:
    assert values(text, Expected.YEAR) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("søknadsfristen er 17. mai 2024", ["17. mai 2024"]),
        ("it began on 1 January 2021", ["1 January 2021"]),
        ("on May 17, 2024", ["May 17, 2024"]),
        ("høsten 2023", ["høsten 2023"]),
        ("den 01.02.2023", ["01.02.2023"]),
        ("i 2030", ["2030"]),
    ],
)
def test_dates_are_found_in_both_languages(text: str, found: list[str]) -> None:
    assert values(text, Expected.DATE) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in 5 instead of 10 years", ["10 years"]),
        ("etter to år", ["to år"]),
        ("tre til fem måneder", ["tre til fem måneder"]),
        ("a ten-year plan", ["ten-year"]),
        ("perioden 2021–2027", ["2021–2027"]),
    ],
)
def test_spans_of_time_are_found(text: str, found: list[str]) -> None:
    assert values(text, Expected.DURATION) == found


def test_counts_are_digits_or_words() -> None:
    assert values("12 partnere, to sykehus og 1 250 ansatte", Expected.COUNT) == ["12", "to", "1 250"]
    assert values("12 partners, two hospitals", Expected.COUNT, "en") == ["12", "two"]


def test_to_is_two_in_norwegian_and_no_number_in_english() -> None:
    assert values("to sykehus bidrar", Expected.COUNT, "nb") == ["to"]
    assert values("the contribution to Norway", Expected.COUNT, "en") == []
    assert values("fire fra Bergen", Expected.COUNT, "nn") == ["fire"]
    assert values("fire safety", Expected.COUNT, "en") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("says Ketil Widerberg.", ["Ketil Widerberg"]),
        ("ledes av Åse Ødegård-Lie", ["Åse Ødegård-Lie"]),
        ("Ole J. Hansen spoke", ["Ole J. Hansen"]),
        ("by Ursula von der Leyen in May", ["Ursula von der Leyen"]),
        ("the work goes on", []),
    ],
)
def test_names_of_people_are_found(text: str, found: list[str]) -> None:
    assert values(text, Expected.PERSON) == found


def test_prose_has_no_value() -> None:
    assert values("NOK 30 million in 2024", Expected.PROSE) == []


@given(
    st.lists(
        st.sampled_from(["to", "NOK", "30", "1 250", "million", "kroner", "2024", "mai", "%", "Kari", "Li", "år"])
    ),
    st.sampled_from(Expected),
    st.sampled_from(EVERY_LANGUAGE),
)
def test_values_are_in_order_not_empty_and_do_not_overlap(
    words: list[str], expected: Expected, language: Language
) -> None:
    text = " ".join(words)
    ends = 0
    for start, end in find_values(text, expected, language=language):
        assert ends <= start < end <= len(text)
        assert text[start:end].strip()
        ends = end


@given(st.text(), st.sampled_from(Expected))
def test_no_text_is_too_strange_to_look_for_values_in(text: str, expected: Expected) -> None:
    for start, end in find_values(text, expected, language="und"):
        assert 0 <= start < end <= len(text)


def test_values_that_the_question_names_itself_are_not_new() -> None:
    text = "I 2021 fikk NorTrials 30 millioner kroner, i 2024 fikk de NOK 61 million."
    found = find_new_values(text, Expected.YEAR, language="nb", question="Hva skjedde i 2021?")
    assert [text[start:end] for start, end in found] == ["2024"]
    asked = "Hvem fikk 30 MILLIONER kroner?"
    found = find_new_values(text, Expected.AMOUNT, language="nb", question=asked)
    assert [text[start:end] for start, end in found] == ["NOK 61 million"]


def test_all_values_are_new_to_a_question_that_names_none() -> None:
    text = "NOK 30 million in 2021, NOK 61 million in 2024."
    found = find_new_values(text, Expected.AMOUNT, language="en", question="How much?")
    assert found == find_values(text, Expected.AMOUNT, language="en")
