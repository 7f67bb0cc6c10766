"""Which calibration comes of questions with known answers, and that it ends up in the index."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.__main__ import main
from eval.calibrate import FALSE_ANSWERS, LEAST_QUESTIONS, calibrate, choose_questions, trade
from eval.errors import DataError
from eval.fit import Best
from eval.questions import Evidence, Question
from indexing.build import build_index
from indexing.encode import load_encoder
from indexing.lexicon import load_lexicon
from indexing.store import load, save_calibration
from service.ask import open_pipeline
from service.calibration import SHIPPED, Calibration

EVIDENCE = (Evidence("a", 0, 2, "Ja", "no"),)


def make_best(number: int, *, right: bool, answerable: bool = True, passage: float, kind: str = "absent") -> Best:
    question = Question(
        f"{number}/nb", str(number), "tune", "other" if answerable else kind, (), "nb", "Hva?",
        EVIDENCE if answerable else (), ("Ja",) if answerable else (),
    )  # fmt: skip
    return Best(question, {"passage": passage, "margin": 0.1, "asked": 0.5}, right, unmatched=0.0)


def apart(unanswerable: int = 20) -> list[Best]:
    """Twenty right answers whose passages fit, and questions without an answer whose passages do not."""
    right = [make_best(i, right=True, passage=0.9 + i / 1000) for i in range(20)]
    wrong = [
        make_best(i, right=False, answerable=False, passage=0.1 + i / 1000) for i in range(100, 100 + unanswerable)
    ]
    return right + wrong


def alike() -> list[Best]:
    """Right answers and questions without one that nothing tells apart, half and half."""
    return [make_best(i, right=i % 2 == 0, answerable=i % 2 == 0, passage=0.5) for i in range(60)]


def test_what_can_be_told_apart_is_answered_from_the_lowest_threshold_that_keeps_the_limit() -> None:
    made = calibrate(apart())
    assert made.keeps_limit
    assert made.chosen["false-answer"] == 0.0
    assert made.chosen["correct"] == 1.0
    assert made.calibration.answer_at == made.chosen["threshold"]
    below = [row for row in made.table if row["threshold"] < made.calibration.answer_at]
    assert all(row["false-answer"] > FALSE_ANSWERS for row in below)


def test_what_is_not_fitted_is_as_shipped() -> None:
    made = calibrate(apart()).calibration
    assert made.most_unmatched == SHIPPED.most_unmatched
    assert made.show_at == min(SHIPPED.show_at, made.answer_at)
    assert Calibration.from_dict(made.as_dict()) == made


def test_where_no_threshold_keeps_the_limit_the_best_trade_is_taken_and_told() -> None:
    made = calibrate(alike(), at_most=0.0)
    assert not made.keeps_limit
    assert trade(made.chosen) == max(trade(row) for row in made.table)


def test_a_wider_limit_never_raises_the_threshold() -> None:
    best = [replace(b, features={**b.features, "passage": 0.1 + (i % 17) / 20}) for i, b in enumerate(apart())]
    chosen = [calibrate(best, at_most=share) for share in (0.1, 0.3, 0.6, 1.0)]
    thresholds = [made.calibration.answer_at for made in chosen if made.keeps_limit]
    assert thresholds == sorted(thresholds, reverse=True)
    assert chosen[-1].calibration.answer_at == 0.05


def test_the_table_has_only_the_kinds_there_are() -> None:
    assert "absent" in calibrate(apart()).table[0]
    assert "nonsense" not in calibrate(apart()).table[0]


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_trade_is_the_harmonic_mean_of_right_and_declined(correct: float, false_answer: float) -> None:
    value = trade({"correct": correct, "false-answer": false_answer})
    assert min(correct, 1 - false_answer) - 1e-9 <= value <= max(correct, 1 - false_answer) + 1e-9


def test_the_trade_of_nothing_right_is_nothing() -> None:
    assert trade({"correct": 0.0, "false-answer": 1.0}) == 0.0
    assert trade({"correct": 0.5, "false-answer": 0.5}) == 2 * 0.5 * 0.5 / (0.5 + 0.5)


@pytest.mark.parametrize(
    ("best", "message"),
    [
        (apart()[:29], f"29 questions are too few to calibrate on; give {LEAST_QUESTIONS} or more"),
        (apart(0) + apart(0), "every question has an answer, .* add questions of a kind of absent, false-premise"),
        (
            [replace(b, right=False) for b in apart()],
            "the best sentence found is right for 0 of 40 questions; .* check evidence and answers",
        ),
    ],
)
def test_questions_that_nothing_can_be_learned_from_are_refused(best: list[Best], message: str) -> None:
    with pytest.raises(DataError, match=message):
        calibrate(best)


def test_questions_to_tune_on_are_taken_where_there_are_such() -> None:
    tune = [b.question for b in apart()[:3]]
    test = [replace(question, split="test") for question in tune]
    assert choose_questions([*test, *tune], None) == tune
    assert choose_questions(test, None) == test
    assert choose_questions([*test, *tune], "test") == test
    assert choose_questions([*test, *tune], "all") == [*test, *tune]


CORPUS = """Tilskudd til forskning

