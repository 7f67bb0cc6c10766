from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.language import Detection, Detector, family
from indexing.types import Language

DETECTOR = Detector()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hvor mye penger får NorTrials?", "nb"),
        ("HVOR MYE PENGER FÅR NORTRIALS?", "nb"),
        ("Kor mykje pengar får NorTrials?", "nn"),
        ("Kva seier regjeringa om eksport?", "nn"),
        ("How much does NorTrials get?", "en"),
        ("HOW MUCH DOES NORTRIALS GET?", "en"),
        ("Hva heter Norwegian Smart Care Cluster nå?", "nb"),
        ("Who is Bjørn?", "en"),
        ("Hva er ECHoS?", "nb"),
        ("What is ECHoS?", "en"),
    ],
)
def test_language_of_a_question_is_told_by_its_words(text: str, language: Language) -> None:
    assert DETECTOR.detect(text).code == language


@pytest.mark.parametrize("text", ["", " ", "2024", "€ 4 023 756", "😀", "?!", "post@kreft.no https://www.no/og/ikke"])
def test_language_without_words_is_undetermined(text: str) -> None:
    assert DETECTOR.detect(text) == Detection("und", 0.0)


def test_hint_decides_where_the_words_do_not() -> None:
    assert DETECTOR.detect("2024 ECHoS MULTIR", hint=["nb"]).score - DETECTOR.detect("2024 ECHoS MULTIR").score == 2.0
    assert DETECTOR.detect("2024 ECHoS MULTIR", hint=["en"]).score - DETECTOR.detect("2024 ECHoS MULTIR").score == -2.0


def test_hint_of_two_families_counts_nothing() -> None:
    question = "Hvem leder huben?"
    assert DETECTOR.detect(question, hint=["nb", "en"]) == DETECTOR.detect(question)
    assert DETECTOR.detect(question, hint=["nb", "nn"]).score == DETECTOR.detect(question, hint=["nb"]).score


def test_wrong_hint_does_not_turn_a_clear_question() -> None:
    assert DETECTOR.detect("Hvor mye penger får NorTrials?", hint=["en"]).code == "nb"
    assert DETECTOR.detect("How much does NorTrials get?", hint=["nb"]).code == "en"


def test_share_of_norwegian_follows_the_evidence() -> None:
    assert Detection("und", 0.0).p_norwegian == 0.5
    assert DETECTOR.detect("Hvor mye penger får de?").p_norwegian > 0.99
    assert DETECTOR.detect("How much money do they get?").p_norwegian < 0.01


def test_bokmaal_and_nynorsk_are_one_family() -> None:
    assert [family(code) for code in ("nb", "nn", "en", "und")] == ["no", "no", "en", None]


@given(st.text(st.characters()))
def test_any_text_gets_a_language_and_the_same_one_every_time(text: str) -> None:
    detection = DETECTOR.detect(text)
    assert detection.code in ("nb", "nn", "en", "und")
    assert 0.0 <= detection.p_norwegian <= 1.0
    assert DETECTOR.detect(text) == detection


def test_sixteen_threads_and_a_second_detector_agree_with_one() -> None:
    texts = [
        "Hvem leder huben?",
        "Who leads the hub?",
        "Kven leiar huben?",
        "NorTrials",
        "",
        "ECHoS prosjekt 2023",
    ] * 20
    alone = [DETECTOR.detect(text) for text in texts]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(DETECTOR.detect, texts)) == alone
    assert [Detector().detect(text) for text in texts[:6]] == alone[:6]
