"""Fits how much each signal counts when sentences are compared, to questions with known answers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from eval.errors import DataError
from eval.fit import compare_sentences, folds
from eval.judge import holds_answer
from eval.measured import Progress
from eval.questions import Question
from service.ask import Pipeline
from service.read import Preference

LEAST_QUESTIONS = 30  # with fewer, what is fitted to them says little about the next one
L2 = 1.0  # on signals of unit spread: keeps one that says little near 0
_STEPS = 1000
_CONVERGED = 1e-6
_SIGNALS = tuple(field.name for field in fields(Preference))

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Compared:
    """The sentences compared for an answerable question: (n, signals), best first, and which of the n are right."""

    question: Question
    signals: Vector
    right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weights, and how often the best sentence was right: with those that ship, and with others held out.

    Held out, each question is judged by weights fitted without it and its twins.
    """

    preference: Preference
    shipped: float
    held_out: float


def collect_compared(
    pipeline: Pipeline, questions: Sequence[Question], *, on_progress: Progress | None = None
) -> list[Compared]:
    """For each answerable question the sentences it might be answered with."""
    compared = []
    for done, question in enumerate(questions, start=1):
        if question.answerable:
            ranked = compare_sentences(pipeline, question)
            signals = [[float(getattr(c.signals, name)) for name in _SIGNALS] for c in ranked]
            right = [holds_answer(question, c.chunk.document_id, c.sentence.start, c.text) for c in ranked]
            shape = (len(ranked), len(_SIGNALS))
            compared.append(Compared(question, np.array(signals).reshape(shape), np.array(right, dtype=np.bool_)))
        if on_progress:
            on_progress(done, len(questions))
    return compared


def weigh(compared: Sequence[Compared]) -> Weighed:
    """The weights under which right sentences are the likeliest to be chosen, late interaction counting 1.

    Source: the list-wise likelihood of Cao et al., ICML 2007, summed over the right sentences of a question.

    Raises:
        DataError: too few questions with a right sentence among wrong ones, or late interaction speaks against it.
    """
    telling = _telling(compared)
    if len(telling) < LEAST_QUESTIONS:
        raise DataError(
            f"only {len(telling)} questions have a right sentence among wrong ones; give {LEAST_QUESTIONS} or more"
        )
    parts = folds([one.question for one in compared])
    held_out = np.zeros(len(compared))
    for part in np.unique(parts).tolist():
        inside = parts == part
        weights = _fit([one for one, within in zip(compared, inside, strict=True) if not within])
        held_out[inside] = [_is_right(one, weights) for one, within in zip(compared, inside, strict=True) if within]
    fitted = _fit(compared)
    if fitted[0] <= 0:
        raise DataError(
            "late interaction speaks against the right sentence in these questions; check evidence and answers"
        )
    relative = (fitted / fitted[0]).tolist()
    preference = Preference(**{name: float(f"{w:.3g}") for name, w in zip(_SIGNALS, relative, strict=True)})
    shipped = np.array([getattr(Preference(), name) for name in _SIGNALS])
    return Weighed(preference, float(np.mean([_is_right(one, shipped) for one in compared])), float(held_out.mean()))


def _telling(compared: Sequence[Compared]) -> list[Compared]:
    """The questions with a right sentence among wrong ones: nothing can be learnt from the others."""
    return [one for one in compared if one.right.any() and not one.right.all()]


def _is_right(compared: Compared, weights: Vector) -> float:
    """1 where the best sentence is right, the first of equal ones."""
    return float(compared.right[np.argmax(compared.signals @ weights)]) if len(compared.right) else 0.0


def _fit(compared: Sequence[Compared]) -> Vector:
    """The weights of the signals as they come; the penalty is on signals of unit spread.

    Each step solves with the curvature of all sentences alone, which is never less than the likelihood's own there; it
    is halved until the likelihood does not fall.
    """
    telling = _telling(compared)
    spread = np.concatenate([one.signals for one in telling]).std(axis=0) if telling else np.ones(len(_SIGNALS))
    spread = np.where(spread > 0, spread, 1.0)
    scaled = [(one.signals / spread, one.right) for one in telling]
    weights = np.zeros(len(_SIGNALS))
    for _ in range(_STEPS):
        gradient, curvature = -L2 * weights, L2 * np.eye(len(_SIGNALS))
        for signals, right in scaled:
            score = signals @ weights
            chosen = _softmax(score)
            gradient = gradient + _softmax(score[right]) @ signals[right] - chosen @ signals
            centred = signals - chosen @ signals
            curvature = curvature + centred.T @ (centred * chosen[:, None])
        step = np.linalg.solve(curvature, gradient)
        before = _likelihood(scaled, weights)
        while float(np.abs(step).max()) >= _CONVERGED and _likelihood(scaled, weights + step) < before:
            step = step / 2
        weights = weights + step
        if float(np.abs(step).max()) < _CONVERGED:
            break
    return np.asarray(weights / spread, dtype=np.float64)


def _likelihood(scaled: Sequence[tuple[Vector, npt.NDArray[np.bool_]]], weights: Vector) -> float:
    """The logarithm of how likely the right sentences are, less the penalty."""
    scores = [(signals @ weights, right) for signals, right in scaled]
    return sum(_log_sum(score[right]) - _log_sum(score) for score, right in scores) - L2 / 2 * float(weights @ weights)


def _log_sum(score: Vector) -> float:
    highest = float(score.max())
    return highest + float(np.log(np.exp(score - highest).sum()))


def _softmax(score: Vector) -> Vector:
    raised = np.exp(score - score.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)
