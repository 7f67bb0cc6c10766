"""Sums up answers: how many are right, how many should not have been given, what confidences are worth; pure."""

from collections.abc import Sequence
from typing import Any

from eval.asked import Asked
from eval.calibration import summarise
from eval.measured import ALL, Numbers, grouped, mean
from eval.questions import UNANSWERABLE
from service.types import Outcome


def measure_answers(asked: Sequence[Asked]) -> dict[str, Numbers]:
    """For each direction of the answerable questions: `n`, and shares of them.

    correct: answered, and right. wrong: answered, and not right. false-refusal: not answered. precision: right among
    the answered, 0 where none was. best-sentence: right, were the best sentence always said.
    """
    by_group = grouped((a.question.directions, a) for a in asked if a.question.answerable)
    return {group: _answer_numbers(members) for group, members in by_group.items()}


def measure_abstention(asked: Sequence[Asked]) -> dict[str, Numbers]:
    """For each kind of unanswerable question, each language, and all: `n`, and the share answered or shown passages."""
    unanswerable = [a for a in asked if not a.question.answerable]
    found: dict[str, Numbers] = {}
    for kind in (*UNANSWERABLE, "no", "en", ALL):
        members = [a for a in unanswerable if kind in (ALL, a.question.kind, a.question.directions[0][:2])]
        if members:
            found[kind] = {
                "n": len(members),
                "false-answer": mean([a.answered for a in members]),
                "passages-only": mean([a.reply.answer.outcome is Outcome.PASSAGES_ONLY for a in members]),
            }
    return found


def measure_calibration(asked: Sequence[Asked]) -> dict[str, Any]:
    """What the confidence of the best sentence is worth, over all questions; measures as in `eval.calibration`."""
    answerable = [(a.reply.answer.confidence, a.best_right) for a in asked if a.question.answerable]
    unanswerable = [a.reply.answer.confidence for a in asked if not a.question.answerable]
    return summarise(answerable, unanswerable, [a.right for a in asked if a.answered])


def _answer_numbers(members: Sequence[Asked]) -> Numbers:
    answered = [a for a in members if a.answered]
    correct = mean([a.right for a in members])
    return {
        "n": len(members),
        "correct": correct,
        "wrong": len(answered) / len(members) - correct,
        "false-refusal": 1.0 - len(answered) / len(members),
        "precision": mean([a.right for a in answered]),
        "best-sentence": mean([a.best_right for a in members]),
    }
