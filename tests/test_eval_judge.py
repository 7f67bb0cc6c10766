from dataclasses import replace

import pytest

from eval.failures import Cause, find_cause
from eval.judge import holds_answer, is_exact, is_right, normalise
from eval.questions import Evidence, Question
from indexing.types import BlockKind, Chunk, Document, Sentence
from service.ask import READ_PASSAGES
from service.types import Answer, Citation, Outcome, Span

_TEXT = "NorTrials gets NOK 30 million. It began in 2021."
_DOCUMENT = Document("grants", "Grants", _TEXT, ())
_QUESTION = Question(
    "a/en", "a", "test", "amount", (), "en", "How much?", (Evidence("grants", 0, 30, _TEXT[:30], "en"),),
    ("NOK 30 million",),
)  # fmt: skip
_UNANSWERABLE = replace(_QUESTION, evidence=(), answers=(), kind="absent")
_CHUNK = Chunk("grants:0-48", "grants", 0, 48, _TEXT, "en", "", (Sentence(0, 30, BlockKind.PARAGRAPH),))
_SAID = Answer(Outcome.ANSWERED, 0.9, Citation("grants", 0, 30, _TEXT[:30], _CHUNK), Span("NOK 30 million", 15, 29))
_SILENT = Answer(Outcome.NO_ANSWER, 0.1)


def test_an_answer_is_right_when_its_sentence_overlaps_the_evidence_and_holds_an_answer() -> None:
    assert is_right(_SAID, _QUESTION)
    assert not is_right(_SILENT, _QUESTION)


def test_the_same_words_elsewhere_are_not_right() -> None:
    assert not holds_answer(_QUESTION, "other", 0, "NOK 30 million")
    assert not holds_answer(_QUESTION, "grants", 30, "NOK 30 million")
    assert not holds_answer(_QUESTION, "grants", 0, "NorTrials gets")


def test_layout_and_signs_do_not_count() -> None:
    assert normalise("NOK\u00a030 Million.") == "nok30million"
    assert normalise("MILJØ- OG") == normalise("miljø-\nog")


def test_a_quote_is_exact_to_the_character() -> None:
    assert _SAID.citation
    documents = {"grants": _DOCUMENT}
    assert is_exact(_SAID, documents)
    assert not is_exact(replace(_SAID, citation=replace(_SAID.citation, start=1)), documents)
    assert not is_exact(replace(_SAID, span=Span("NOK 30 million", 14, 28)), documents)
    assert not is_exact(replace(_SAID, span=Span("2021", 43, 47)), documents)  # outside the sentence
    assert not is_exact(_SILENT, documents)


@pytest.mark.parametrize(
    ("question", "answer", "case", "cause"),
    [
        (_QUESTION, _SAID, (1, True, True), None),
        (_QUESTION, replace(_SAID, span=Span("2021", 43, 47)), (1, True, True), Cause.WRONG_SPAN),
        (_QUESTION, replace(_SAID, span=None), (1, True, True), None),
        (_QUESTION, _SAID, (None, False, False), Cause.RETRIEVAL_MISS),
        (_QUESTION, _SAID, (READ_PASSAGES + 1, False, False), Cause.RANKED_LOW),
        (_QUESTION, _SAID, (READ_PASSAGES, False, False), Cause.WRONG_SENTENCE),
        (_QUESTION, _SILENT, (1, False, True), Cause.WRONGLY_ABSTAINED),
        (_QUESTION, _SILENT, (1, False, False), Cause.WRONG_SENTENCE),
        (_UNANSWERABLE, _SAID, (None, False, False), Cause.SHOULD_HAVE_ABSTAINED),
        (_UNANSWERABLE, _SILENT, (None, False, False), None),
    ],
)
def test_the_cause_of_a_failure_is_where_it_broke_first(
    question: Question, answer: Answer, case: tuple[int | None, bool, bool], cause: Cause | None
) -> None:
    first_relevant, right, best_right = case
    found = find_cause(question.answers, answer, first_relevant=first_relevant, right=right, best_right=best_right)
    assert found is cause