Fondet {i} gir {i}0 millioner kroner til klinikk nummer {i} i Bergen.
"""


@pytest.fixture
def own_index(tmp_path: Path) -> Path:
    """An index of the bundled encoder over sixteen short documents."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for i in range(1, 17):
        (corpus / f"fond{i}.txt").write_text(CORPUS.format(i=i), "utf-8")
    build_index(corpus, tmp_path / "index", load_encoder(), load_lexicon())
    return tmp_path / "index"


def write_questions(file: Path, *, answerable: int = 16, unanswerable: int = 16) -> Path:
    rows = [
        {
            "id": f"q{i}",
            "questions": {"nb": f"Hvor mange millioner kroner gir fondet {i}?"},
            "evidence": [{"document": f"fond{i}", "quote": f"{i}0 millioner kroner", "language": "no"}],
            "answers": [f"{i}0 millioner kroner"],
        }
        for i in range(1, answerable + 1)
    ]
    rows += [
        {"id": f"u{i}", "kind": "off-topic", "questions": {"nb": f"Hvorfor sover rev nummer {i} om vinteren?"}}
        for i in range(unanswerable)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return file


def test_the_command_keeps_what_it_fits_in_the_index_unless_told_not_to(
    own_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["calibrate", "--index", str(own_index), "--questions", str(write_questions(tmp_path / "mine.jsonl"))]
    before = load(own_index).manifest["version"]
    assert main([*command, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert told.endswith("Nothing was written.\n")
    assert load(own_index).manifest["version"] == before
    assert main(command) == 0
    written = capsys.readouterr().out
    index = load(own_index)
    assert written.endswith(f"Written to {own_index}/{index.manifest['version']}.\n")
    assert written.rsplit("\n", 2)[0] == told.rsplit("\n", 2)[0]
    assert index.calibration is not None
    assert open_pipeline(own_index, "bundled").calibration == Calibration.from_dict(index.calibration)


def test_the_command_cures_a_calibration_that_is_not_whole(own_index: Path, tmp_path: Path) -> None:
    save_calibration(own_index, {"bias": 1.0})
    questions = write_questions(tmp_path / "mine.jsonl")
    assert main(["calibrate", "--index", str(own_index), "--questions", str(questions)]) == 0
    open_pipeline(own_index, "bundled")


def test_too_few_questions_end_with_one_line_and_change_nothing(
    own_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load(own_index).manifest
    for answerable, unanswerable, fault in ((3, 3, "6 questions are too few"), (16, 0, "16 questions are too few")):
        file = write_questions(tmp_path / "few.jsonl", answerable=answerable, unanswerable=unanswerable)
        assert main(["calibrate", "--index", str(own_index), "--questions", str(file)]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"eval: {fault}")
        assert error.count("\n") == 1
    assert load(own_index).manifest == before


@pytest.mark.parametrize("share", ["1.5", "-0.1", "much", "nan"])
def test_a_share_that_is_none_is_refused(share: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["calibrate", f"--false-answers={share}"])
    assert "--false-answers" in capsys.readouterr().err
