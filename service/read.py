"""Chooses the sentence that answers, marks the value inside it, and says how sure that is; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from service.calibration import Calibration
from service.expect import expected_answer
from service.types import Answer, Candidate, Citation, Outcome, Signals, Span
from service.values import find_new_values


@dataclass(frozen=True, slots=True)
class Preference:
    """How much each signal counts when sentences are compared.

    Fitted on the tuning questions: `python -m eval weigh`.
    """

    late: float = 1.0
    read: float = 0.0779
    passage: float = 3.24
    expected: float = 0.233
    opens_list: float = -0.354
    question: float = -0.481

    def contributions(self, signals: Signals) -> dict[str, float]:
        """What each signal adds to the score of a sentence, in the order they are added."""
        return {
            "late": self.late * signals.late,
            "read": self.read * signals.read,
            "passage": self.passage * signals.passage,
            "expected": self.expected * signals.expected,
            "opens_list": self.opens_list * signals.opens_list,
            "question": self.question * signals.question,
        }

    def score(self, signals: Signals) -> float:
        """All contributions together, higher is better; `sum` would add them otherwise from Python 3.12 on."""
        return reduce(add, self.contributions(signals).values())


def read(question: str, ranked: Sequence[Candidate], calibration: Calibration) -> Answer:
    """The answer: the first of the ranked sentences with its confidence, or that the documents do not tell.

    Without a sentence there is no answer, and the confidence is 0.
    """
    if not ranked:
        return Answer(Outcome.NO_ANSWER, 0.0)
    best = ranked[0]
    confidence = calibration.confidence(confidence_features(ranked))
    outcome = calibration.outcome(confidence)
    if calibration.is_elsewhere(best.signals.unmatched):
        outcome = Outcome.NO_ANSWER
    if outcome is not Outcome.ANSWERED:
        return Answer(outcome, confidence)
    return Answer(outcome, confidence, _cite(best), find_span(question, best))


def rank(candidates: Sequence[Candidate], preference: Preference | None = None) -> list[Candidate]:
    """The candidates, best first; equal scores go to the document and place that come first."""
    score = (preference or Preference()).score
    return sorted(candidates, key=lambda c: (-score(c.signals), c.chunk.document_id, c.sentence.start))


def confidence_features(ranked: Sequence[Candidate]) -> dict[str, float]:
    """What the confidence in the best of the ranked candidates rests on, by the names of the weights."""
    signals = ranked[0].signals
    return {
        "read": signals.read,
        "passage": signals.passage,
        "margin": margin(ranked),
        "asked": signals.asked,
    }


def margin(ranked: Sequence[Candidate]) -> float:
    """How far the best candidate is ahead of the next one that says something else; its score where there is none.

    One with the same words, or with the same value of the kind asked for, says the same.
    """
    score = Preference().score
    best = ranked[0]
    other = next((c for c in ranked if c.text != best.text and c.values.isdisjoint(best.values)), None)
    return score(best.signals) - (score(other.signals) if other else 0.0)


def find_span(question: str, candidate: Candidate) -> Span | None:
    """The part of the sentence that answers, where it stands out.

    What the reader marks, with the values whole that the question asks for; of a sentence that the reader has not seen
    the value nearest to the words of the question. None where there is none and for the whole sentence.
    """
    text, begin, mark = candidate.text, candidate.sentence.start, candidate.mark
    values = find_new_values(text, expected_answer(question), language=candidate.chunk.language, question=question)
    if mark:
        moved = candidate.chunk.start - begin
        part = _marked(text, mark.start + moved, mark.end + moved, values)
    else:
        part = _nearest(question, text, values)
    return Span(text[part[0] : part[1]], begin + part[0], begin + part[1]) if part else None


def _marked(text: str, start: int, end: int, values: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The part marked, with the words and values whole that it cuts through; None for all of the text."""
    start, end = _whole_words(text, start, end)
    through = [value for value in values if value[0] < end and start < value[1]]
    part = min([start, *(a for a, _ in through)]), max([end, *(b for _, b in through)])
    return part if part != (0, len(text)) else None


def _nearest(question: str, text: str, values: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Of the values, the one nearest to the words of the question; None where there is none."""
    words = [word[:6] for word in question.casefold().split() if len(word) > 3]
    echoes = [place for word in words if (place := text.casefold().find(word)) >= 0]
    return min(values, key=lambda value: sum(abs((value[0] + value[1]) / 2 - echo) for echo in echoes), default=None)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The part with the words whole that it begins and ends in."""
    while start > 0 and text[start - 1 : start + 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1 : end + 1].isalnum():
        end += 1
    return start, end


def _cite(candidate: Candidate) -> Citation:
    sentence = candidate.sentence
    return Citation(candidate.chunk.document_id, sentence.start, sentence.end, candidate.text, candidate.chunk)
