"""Says why a question was not answered as it should be; pure."""

from collections.abc import Sequence
from enum import StrEnum

from eval.judge import normalise
from service.ask import READ_PASSAGES
from service.types import Answer, Outcome


class Cause(StrEnum):
    """Where the way from question to answer broke, first break first."""

    RETRIEVAL_MISS = "retrieval miss"  # no relevant passage among those ranked
    RANKED_LOW = "ranked low"  # found, but below what is read
    WRONG_SENTENCE = "wrong sentence"
    WRONG_SPAN = "wrong span"  # the sentence is right, what is marked in it is not
    WRONGLY_ABSTAINED = "wrongly abstained"  # the best sentence was right and was not said
    SHOULD_HAVE_ABSTAINED = "should have abstained"


def find_cause(
    gold: Sequence[str], answer: Answer, *, first_relevant: int | None, right: bool, best_right: bool
) -> Cause | None:
    """The cause of the failure; None where there is none.

    Args:
        gold: The answers; none where the documents do not answer.
        answer: What was said.
        first_relevant: Rank of the first relevant passage, None where none was found.
        right: Whether what was said is right.
        best_right: Whether the best sentence is right, said or not.
    """
    answered = answer.outcome is Outcome.ANSWERED
    if not gold:
        return Cause.SHOULD_HAVE_ABSTAINED if answered else None
    if right:
        return None if _span_fits(gold, answer) else Cause.WRONG_SPAN
    if best_right:
        return Cause.WRONGLY_ABSTAINED
    return find_retrieval_cause(first_relevant) or Cause.WRONG_SENTENCE


def find_retrieval_cause(first_relevant: int | None) -> Cause | None:
    """What kept the relevant from being read, by the rank of the first; None where it is read."""
    if first_relevant is None:
        return Cause.RETRIEVAL_MISS
    return Cause.RANKED_LOW if first_relevant > READ_PASSAGES else None


def _span_fits(gold: Sequence[str], answer: Answer) -> bool:
    """Whether the span and a gold answer hold one another; no span is no mistake."""
    if answer.span is None:
        return True
    span = normalise(answer.span.text)
    return any(span in normalise(text) or normalise(text) in span for text in gold)
