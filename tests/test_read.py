"""The reader: which sentence answers, the value marked in it, and when nothing is said."""

import math
from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.types import BlockKind, Chunk, Language, Sentence
from service.read import Preference, confidence_features, find_span, margin, rank, read
from service.types import Candidate, Mark, Outcome, Signals
from tests.tiny import make_calibration

SURE = make_calibration(bias=9, answer_at=0.5, show_at=0.2)
BETWEEN = make_calibration(answer_at=0.6, show_at=0.4)
UNSURE = make_calibration(bias=-9, answer_at=0.5, show_at=0.2)


def make_signals(**given_values: float) -> Signals:
    return Signals(**{field.name: given_values.get(field.name, 0.0) for field in fields(Signals)})


def make_candidate(
    text: str, *, document_id: str = "a", start: int = 100, language: Language = "nb", **signals: float
) -> Candidate:
    sentence = Sentence(start, start + len(text), BlockKind.PARAGRAPH)
    chunk_id = f"{document_id}:{sentence.start}-{sentence.end}"
    chunk = Chunk(chunk_id, document_id, sentence.start, sentence.end, text, language, "", (sentence,))
    return Candidate(chunk, sentence, text, make_signals(**signals))


def test_no_candidates_give_no_answer_with_confidence_zero() -> None:
    answer = read("Hva?", [], SURE)
    assert (answer.outcome, answer.confidence, answer.citation, answer.span) == (Outcome.NO_ANSWER, 0.0, None, None)


def test_the_best_sentence_is_cited_word_for_word() -> None:
    ranked = rank([make_candidate("Nei.", late=0.1), make_candidate("Ja.", start=200, late=0.9)])
    answer = read("Hva?", ranked, SURE)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citation is not None
    assert (answer.citation.quote, answer.citation.start, answer.citation.end) == ("Ja.", 200, 203)


def test_between_the_two_confidences_only_passages_are_shown() -> None:
    answer = read("Hva?", [make_candidate("Ja.")], BETWEEN)
    assert (answer.outcome, answer.citation, answer.span) == (Outcome.PASSAGES_ONLY, None, None)
    assert answer.confidence == 0.5


def test_under_both_confidences_the_documents_do_not_tell() -> None:
    assert read("Hva?", [make_candidate("Ja.")], UNSURE).outcome is Outcome.NO_ANSWER


def test_a_confidence_at_the_border_answers() -> None:
    at_border = make_calibration(answer_at=0.5, show_at=0.5)
    assert read("Hva?", [make_candidate("Ja.")], at_border).outcome is Outcome.ANSWERED


def test_nothing_is_said_when_too_much_of_the_question_finds_nothing_near() -> None:
    strict = make_calibration(bias=9, answer_at=0.5, show_at=0.2, most_unmatched=0.3)
    assert read("Hva?", [make_candidate("Ja.", unmatched=0.29)], strict).outcome is Outcome.ANSWERED
    assert read("Hva?", [make_candidate("Ja.", unmatched=0.3)], strict).outcome is Outcome.NO_ANSWER


def test_the_confidence_is_logistic_in_its_features() -> None:
    calibration = make_calibration(read=0.1, passage=2, margin=3, asked=0.5, bias=-4, answer_at=0, show_at=0)
    ranked = [make_candidate("Ja.", late=0.5, read=6, passage=0.25, asked=0.8)]
    weights = Preference()
    margin = 0.5 + weights.read * 6 + weights.passage * 0.25
    score = 0.1 * 6 + 2 * 0.25 + 3 * margin + 0.5 * 0.8 - 4
    assert calibration.confidence(confidence_features(ranked)) == pytest.approx(1 / (1 + math.exp(-score)))


def test_candidates_are_ranked_by_the_weighted_sum_of_their_signals() -> None:
    weights = Preference(passage=1.0, expected=0.1, opens_list=-0.1, question=-0.05)
    plain = make_candidate("a", late=0.5)  # 0.5
    expected = make_candidate("b", late=0.45, expected=1)  # 0.45 + 0.1 = 0.55
    opens = make_candidate("c", late=0.4, passage=0.15, opens_list=1)  # 0.55 - 0.1 = 0.45
    asks = make_candidate("d", late=0.52, question=1)  # 0.52 - 0.05 = 0.47
    assert [c.text for c in rank([plain, opens, asks, expected], weights)] == ["b", "a", "d", "c"]


@given(st.builds(Signals, *[st.floats(-1, 2)] * len(fields(Signals))))
def test_the_score_is_its_contributions_added_in_their_order(signals: Signals) -> None:
    late, marked, passage, expected, opens_list, question = Preference().contributions(signals).values()
    assert Preference().score(signals) == late + marked + passage + expected + opens_list + question
    weights = Preference()
    assert (late, marked, passage) == (signals.late, weights.read * signals.read, weights.passage * signals.passage)
    assert (expected, opens_list, question) == (
        weights.expected * signals.expected,
        weights.opens_list * signals.opens_list,
        weights.question * signals.question,
    )


