"""Chooses the sentence that answers, marks the value inside it, and says how sure that is; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.candidates import Candidate, Signals
from service.expect import expected_answer
from service.types import Answer, Citation, Outcome, Span
from service.values import find_values


@dataclass(frozen=True, slots=True)
class Preference:
    """How much each signal counts when sentences are compared; late interaction and the passage's score count 1."""

    expected: float = 0.1
    opens_list: float = -0.2
    question: float = -0.05


@dataclass(frozen=True, slots=True)
class Calibration:
    """From signals to a confidence: logistic in the features below; `python -m eval fit` fits the weights.

    `answer_at` and `show_at` are the confidences from which a sentence is said, and from which passages are shown.
    Whatever the confidence, nothing is said when `most_unmatched` or more of the question finds nothing near: then it
    is about something else.
    """

    passage: float
    margin: float
    weakest: float
    unmatched: float
    asked: float
    bias: float
    answer_at: float
    show_at: float
    most_unmatched: float

    def confidence(self, features: Mapping[str, float]) -> float:
        """The share of answers with these features that are right, 0 to 1."""
        score = self.bias + sum(getattr(self, name) * value for name, value in features.items())
        return 1.0 / (1.0 + math.exp(-score))


def read(question: str, candidates: Sequence[Candidate], calibration: Calibration) -> Answer:
    """The answer: the best sentence with its confidence, or that the documents do not tell.

    Equal scores go to the document and place that come first; no candidates give no answer with confidence 0.
    """
    if not candidates:
        return Answer(Outcome.NO_ANSWER, 0.0)
    ranked = rank(candidates)
    best = ranked[0]
    confidence = calibration.confidence(confidence_features(ranked))
    if best.signals.unmatched >= calibration.most_unmatched:
        return Answer(Outcome.NO_ANSWER, confidence)
    if confidence < calibration.answer_at:
        outcome = Outcome.PASSAGES_ONLY if confidence >= calibration.show_at else Outcome.NO_ANSWER
        return Answer(outcome, confidence)
    return Answer(Outcome.ANSWERED, confidence, _cite(best), find_span(question, best))


def rank(candidates: Sequence[Candidate], preference: Preference | None = None) -> list[Candidate]:
    """The candidates, best first."""
    weights = preference or Preference()
    return sorted(
        candidates,
        key=lambda c: (-_score(c.signals, weights), c.chunk.document_id, c.sentence.start),
    )


def confidence_features(ranked: Sequence[Candidate]) -> dict[str, float]:
    """What the confidence in the best of the ranked candidates rests on, by the names of the weights."""
    signals = ranked[0].signals
    return {
        "passage": signals.passage,
        "margin": margin(ranked),
        "weakest": signals.weakest,
        "unmatched": signals.unmatched,
        "asked": signals.asked,
    }


def margin(ranked: Sequence[Candidate]) -> float:
    """How far the best candidate is ahead of the next one that says something else; its score where there is none.

    One with the same words, or with the same value of the kind asked for, says the same.
    """
    weights = Preference()
    best = ranked[0]
    other = next((c for c in ranked if c.text != best.text and c.values.isdisjoint(best.values)), None)
    return _score(best.signals, weights) - (_score(other.signals, weights) if other else 0.0)


def find_span(question: str, candidate: Candidate) -> Span | None:
    """The value in the sentence that the question asks for, nearest to the words of the question; None for prose."""
    text, asked = candidate.text, question.casefold()
    values = find_values(text, expected_answer(question), language=candidate.chunk.language)
    new = [(start, end) for start, end in values if text[start:end].casefold() not in asked]
    if not new:
        return None
    echoes = [place for word in asked.split() if len(word) > 3 and (place := text.casefold().find(word[:6])) >= 0]
    start, end = min(new, key=lambda span: sum(abs((span[0] + span[1]) / 2 - echo) for echo in echoes))
    begin = candidate.sentence.start
    return Span(text[start:end], begin + start, begin + end)


def _score(signals: Signals, weights: Preference) -> float:
    return (
        signals.late
        + signals.passage
        + weights.expected * signals.expected
        + weights.opens_list * signals.opens_list
        + weights.question * signals.question
    )


def _cite(candidate: Candidate) -> Citation:
    sentence = candidate.sentence
    return Citation(candidate.chunk.document_id, sentence.start, sentence.end, candidate.text, candidate.chunk)
