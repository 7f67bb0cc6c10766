"""Completion: prefixes, slips, compounds, both languages, and fast enough for every key."""

import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.complete import Completer, fold, within_one_slip
from service.suggest import Suggestion

TITLES = ["Statsbudsjettet 2024", "Persontilpasset medisin", "Clinical trials", "Ærlige næringsråd på Ås"]
QUESTION = "Hvor mye får NorTrials?"


@cache
def completer() -> Completer:
    titles = [Suggestion(title, "title", "nb", f"/documents/{place}") for place, title in enumerate(TITLES)]
    return Completer([*titles, Suggestion(QUESTION, "question", "nb"), Suggestion("NorTrials", "heading", "en")])


def texts(typed: str) -> list[str]:
    return [found.text for found in completer().complete(typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("stats", TITLES[0]),
        ("STATSBUDSJETTET", TITLES[0]),
        ("medisin pers", TITLES[1]),
        ("clin tri", TITLES[2]),
        ("budsjett", TITLES[0]),  # inside the compound
        ("statsbudjset", TITLES[0]),  # two letters swapped
        ("perosntilpasset", TITLES[1]),
        ("clinicl trials", TITLES[2]),  # a letter lost
        ("medisinn", TITLES[1]),  # a letter added
        ("aerlige naring", TITLES[3]),  # a keyboard without Norwegian letters
        ("på ås", TITLES[3]),
        ("hvor mye får nort", QUESTION),
        ("nortr", "NorTrials"),
    ],
)
def test_what_is_typed_finds_what_is_meant(typed: str, first: str) -> None:
    assert texts(typed)[0] == first


@pytest.mark.parametrize("typed", ["", " ", "?", "s", "xyzzy", "st!!! zzz", "\u0000", "statsbudsjettet medisin"])
def test_what_nothing_holds_finds_nothing(typed: str) -> None:
    assert texts(typed) == []


def test_a_short_word_is_not_taken_for_another() -> None:
    assert texts("mxd") == []


def test_function_words_alone_still_find_questions() -> None:
    assert texts("hvor mye") == [QUESTION]


def test_no_more_are_given_than_asked_for() -> None:
    many = Completer(Suggestion(f"Tiltak {number}", "heading", "nb") for number in range(50))
    assert [one.text for one in many.complete("tiltak", limit=3)] == ["Tiltak 0", "Tiltak 1", "Tiltak 2"]


@pytest.mark.parametrize("meant", ["medisi", "medsin", "medisni", "medisim", "medisin", "medisinn"])
def test_one_slip_is_within_one(meant: str) -> None:
    assert within_one_slip("medisin", meant)


@pytest.mark.parametrize("meant", ["medis", "midesin", "medicine", "nisidem"])
def test_two_slips_are_not(meant: str) -> None:
    assert not within_one_slip("medisin", meant)


@given(st.text(alphabet="abc", max_size=5), st.text(alphabet="abc", max_size=5))
def test_a_slip_goes_both_ways(one: str, other: str) -> None:
    assert within_one_slip(one, other) == within_one_slip(other, one)


@given(st.sampled_from([*TITLES, QUESTION]), st.integers(2, 30))
def test_every_beginning_of_a_suggestion_finds_it(text: str, length: int) -> None:
    assert text in texts(text[:length]) or not fold(text[:length])


@given(st.text(max_size=600))
def test_nothing_typed_breaks_it(typed: str) -> None:
    assert len(texts(typed)) <= 6


def test_words_are_folded_to_plain_letters() -> None:
    assert fold("Blåbær, ØL og café-2") == ["blabaer", "ol", "og", "cafe", "2"]


def test_a_key_press_over_two_thousand_headings_takes_under_five_milliseconds() -> None:
    words = [
        f"{first}{second}" for first in "abcdefghij" for second in ("budsjett", "medisin", "studie", "råd", "plan")
    ]
    big = Completer(Suggestion(f"{words[n % 50]} {words[n * 7 % 50]} {n}", "heading", "nb") for n in range(2_000))
    for typed in ("ab", "a b", "abud", "abudsjett", "abudsjtet", "budsjett 1", "hbudsjett cme", "zzzzzz"):
        times = []
        for _ in range(5):
            started = time.perf_counter()
            big.complete(typed)
            times.append(time.perf_counter() - started)
        assert min(times) < 0.005, f"{typed}: {min(times) * 1e3:.1f} ms"
