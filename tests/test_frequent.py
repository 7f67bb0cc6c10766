"""Questions become suggestions only when enough different people have asked them."""

from service.frequent import FrequentQuestions


def test_a_question_is_offered_once_enough_addresses_asked_it() -> None:
    frequent = FrequentQuestions(after=2)
    assert [frequent.note("Hva er CONNECT?", "nb", address) for address in ("a", "b", "c")] == [False, True, False]
    assert frequent.questions() == [("Hva er CONNECT?", "nb")]


def test_one_address_that_asks_often_makes_nothing_frequent() -> None:
    frequent = FrequentQuestions(after=2)
    assert not any(frequent.note("Hvor bor Kari Nordmann?", "nb", "a") for _ in range(10))
    assert frequent.questions() == []


def test_case_blanks_and_the_question_mark_make_no_other_question() -> None:
    frequent = FrequentQuestions(after=2)
    frequent.note("Hva er CONNECT?", "nb", "a")
    assert frequent.note("  hva er  connect", "nb", "b")


def test_the_latest_asked_comes_first() -> None:
    frequent = FrequentQuestions(after=1)
    for question in ("Én?", "To?", "Én?"):
        frequent.note(question, "nb", "a")
    assert [text for text, _ in frequent.questions()] == ["Én?", "To?"]


def test_zero_keeps_nothing() -> None:
    frequent = FrequentQuestions(after=0)
    assert not frequent.note("Hva er CONNECT?", "nb", "a")
    assert frequent.questions() == []


def test_the_question_asked_longest_ago_is_forgotten_first() -> None:
    frequent = FrequentQuestions(after=1)
    for number in range(2_001):
        frequent.note(f"Spørsmål {number}?", "nb", "a")
    kept = [text for text, _ in frequent.questions()]
    assert len(kept) == 2_000
    assert "Spørsmål 0?" not in kept
