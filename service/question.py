"""Checks what was asked before anything is done with it; pure."""

import unicodedata

from indexing.errors import QuestionError

MAX_QUESTION_CHARS = 500  # longer is a paste, not a question


def check_question(text: str) -> str:
    """The question in NFC, without blanks around it.

    Raises:
        QuestionError: empty, longer than 500 characters, without a letter or digit, or with control characters.
    """
    question = unicodedata.normalize("NFC", text).strip()
    if not question:
        raise QuestionError("the question is empty; ask in words, for example: Hvor mye får NorTrials?")
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"the question has {len(question)} characters, at most {MAX_QUESTION_CHARS} are allowed; ask more briefly"
        )
    for character in question:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r":
            raise QuestionError(
                f"the question has the control character U+{ord(character):04X}; take it out and ask again"
            )
    if not any(character.isalnum() for character in question):
        raise QuestionError(f"the question {question!r} has no letter or digit; ask in words")
    return question
