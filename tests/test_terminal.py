"""How a reply looks in a terminal."""

from dataclasses import replace

import pytest

from service.ask import Pipeline, ask
from service.explain import explain
from service.read import Preference
from service.terminal import show, show_explanation
from service.types import Outcome
from tests.tiny import NEVER_ANSWER, make_calibration, open_tiny

DOCUMENTS = {
    "norsk": ["Regjeringen foreslår 30 millioner kroner til NorTrials i 2024.", "Styret møtes i Bergen hver måned."],
    "english": ["The Government proposes NOK 30 million for clinical trials in 2024."],
}
QUESTION = "Hvor mye penger får NorTrials?"
ESCAPE = "\033["


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return open_tiny(DOCUMENTS, max_chars=70)


def test_an_answer_is_shown_with_its_source_and_the_other_passages(pipeline: Pipeline) -> None:
    assert show(ask(pipeline, QUESTION), pipeline.index, colour=False).splitlines() == [
        "Regjeringen foreslår 30 millioner kroner til NorTrials i 2024.",
        "",
        "  NORSK",
        "  norsk [0:62]",
        "",
        "Andre avsnitt:",
        "  Styret møtes i Bergen hver måned.",
        "  norsk [64:97]",
        "  The Government proposes NOK 30 million for clinical trials in 2024.",
        "  english [0:67]",
    ]


def test_with_colour_the_value_asked_for_is_marked(pipeline: Pipeline) -> None:
    shown = show(ask(pipeline, QUESTION), pipeline.index, colour=True)
    assert "foreslår \033[1;32m30 millioner kroner\033[0m til" in shown
    assert "\033[1mNORSK\033[0m" in shown


def test_colour_adds_nothing_but_colour(pipeline: Pipeline) -> None:
    reply = ask(pipeline, QUESTION)
    plain, coloured = (show(reply, pipeline.index, colour=colour) for colour in (False, True))
    assert ESCAPE not in plain
    for code in ("\033[1;32m", "\033[1m", "\033[2m", "\033[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


@pytest.mark.parametrize(
    ("question", "words"),
    [("Hva er en enhjørning?", "Jeg fant ikke svaret i dokumentene."), ("What is it?", "The documents do not tell.")],
)
def test_no_answer_is_said_in_the_language_of_the_question(question: str, words: str) -> None:
    pipeline = open_tiny(DOCUMENTS, calibration=NEVER_ANSWER)
    assert show(ask(pipeline, question), pipeline.index, colour=True) == words


def test_unsure_passages_follow_one_line_that_says_so() -> None:
    pipeline = open_tiny(DOCUMENTS, max_chars=70)
    unsure = replace(pipeline, calibration=replace(NEVER_ANSWER, show_at=0.0))
    reply = ask(unsure, "What does the Government propose?")
    assert reply.answer.outcome is Outcome.PASSAGES_ONLY
    lines = show(reply, unsure.index, colour=False).splitlines()
    assert lines[0] == "I am not sure of the answer. Nearest:"
    assert lines[1:3] == ["  The Government proposes NOK 30 million for clinical trials in 2024.", "  english [0:67]"]
    assert "" not in lines


def test_a_long_passage_is_cut_and_kept_on_one_line() -> None:
    pipeline = open_tiny({"a": ["Helsedata finnes."], "b": ["ord og " * 60 + "slutt."]})
    lines = show(ask(pipeline, "helsedata"), pipeline.index, colour=False).splitlines()
    (cut,) = [line for line in lines if line.endswith("…")]
    assert len(cut) == len("  ") + 110 + len("…")


def explained(pipeline: Pipeline, question: str, *, colour: bool = False) -> list[str]:
    reply = ask(pipeline, question)
    return show_explanation(explain(reply, pipeline.calibration), reply, colour=colour).splitlines()


def test_an_explanation_tells_outcome_confidence_sentences_and_passages(pipeline: Pipeline) -> None:
    calibration = make_calibration(margin=2, bias=-1, answer_at=0.25, show_at=0.1)
    lines = explained(replace(pipeline, calibration=calibration), QUESTION)
    assert lines[0] == "Outcome: answered"
    assert lines[1].startswith("  confidence 0.")
    assert lines[1].endswith(" is not below 0.25, the least for an answer")
    assert lines[2] == "  language of the question: nb (detected), 100% of the evidence for Norwegian"
    assert lines[3] == "  kind of answer it asks for: amount: an amount of money"
    assert lines[5].startswith("Confidence: 0.")
    for name in ("read", "passage", "margin", "asked", "bias"):
        assert any(line.startswith(f"  {name} ") for line in lines[6:11]), name
    assert "Sentences: 3 compared, the best 3" in lines
    first = lines.index("  1. Regjeringen foreslår 30 millioner kroner til NorTrials i 2024.")
    score, terms = lines[first + 1].strip().split(" = ")
    late, passage, expected = terms.split(" + ")
    weights = Preference()
    assert expected == f"expected 1 × {weights.expected:g}"
    assert passage.endswith(f" × {weights.passage:g}")
    added = float(late.split()[1]) + weights.passage * float(passage.split()[1]) + weights.expected
    assert float(score) == pytest.approx(added, abs=0.002)
    assert lines[first + 2] == "     norsk [0:62]"
    passages = lines.index("Passages, by rank in each arm")
    assert lines[passages + 1].startswith("  1. dense 1, lexical 1, translated 1; score ")
    assert lines[passages + 1].endswith("; norsk [0:62]")


def test_an_explanation_in_colour_adds_nothing_but_colour(pipeline: Pipeline) -> None:
    plain, coloured = ("\n".join(explained(pipeline, QUESTION, colour=colour)) for colour in (False, True))
    assert ESCAPE not in plain
    for code in ("\033[1m", "\033[2m", "\033[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_an_explanation_of_nothing_found_says_only_that(pipeline: Pipeline) -> None:
    reply = ask(pipeline, QUESTION, documents=[])
    lines = show_explanation(explain(reply, pipeline.calibration), reply, colour=False).splitlines()
    assert lines[:2] == ["Outcome: no_answer", "  no passage was found with a sentence that could answer"]
    assert len(lines) == 4
