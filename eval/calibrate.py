"""Fits a calibration to questions with known answers, and chooses from which confidence on an answer is said; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.errors import DataError
from eval.fit import Best, fit, trade_offs
from eval.questions import UNANSWERABLE, Question
from service.calibration import SHIPPED, Calibration

LEAST_QUESTIONS = 30  # with fewer, what is fitted to them says little about the next one
FALSE_ANSWERS = 0.25  # of the unanswerable questions; lower, and of the others too many are not answered

Row = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibration, the row of the table that its `answer_at` is from, and whether that keeps the limit told.

    Each row judges every question by weights fitted without it and its twins.
    """

    calibration: Calibration
    table: Sequence[Row]
    chosen: Row
    keeps_limit: bool


def calibrate(best: Sequence[Best], *, at_most: float = FALSE_ANSWERS) -> Calibrated:
    """The weights fitted to the best sentences found, and the thresholds.

    `answer_at` is the lowest of the table with at most this share of the unanswerable questions answered, and a right
    answer left; where there is none, that with the best `trade`. What is not fitted is as shipped.

    Raises:
        DataError: too few questions, none without an answer, or none to tell right sentences from wrong ones by.
    """
    _check(best)
    fitted = fit(best)
    kinds = [kind for kind in UNANSWERABLE if any(b.question.kind == kind for b in best)]
    table = trade_offs(best, fitted.held_out, kinds, most_unmatched=SHIPPED.most_unmatched)
    keeping = [row for row in table if row["false-answer"] <= at_most and row["correct"] > 0]
    chosen = keeping[0] if keeping else max(table, key=trade)
    weights = {name: round(weight, 4) for name, weight in {**fitted.weights, "bias": fitted.bias}.items()}
    answer_at = chosen["threshold"]
    thresholds = {"answer_at": answer_at, "show_at": min(SHIPPED.show_at, answer_at)}
    calibration = Calibration.from_dict({**SHIPPED.as_dict(), **weights, **thresholds})
    return Calibrated(calibration, table, chosen, bool(keeping))


def trade(row: Row) -> float:
    """2ab / (a + b), a the share of answerable questions answered right, b of the unanswerable declined; 0 for 0."""
    right, declined = row["correct"], 1.0 - row["false-answer"]
    return 2 * right * declined / (right + declined) if right + declined else 0.0


def choose_questions(questions: Sequence[Question], split: str | None) -> list[Question]:
    """Those of the split; without one those to tune on, where there are such, else all."""
    if split is None:
        return [q for q in questions if q.split == "tune"] or list(questions)
    return [question for question in questions if split in ("all", question.split)]


def _check(best: Sequence[Best]) -> None:
    if len(best) < LEAST_QUESTIONS:
        raise DataError(f"{len(best)} questions are too few to calibrate on; give {LEAST_QUESTIONS} or more")
    if all(b.question.answerable for b in best):
        raise DataError(
            "every question has an answer, so nothing tells when to say none; "
            f"add questions of a kind of {', '.join(UNANSWERABLE)}"
        )
    if len({b.right for b in best if b.features}) < 2:
        right = sum(b.right for b in best)
        raise DataError(
            f"the best sentence found is right for {right} of {len(best)} questions; both kinds are needed to tell "
            "them apart: check evidence and answers, and that the index holds these documents"
        )
