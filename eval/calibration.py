"""Says what confidences are worth: whether they mean what they say, and what a threshold buys; pure.

Each answer is a pair of its confidence, 0 to 1, and whether it is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.measured import mean

Answers = Sequence[tuple[float, bool]]
_BINS = 10
_MOST_POINTS = 100  # of a curve in a result


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how many, their mean confidence, and the share of them that is right."""

    n: int
    confidence: float
    right: float


def summarise(answerable: Answers, unanswerable: Sequence[float], said: Sequence[bool]) -> dict[str, Any]:
    """All of these numbers, JSON-ready; the best sentence of an unanswerable question is never right.

    Args:
        answerable: The best sentences of the answerable questions.
        unanswerable: The confidences of the others.
        said: Of every question that was answered, whether rightly.
    """
    answers = [*answerable, *((confidence, False) for confidence in unanswerable)]
    return {
        "ece": calibration_error(answers),
        "brier": brier(answers),
        "auroc": auroc(answers),
        "false-answer@recall=0.9": false_answers_at_recall(answerable, unanswerable),
        "reliability": [{"n": b.n, "confidence": b.confidence, "right": b.right} for b in reliability(answers)],
        "risk-coverage": _thinned([[coverage, risk] for coverage, risk in risk_coverage(answers)]),
        "chosen": [len(said) / max(1, len(answers)), mean([not right for right in said])],
    }


def _thinned(curve: list[list[float]]) -> list[list[float]]:
    """At most a hundred points evenly from among all, the last one kept: a plot shows no more."""
    step = max(1, -(-len(curve) // _MOST_POINTS))
    return curve[(len(curve) - 1) % step :: step]


def reliability(answers: Answers) -> list[Bin]:
    """Ten bins of equal width, those without an answer left out."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, right in answers:
        bins[min(_BINS - 1, int(confidence * _BINS))].append((confidence, right))
    return [Bin(len(b), mean([c for c, _ in b]), mean([float(r) for _, r in b])) for b in bins if b]


def calibration_error(answers: Answers) -> float:
    """Mean distance of confidence and share right over the bins, weighted by their answers; 0 without any.

    Source: expected calibration error, Guo et al., ICML 2017.
    """
    return sum(b.n * abs(b.confidence - b.right) for b in reliability(answers)) / max(1, len(answers))


def brier(answers: Answers) -> float:
    """Mean of (confidence - right)²; 0 without answers. Source: Brier, 1950."""
    return mean([(confidence - right) ** 2 for confidence, right in answers])


def auroc(answers: Answers) -> float | None:
    """The chance that a right answer has more confidence than a wrong one, ties half; None without both kinds."""
    right = sorted(confidence for confidence, is_right in answers if is_right)
    wrong = sorted(confidence for confidence, is_right in answers if not is_right)
    if not right or not wrong:
        return None
    wins = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    return wins / (len(right) * len(wrong))


def risk_coverage(answers: Answers) -> list[tuple[float, float]]:
    """(coverage, risk) for each confidence as threshold, the highest first.

    coverage: share of questions answered; risk: share of those answers that is wrong.
    """
    ordered = sorted(answers, key=lambda answer: -answer[0])
    points, wrong = [], 0
    for position, (confidence, right) in enumerate(ordered, start=1):
        wrong += not right
        if position == len(ordered) or ordered[position][0] != confidence:
            points.append((position / len(ordered), wrong / position))
    return points


def false_answers_at_recall(answerable: Answers, unanswerable: Sequence[float], *, recall: float = 0.9) -> float | None:
    """Share of unanswerable questions answered at the threshold that keeps this share of right answers.

    None where there is no right answer or no unanswerable question.
    """
    kept = sorted((confidence for confidence, right in answerable if right), reverse=True)
    if not kept or not unanswerable:
        return None
    threshold = kept[max(0, -(-int(recall * 1000) * len(kept) // 1000) - 1)]
    return mean([float(confidence >= threshold) for confidence in unanswerable])
