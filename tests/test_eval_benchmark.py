from dataclasses import replace

import numpy as np
import pytest

from eval.benchmark import run_questions
from eval.fit import collect_best, fit, trade_offs
from eval.measured import Measured
from eval.questions import Evidence, Question
from eval.systems import Systems
from service.types import Mode
from tests.eval_data import TEXTS, open_fake, open_systems
from tests.tiny import ALWAYS_ANSWER, NEVER_ANSWER, make_calibration


def _question(name: str, text: str, language: str, document: str = "", answer: str = "") -> Question:
    quote = TEXTS.get(document, "")
    evidence = (Evidence(document, 0, len(quote), quote, "no" if document in ("mus", "mix") else "en"),)
    kind = "other" if document else "off-topic"
    answers = (answer,) if answer else ()
    return Question(f"{name}/{language}", name, "test", kind, (), language, text, evidence if document else (), answers)


_QUESTIONS = [
    _question("a", "what do mice eat in the barn", "en", "mice", "cheese"),
    _question("b", "hva spiser mus på låven", "nb", "mus", "ost"),
    _question("c", "how many million kroner to forskning", "en", "mix", "30 millioner"),
    _question("d", "what is the weather", "en"),
]
_MOST_UNMATCHED = 0.5  # of these questions one that can be answered and the one that cannot find as little


def _systems(*, always: bool) -> Systems:
    systems = open_systems()
    calibration = ALWAYS_ANSWER if always else NEVER_ANSWER
    return replace(systems, pipelines={"": replace(systems.pipelines[""], calibration=calibration)})


@pytest.fixture(scope="module")
def bold() -> Measured:
    return run_questions(_systems(always=True), _QUESTIONS)


@pytest.fixture(scope="module")
def silent() -> Measured:
    return run_questions(_systems(always=False), _QUESTIONS)


def test_who_always_answers_refuses_nothing_and_answers_what_is_off_topic(bold: Measured) -> None:
    assert bold.result["answers"]["all"]["false-refusal"] == 0.0
    assert bold.result["abstention"]["off-topic"]["false-answer"] == 1.0
    assert bold.result["answers"]["all"]["correct"] == 3 / 3


def test_who_never_answers_is_wrong_nowhere_and_refuses_all(silent: Measured) -> None:
    assert silent.result["answers"]["all"]["false-refusal"] == 1.0
    assert silent.result["answers"]["all"]["wrong"] == 0.0
    assert silent.result["abstention"]["all"]["false-answer"] == 0.0
    assert silent.result["citations"] == {"n": 0, "exact": 1.0}


def test_abstaining_from_a_right_answer_is_told_as_such(silent: Measured) -> None:
    assert [row["cause"] for row in silent.rows] == ["wrongly abstained"] * 3 + [None]


def test_citations_are_exact(bold: Measured) -> None:
    assert bold.result["citations"] == {"n": 4, "exact": 1.0}


def test_directions_stand_apart(bold: Measured) -> None:
    directions = {name: row["n"] for name, row in bold.result["retrieval"]["hybrid"].items()}
    assert directions == {"en->en": 1, "no->no": 1, "en->no": 1, "all": 3}


def test_unanswerable_questions_have_no_ranking_to_measure(bold: Measured) -> None:
    assert {ranked.query_id for ranked in bold.rankings["hybrid"]} == {"a/en", "b/nb", "c/en"}
    assert bold.rows[-1]["measures"] == {}


def test_what_is_first_is_found_first(bold: Measured) -> None:
    assert bold.rows[0]["first_relevant"] == 1
    assert bold.rows[0]["top"][0]["relevant"]
    assert bold.result["retrieval"]["hybrid"]["en->en"]["recall@1"] == 1.0


def test_another_encoder_stands_beside_the_first() -> None:
    pipeline = open_fake()
    systems = Systems({"": pipeline, "other": pipeline}, [Mode.HYBRID, Mode.DENSE])
    measured = run_questions(systems, _QUESTIONS)
    assert list(measured.result["retrieval"]) == ["hybrid", "dense", "hybrid (other)", "dense (other)"]
    assert measured.result["retrieval"]["hybrid"] == measured.result["retrieval"]["hybrid (other)"]


def test_the_fit_tells_right_from_wrong_better_than_chance() -> None:
    best = collect_best(open_fake(), _QUESTIONS)
    assert [b.right for b in best] == [True, True, True, False]
    many = [replace(b, question=replace(b.question, item=f"{b.question.item}{i}")) for i in range(10) for b in best]
    fitted = fit(many)
    right = [c for c, b in zip(fitted.held_out, many, strict=True) if b.right]
    wrong = [c for c, b in zip(fitted.held_out, many, strict=True) if not b.right]
    assert min(right) > max(wrong)
    rows = trade_offs(many, fitted.held_out, ["off-topic"], most_unmatched=2.0)
    row = next(row for row in rows if row["threshold"] == 0.5)
    assert row["off-topic"] == 0.0
    assert row["false-refusal"] == 0.0
    assert row["precision"] == 1.0


def test_the_table_of_the_fit_says_what_the_service_would_do() -> None:
    calibration = make_calibration(passage=1, answer_at=0.0, show_at=0.0, most_unmatched=_MOST_UNMATCHED)
    pipeline = replace(open_fake(), calibration=calibration)
    best = collect_best(pipeline, _QUESTIONS)
    confidence = np.array([calibration.confidence(b.features) for b in best])
    rows = trade_offs(best, confidence, ["off-topic"], most_unmatched=_MOST_UNMATCHED)
    for row in rows[9:16]:  # from 0.5 to 0.8, where confidences lie
        sure = replace(pipeline, calibration=replace(calibration, answer_at=row["threshold"]))
        said = run_questions(Systems({"": sure}, [Mode.HYBRID]), _QUESTIONS).result
        assert row["off-topic"] == said["abstention"]["off-topic"]["false-answer"]
        for name in ("correct", "false-refusal", "precision"):
            assert row[name] == pytest.approx(said["answers"]["all"][name]), name
    assert rows[0]["off-topic"] == 0.0  # too much of the question finds nothing near, whatever the confidence
    assert trade_offs(best, confidence, ["off-topic"], most_unmatched=2.0)[0]["off-topic"] == 1.0
    assert 0.0 < rows[0]["correct"] < 1.0


def test_a_question_for_which_no_sentence_is_found_counts_as_refused() -> None:
    best = collect_best(open_fake(), _QUESTIONS)
    nothing = replace(best[0], features={}, right=False)
    fitted = fit([*best, nothing])
    assert fitted.held_out[-1] == 0.0
    assert fitted.weights == fit(best).weights
    row = trade_offs([*best, nothing], fitted.held_out, ["off-topic"], most_unmatched=2.0)[0]
    assert row["false-refusal"] >= 1 / 4