def test_equal_scores_go_to_the_document_and_place_that_come_first() -> None:
    tied = [
        make_candidate("x", document_id="b", start=0),
        make_candidate("y", document_id="a", start=9),
        make_candidate("z", document_id="a", start=3),
    ]
    assert [candidate.text for candidate in rank(tied)] == ["z", "y", "x"]


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from("ab"), st.integers(0, 50)),
        min_size=1, max_size=6, unique_by=lambda drawn: drawn[2:],
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_order_candidates_come_in_changes_no_answer(
    drawn: list[tuple[float, float, str, int]], random: Random
) -> None:
    candidates = [
        make_candidate(f"Setning {start}.", document_id=document_id, start=start, late=late, passage=passage)
        for late, passage, document_id, start in drawn
    ]
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert read("Hva?", rank(candidates), SURE) == read("Hva?", rank(shuffled), SURE)


def test_a_sentence_with_the_same_value_agrees_and_does_not_narrow_the_margin() -> None:
    best, agreeing, other = (
        make_candidate(t, late=late) for t, late in (("Ja 30.", 0.9), ("Også 30.", 0.8), ("Nei.", 0.4))
    )
    best, agreeing = replace(best, values=frozenset({"30", "2024"})), replace(agreeing, values=frozenset({"30"}))
    assert margin([best, agreeing, other]) == pytest.approx(0.9 - 0.4)


def test_the_margin_is_the_lead_over_the_next_sentence_with_other_words() -> None:
    ranked = rank(
        [make_candidate("Ja.", late=0.9), make_candidate("Ja.", start=5, late=0.8), make_candidate("Nei.", late=0.4)]
    )
    assert margin(ranked) == pytest.approx(0.9 - 0.4)


def test_without_another_sentence_the_margin_is_the_whole_score() -> None:
    assert margin([make_candidate("Ja.", late=0.9)]) == pytest.approx(0.9)


def test_the_value_asked_for_is_marked_in_document_offsets() -> None:
    span = find_span("Hvor mye får de?", make_candidate("De får 30 millioner kroner i 2024.", start=1000))
    assert span is not None
    assert (span.text, span.start, span.end) == ("30 millioner kroner", 1000 + 7, 1000 + 26)


def test_a_value_that_the_question_names_is_not_its_answer() -> None:
    candidate = make_candidate("I 2021 begynte det, og i 2027 er det slutt.")
    span = find_span("Hvilket år er det slutt, når det begynte i 2021?", candidate)
    assert span is not None
    assert span.text == "2027"


def test_of_several_values_the_one_nearest_to_the_words_of_the_question_is_marked() -> None:
    candidate = make_candidate("NOK 75 million goes to Business Norway and NOK 20 million to clusters.", language="en")
    for question, value in (
        ("How much goes to Business Norway?", "NOK 75 million"),
        ("How much to clusters?", "NOK 20 million"),
    ):
        span = find_span(question, candidate)
        assert span is not None
        assert span.text == value


def test_prose_has_no_span_and_neither_has_a_sentence_without_the_value() -> None:
    assert find_span("Hvorfor er det slik?", make_candidate("Det koster 30 millioner kroner.")) is None
    assert find_span("Hvor mye koster det?", make_candidate("Det koster mye.")) is None


def test_a_preposition_is_never_the_number_asked_for() -> None:
    contribution = make_candidate("The contribution to Norway is large.", language="en")
    assert find_span("How many countries contribute?", contribution) is None


@given(st.text(max_size=80), st.sampled_from(["Hvor mye?", "Når?", "Hvem?", "How many?", "Which year?", "Hvor lenge?"]))
def test_a_span_is_always_a_slice_of_its_sentence(text: str, question: str) -> None:
    span = find_span(question, make_candidate(text, start=7))
    if span is not None:
        assert text[span.start - 7 : span.end - 7] == span.text
        assert span.text


def marked(text: str, part: str, score: float) -> Candidate:
    candidate = make_candidate(text)
    start = text.index(part)
    return replace(candidate, mark=Mark(start, start + len(part), score))


@pytest.mark.parametrize("score", [3.0, -9.0])
def test_what_the_reader_marks_is_the_span_before_any_value(score: float) -> None:
    question, sentence = "Hvor mye koster det?", "Huset i Bergen koster 3 millioner kroner."
    read = find_span(question, marked(sentence, "Huset i Bergen", score))
    assert read is not None
    assert (read.text, read.start, read.end) == ("Huset i Bergen", 100, 114)
    unread = find_span(question, make_candidate(sentence))
    assert unread is not None
    assert unread.text == "3 millioner kroner"


def test_a_mark_inside_a_word_takes_in_the_whole_word() -> None:
    span = find_span("Hva?", marked("Ny helsekatapult i Bodø.", "katapult i Bo", 1.0))
    assert span is not None
    assert (span.text, span.start, span.end) == ("helsekatapult i Bodø", 103, 123)


def test_a_mark_inside_a_value_takes_in_the_whole_value() -> None:
    span = find_span("Hvem leder senteret?", marked("Det sier Ketil Widerberg, som leder det.", "Widerberg", 1.0))
    assert span is not None
    assert span.text == "Ketil Widerberg"


def test_a_mark_of_the_whole_sentence_is_no_span() -> None:
    assert find_span("Hva?", marked("Huset i Bergen.", "Huset i Bergen.", 5.0)) is None
