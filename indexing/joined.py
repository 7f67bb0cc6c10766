"""A question and a passage as the reader takes them, trained or in service: `[CLS] question [SEP] passage [SEP]`."""

from collections.abc import Sequence

LONGEST_QUESTION = 48  # tokens


def join(question: Sequence[int], passage: Sequence[int], *, longest: int) -> tuple[list[int], int]:
    """One row of token ids, and where in it the passage begins.

    Args:
        question: Its tokens with [CLS] and [SEP]; cut to 48.
        passage: Its tokens without either; cut to `longest`.
        longest: Tokens of the passage.
    """
    asked = cut(question, LONGEST_QUESTION)
    return [*asked, *passage[:longest], asked[-1]], len(asked)


def cut(ids: Sequence[int], longest: int) -> list[int]:
    """At most so many token ids; what is longer keeps its last one, [SEP]."""
    return list(ids) if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]
