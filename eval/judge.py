"""Judges answers to a question set: right or not, quoted exactly or not, given where there is none; pure."""

import unicodedata
from collections.abc import Mapping

from eval.questions import Question
from indexing.types import Document
from service.types import Answer, Citation, Outcome


def is_right(answer: Answer, question: Question) -> bool:
    """Whether the question was answered, and by a sentence that `holds_answer`."""
    citation = answer.citation
    return (
        answer.outcome is Outcome.ANSWERED
        and citation is not None
        and holds_answer(question, citation.document_id, citation.start, citation.quote)
    )


def holds_answer(question: Question, document_id: str, start: int, sentence: str) -> bool:
    """Whether the sentence overlaps an evidence quote and holds one of the answers, as `normalise` has both."""
    end = start + len(sentence)
    overlaps = any(e.document_id == document_id and e.start < end and start < e.end for e in question.evidence)
    said = normalise(sentence)
    return overlaps and any(normalise(answer) in said for answer in question.answers)


def normalise(text: str) -> str:
    """Letters and digits alone, NFKC, case folded: what layout and punctuation do to a text does not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in unicodedata.normalize("NFKC", folded) if character.isalnum())


def is_exact(answer: Answer, documents: Mapping[str, Document]) -> bool:
    """Whether quote and span stand in the document, to the character, where they say they do."""
    citation, span = answer.citation, answer.span
    if citation is None:
        return False
    text = documents[citation.document_id].text
    quoted = text[citation.start : citation.end] == citation.quote
    return quoted and (span is None or (text[span.start : span.end] == span.text and _within(answer, citation)))


def _within(answer: Answer, citation: Citation) -> bool:
    span = answer.span
    return span is None or citation.start <= span.start < span.end <= citation.end
