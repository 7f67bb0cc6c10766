"""What an administrator is told: the sentences compared, what counted for each, and why the outcome."""

from dataclasses import replace
from functools import reduce
from operator import add

import pytest

from service.ask import Pipeline, ask
from service.calibration import Calibration
from service.expect import Expected
from service.explain import SHOWN, explain
from service.schemas import ExplanationOut
from service.types import Outcome, Signals
from tests.tiny import ALWAYS_ANSWER, make_calibration, open_tiny

DOCUMENTS = {
    "norsk": [
        "Regjeringen foreslår 30 millioner kroner til NorTrials i 2024.",
        "Hva er helsedata?",
        "Dette er helsedata:",
    ],
    "english": ["The Government proposes NOK 30 million for clinical trials in 2024. It began in 2021."],
    "long": ["Ord om helsedata. " * 12],
}
QUESTIONS = ("Hvor mye penger får NorTrials?", "helsedata", "What year did it begin?", "romfart")
REAL_WEIGHTS = make_calibration(passage=5, margin=9, asked=1, bias=-4.8, answer_at=0.3, show_at=0.1)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return open_tiny(DOCUMENTS, calibration=REAL_WEIGHTS, max_chars=70)


def told(pipeline: Pipeline, question: str, calibration: Calibration | None = None) -> ExplanationOut:
    used = replace(pipeline, calibration=calibration) if calibration else pipeline
    return explain(ask(used, question), used.calibration)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_contributions_of_the_signals_add_up_to_the_score(pipeline: Pipeline, question: str) -> None:
    explanation = told(pipeline, question)
    assert explanation.candidates
    for candidate in explanation.candidates:
        assert candidate.score == reduce(add, (part.contribution for part in candidate.signals))
        assert all(part.contribution == part.weight * part.value for part in candidate.signals)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_features_and_the_bias_add_up_to_the_confidence_that_was_replied(pipeline: Pipeline, question: str) -> None:
    reply = ask(pipeline, question)
    confidence = explain(reply, pipeline.calibration).confidence
    assert confidence is not None
    assert confidence.value == reply.answer.confidence
    assert confidence.log_odds == confidence.bias + sum(part.contribution for part in confidence.features)
    assert all(part.contribution == part.weight * part.value for part in confidence.features)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_best_come_first_and_the_first_is_what_is_said(pipeline: Pipeline, question: str) -> None:
    reply = ask(replace(pipeline, calibration=ALWAYS_ANSWER), question)
    explanation = explain(reply, ALWAYS_ANSWER)
    scores = [candidate.score for candidate in explanation.candidates]
    assert scores == sorted(scores, reverse=True)
    assert [candidate.rank for candidate in explanation.candidates] == list(range(1, len(scores) + 1))
    assert reply.answer.citation is not None
    assert explanation.candidates[0].text == reply.answer.citation.quote
    for candidate in explanation.candidates:
        text = pipeline.index.documents[candidate.document_id].text
        assert text[candidate.start : candidate.end] == candidate.text


def test_at_most_ten_are_shown_and_all_are_counted(pipeline: Pipeline) -> None:
    reply = ask(replace(pipeline, read_passages=6), "helsedata")
    explanation = explain(reply, pipeline.calibration)
    assert explanation.compared == len(reply.candidates) > SHOWN == len(explanation.candidates)


@pytest.mark.parametrize(
    ("question", "kind", "words"),
    [
        ("Hvor mye penger får NorTrials?", "amount", "does not name: an amount of money"),
        ("What year did it begin?", "year", "does not name: a year"),
        ("helsedata", "prose", "does not name: no particular kind, so that every sentence gets one half"),
    ],
)
def test_the_kind_of_answer_that_was_looked_for_is_told(
    pipeline: Pipeline, question: str, kind: str, words: str
) -> None:
    explanation = told(pipeline, question)
    assert explanation.expected.kind == kind
    (part,) = [part for part in explanation.candidates[0].signals if part.name == "expected"]
    assert part.meaning.endswith(words)


def test_every_kind_of_answer_has_words_of_its_own(pipeline: Pipeline) -> None:
    reply = ask(pipeline, "helsedata")
    asked = {
        Expected.AMOUNT: "What budget?", Expected.QUANTITY: "How much?", Expected.PERCENTAGE: "What percentage?",
        Expected.YEAR: "Which year?", Expected.DATE: "When?", Expected.DURATION: "How long?",
        Expected.COUNT: "How many?", Expected.PERSON: "Who?", Expected.PROSE: "Why?",
    }  # fmt: skip
    kinds = [explain(replace(reply, question=question), REAL_WEIGHTS).expected for question in asked.values()]
    assert [kind.kind for kind in kinds] == list(asked) == list(Expected)
    assert len({kind.meaning for kind in kinds}) == len(Expected)


def test_the_language_is_told_as_the_share_of_the_evidence(pipeline: Pipeline) -> None:
    assert told(pipeline, "Hvor mye penger får NorTrials?").norwegian > 0.9
    assert told(pipeline, "What year did it begin?").norwegian < 0.1


def sure(confidence_bias: float, *, most_unmatched: float = 2.0) -> Calibration:
    return make_calibration(bias=confidence_bias, answer_at=0.25, show_at=0.1, most_unmatched=most_unmatched)


@pytest.mark.parametrize(
    ("calibration", "outcome", "why"),
    [
        (sure(0.0), Outcome.ANSWERED, "confidence 0.50 is not below 0.25, the least for an answer"),
        (
            sure(-1.5),
            Outcome.PASSAGES_ONLY,
            "confidence 0.18 is below 0.25, the least for an answer; passages are shown from 0.10",
        ),
        (sure(-4.0), Outcome.NO_ANSWER, "confidence 0.02 is below 0.10, the least for passages to be shown"),
        (sure(-1.1), Outcome.PASSAGES_ONLY, "confidence 0.2497 is below 0.2500, the least for an answer; "),
        (
            sure(9.0, most_unmatched=0.0),
            Outcome.NO_ANSWER,
            "0.00 of the question has nothing near it in the passage; from 0.00 on nothing is said",
        ),
    ],
)
def test_the_rule_that_decided_is_told_with_its_numbers(
    pipeline: Pipeline, calibration: Calibration, outcome: Outcome, why: str
) -> None:
    reply = ask(replace(pipeline, calibration=calibration), "helsedata")
    assert reply.answer.outcome is outcome
    assert explain(reply, calibration).why.startswith(why)


def test_without_a_passage_there_is_nothing_to_compare(pipeline: Pipeline) -> None:
    explanation = explain(ask(pipeline, "helsedata", documents=[]), pipeline.calibration)
    assert (explanation.compared, explanation.candidates, explanation.confidence) == (0, [], None)
    assert explanation.why == "no passage was found with a sentence that could answer"


def test_every_number_has_its_meaning_and_every_signal_is_shown(pipeline: Pipeline) -> None:
    explanation = told(pipeline, "helsedata")
    assert explanation.confidence is not None
    parts = [*explanation.candidates[0].signals, *explanation.confidence.features]
    told_where_it_decides = {"unmatched"}
    assert {part.name for part in parts} == {*Signals.__slots__, "margin"} - told_where_it_decides
    assert all(len(part.meaning) > 20 and "{" not in part.meaning for part in parts)
