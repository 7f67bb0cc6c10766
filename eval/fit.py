"""Fits the reader's confidence: a logistic regression over known answers, and what each threshold would do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eval.judge import holds_answer
from eval.measured import Progress, mean
from eval.questions import Question
from service.ask import Pipeline, compare
from service.question import check_question
from service.read import confidence_features
from service.types import Candidate

L2 = 1.0  # on features of unit spread: keeps a feature that says little near 0
_FOLDS = 10  # the table judges every question by weights that did not see it or its twins
_STEPS = 100  # Newton converges in under ten
_CONVERGED = 1e-10

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Best:
    """The best sentence found for a question: what confidence rests on, and whether it is right."""

    question: Question
    features: dict[str, float]  # empty where no sentence was found: then nothing is said
    right: bool
    unmatched: float = 1.0  # share of the question with nothing near it in the sentence's passage


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by feature and the bias, and each question's confidence from weights fitted without it."""

    weights: dict[str, float]
    bias: float
    held_out: Vector


def collect_best(
    pipeline: Pipeline, questions: Sequence[Question], *, on_progress: Progress | None = None
) -> list[Best]:
    """The sentence each question would be answered with, were confidence no matter."""
    found = []
    for done, question in enumerate(questions, start=1):
        found.append(_best(question, compare_sentences(pipeline, question)))
        if on_progress:
            on_progress(done, len(questions))
    return found


def compare_sentences(pipeline: Pipeline, question: Question) -> list[Candidate]:
    """The sentences that are compared for an answer, best first."""
    text = check_question(question.text)
    query = pipeline.retriever.prepare(text, pipeline.detector.detect(text))
    return compare(pipeline, query, pipeline.retriever.search(query, limit=pipeline.read_passages))


def folds(questions: Sequence[Question]) -> npt.NDArray[np.intp]:
    """Which of ten parts each question is held out in; twins are in the same."""
    items = {item: i % _FOLDS for i, item in enumerate(dict.fromkeys(question.item for question in questions))}
    return np.array([items[question.item] for question in questions], dtype=np.intp)


def _best(question: Question, ranked: Sequence[Candidate]) -> Best:
    if not ranked:
        return Best(question, {}, right=False)
    best = ranked[0]
    right = holds_answer(question, best.chunk.document_id, best.sentence.start, best.text)
    return Best(question, confidence_features(ranked), right, best.signals.unmatched)


def fit(best: Sequence[Best]) -> Fitted:
    """Logistic regression by Newton's method with an L2 penalty; twins are held out together.

    Where no sentence was found nothing is fitted, and the confidence is 0.
    """
    found = [b for b in best if b.features]
    fitted = _fit_found(found)
    held_out = np.zeros(len(best))
    held_out[[bool(b.features) for b in best]] = fitted.held_out
    return replace(fitted, held_out=held_out)


def _fit_found(best: Sequence[Best]) -> Fitted:
    names = list(best[0].features)
    rows = np.array([[b.features[name] for name in names] for b in best], dtype=np.float64)
    right = np.array([b.right for b in best], dtype=np.float64)
    parts = folds([b.question for b in best])
    held_out = np.zeros(len(best))
    for part in range(_FOLDS):
        inside = parts == part
        if inside.any() and not inside.all():
            weights, bias = _regress(rows[~inside], right[~inside])
            held_out[inside] = _logistic(rows[inside] @ weights + bias)
    weights, bias = _regress(rows, right)
    return Fitted(dict(zip(names, weights.tolist(), strict=True)), bias, held_out)


def _regress(rows: Vector, right: Vector) -> tuple[Vector, float]:
    """Weights and bias on the features as they come; the penalty is on features of mean 0 and spread 1."""
    centre, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-9)
    design = np.column_stack([(rows - centre) / spread, np.ones(len(rows))])
    penalty = np.diag([L2] * rows.shape[1] + [0.0])
    solution = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probability = _logistic(design @ solution)
        gradient = design.T @ (probability - right) + penalty @ solution
        curvature = design.T @ (design * (probability * (1 - probability))[:, None]) + penalty
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(solution)), gradient)
        solution = solution - step
        if float(np.abs(step).max()) < _CONVERGED:
            break
    weights = solution[:-1] / spread
    return weights, float(solution[-1] - weights @ centre)


def trade_offs(
    best: Sequence[Best], confidence: Vector, kinds: Sequence[str], *, most_unmatched: float
) -> list[dict[str, float]]:
    """For each threshold from 0.05 to 0.95: false answers by kind and of all, false refusals, right answers, precision.

    correct and false-refusal are shares of the answerable questions, precision of all that would be answered. As in
    the service, nothing is said where `most_unmatched` or more of the question finds nothing near.
    """
    fits = np.array([bool(b.features) and b.unmatched < most_unmatched for b in best])
    return [_trade_off(best, fits & (confidence >= t), t, kinds) for t in (np.arange(5, 100, 5) / 100).tolist()]


def _trade_off(
    best: Sequence[Best], said: npt.NDArray[np.bool_], threshold: float, kinds: Sequence[str]
) -> dict[str, float]:
    answerable = [i for i, b in enumerate(best) if b.question.answerable]
    row = {"threshold": threshold}
    for kind in kinds:
        row[kind] = mean([float(said[i]) for i, b in enumerate(best) if b.question.kind == kind])
    row["false-answer"] = mean([float(said[i]) for i, b in enumerate(best) if not b.question.answerable])
    row["false-refusal"] = mean([float(not said[i]) for i in answerable])
    row["correct"] = mean([float(said[i] and best[i].right) for i in answerable])
    row["precision"] = mean([float(b.right) for i, b in enumerate(best) if said[i]])
    return row


def _logistic(score: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0))), dtype=np.float64)
