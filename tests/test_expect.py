"""What kind of answer a question asks for."""

import pytest

from service.expect import Expected, expected_answer


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Hvor mye penger får NorTrials?", Expected.AMOUNT),
        ("Kor mykje støtte får NorTrials?", Expected.AMOUNT),
        ("How much money does NorTrials get?", Expected.AMOUNT),
        ("Hvor stort er budsjettet?", Expected.AMOUNT),
        ("What does the platform cost?", Expected.AMOUNT),
        ("pilot health budget", Expected.AMOUNT),
        ("Hvor mye får NorTrials?", Expected.QUANTITY),
        ("How much does NorTrials get?", Expected.QUANTITY),
        ("Hvor stor andel av BNP går til forskning?", Expected.PERCENTAGE),
        ("What share of GDP goes to research?", Expected.PERCENTAGE),
        ("Hvilket år ble klyngen stiftet?", Expected.YEAR),
        ("In which year was the cluster founded?", Expected.YEAR),
        ("Hvor lenge varer ordningen?", Expected.DURATION),
        ("Kor mange år tek det?", Expected.DURATION),
        ("How many years does it take?", Expected.DURATION),
        ("Hvor mange sykehus deltar?", Expected.COUNT),
        ("How many hospitals take part?", Expected.COUNT),
        ("Når er fristen?", Expected.DATE),
        ("What is the deadline?", Expected.DATE),
        ("Kven leier arbeidet?", Expected.PERSON),
        ("Who leads the work?", Expected.PERSON),
        ("Hva er målet med NorTrials?", Expected.PROSE),
        ("Why are clusters important?", Expected.PROSE),
    ],
)
def test_the_words_of_a_question_tell_what_answers_it(question: str, expected: Expected) -> None:
    assert expected_answer(question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was the funding announced?", Expected.DATE),
        ("Når ble tilskuddet gitt?", Expected.DATE),
        ("Who got the grant?", Expected.PERSON),
        ("Hvem har ansvar for budsjettet?", Expected.PERSON),
        ("«Hvem fikk tilskuddet?»", Expected.PERSON),
    ],
)
def test_the_word_a_question_opens_with_goes_before_the_words_inside(question: str, expected: Expected) -> None:
    assert expected_answer(question) is expected


def test_the_specific_goes_before_the_general() -> None:
    assert expected_answer("How many percent?") is Expected.PERCENTAGE
    assert expected_answer("How many years?") is Expected.DURATION
    assert expected_answer("How many people?") is Expected.COUNT


def test_case_does_not_count() -> None:
    assert expected_answer("HVOR MANGE SYKEHUS?") is expected_answer("hvor mange sykehus?") is Expected.COUNT


@pytest.mark.parametrize("question", ["", " ", "?", "whole", "nårsomhelst"])
def test_without_a_word_that_asks_prose_is_expected(question: str) -> None:
    assert expected_answer(question) is Expected.PROSE
