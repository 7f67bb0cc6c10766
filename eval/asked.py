"""One question of a set, and everything that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from eval.metrics import Judged
from eval.questions import Question
from eval.systems import Found
from service.types import Outcome, Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """`right`: answered, and right; `best_right`: the best sentence is right, said or not; `exact`: quoted exactly."""

    question: Question
    reply: Reply
    relevant: Judged
    found: Mapping[str, Found]  # by system
    right: bool
    best_right: bool
    exact: bool  # quote and span stand where they say they do; False where nothing was quoted

    @property
    def answered(self) -> bool:
        """Whether an answer was given, right or wrong."""
        return self.reply.answer.outcome is Outcome.ANSWERED
