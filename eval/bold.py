"""Asks a question so that the best sentence is known, whether the service says it or not."""

import math
from collections.abc import Collection
from dataclasses import replace

from service.ask import Pipeline, ask
from service.read import read
from service.types import Answer, Reply


def ask_boldly(pipeline: Pipeline, question: str, *, documents: Collection[str] | None = None) -> tuple[Reply, Answer]:
    """What the service replies, and the answer it would give were it never unsure.

    Raises:
        QuestionError: a question that cannot be asked.
    """
    reply = ask(pipeline, question, documents=documents)
    never_unsure = replace(pipeline.calibration, answer_at=0.0, show_at=0.0, most_unmatched=math.inf)
    return reply, read(reply.question, reply.candidates, never_unsure)
