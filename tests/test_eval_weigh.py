"""Which weights of the signals come of questions with known answers."""

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from eval.__main__ import main
from eval.errors import DataError
from eval.options import QUESTIONS
from eval.questions import Evidence, Question
from eval.weigh import LEAST_QUESTIONS, Compared, weigh
from service.read import Preference

SIGNALS = 6  # late, read, passage, expected, opens_list, question


def make_compared(number: int, signals: np.ndarray, right: int | None) -> Compared:
    evidence = (Evidence("a", 0, 2, "Ja", "no"),)
    question = Question(f"{number}/nb", str(number // 2), "tune", "other", (), "nb", "Hva?", evidence, ("Ja",))
    return Compared(question, signals, np.arange(len(signals)) == right)


def drawn(weights: np.ndarray, count: int) -> list[Compared]:
    """Questions whose right sentence is chosen by the likelihood that these weights give."""
    random = np.random.default_rng(7)
    compared = []
    for number in range(count):
        signals = random.normal(size=(8, SIGNALS))
        chosen = np.exp(signals @ weights)
        compared.append(make_compared(number, signals, int(random.choice(8, p=chosen / chosen.sum()))))
    return compared


def test_the_weights_that_made_the_choices_are_found() -> None:
    made = weigh(drawn(np.array([2.0, 1.0, -1.0, 0.5, 0.0, -0.5]), 3000)).preference
    assert made.late == 1.0
    found = (made.read, made.passage, made.expected, made.opens_list, made.question)
    assert found == pytest.approx((0.5, -0.5, 0.25, 0.0, -0.25), abs=0.05)


def test_signals_that_tell_almost_every_answer_have_weights_too() -> None:
    random = np.random.default_rng(0)
    telling = np.array([4.0, 4.0, 4.0, 0.0, 0.0, 0.0])
    compared = []
    for number in range(60):
        signals = random.normal(size=(10, SIGNALS))
        right = int(random.integers(10))
        signals[right] += telling if number else -telling
        compared.append(make_compared(number, signals, right))
    fitted = weigh(compared)
    assert all(np.isfinite(getattr(fitted.preference, field.name)) for field in fields(Preference))
    assert 0.5 < fitted.preference.read < 2.0
    assert fitted.held_out > 0.9


def test_held_out_is_a_guess_where_nothing_tells_and_more_where_something_does() -> None:
    random = np.random.default_rng(5)
    noise = [make_compared(i, random.normal(size=(6, SIGNALS)), int(random.integers(6))) for i in range(300)]
    late = np.eye(SIGNALS)[0]
    led = [
        make_compared(i, one.signals + 2 * one.right[:, None] * late, int(one.right.argmax()))
        for i, one in enumerate(noise)
    ]
    assert weigh(led).held_out > 0.6
    assert weigh(noise).held_out == pytest.approx(1 / 6, abs=0.07)


def test_a_question_without_a_right_sentence_counts_as_wrong_and_teaches_nothing() -> None:
    told = drawn(np.array([9.0, 0, 0, 0, 0, 0]), 60)
    none = [make_compared(100 + i, np.zeros((0, SIGNALS)), None) for i in range(60)]
    assert weigh(told + none).preference == weigh(told).preference
    assert weigh(told + none).held_out == pytest.approx(weigh(told).held_out / 2, abs=0.02)


def test_too_few_questions_and_late_interaction_that_speaks_against_the_answer_are_refused() -> None:
    weights = np.array([2.0, 1, 0, 0, 0, 0])
    with pytest.raises(DataError, match=f"only {LEAST_QUESTIONS - 1} questions .* give {LEAST_QUESTIONS} or more"):
        weigh(drawn(weights, LEAST_QUESTIONS - 1))
    with pytest.raises(DataError, match="late interaction speaks against"):
        weigh(drawn(-weights, 200))


def test_the_command_prints_the_weights_and_both_shares(
    index_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line for line in QUESTIONS.read_text("utf-8").splitlines() if json.loads(line)["split"] == "tune"]
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(lines[:40]), "utf-8")
    assert main(["weigh", "--index", str(index_folder), "--questions", str(file)]) == 0
    weights, shares, end = capsys.readouterr().out.split("\n")
    assert weights.startswith("late=1, read=")
    assert [pair.split("=")[0] for pair in weights.split(", ")] == [field.name for field in fields(Preference)]
    held_out, shipped = (float(found) for found in re.findall(r"for (\d\.\d{3}) ", shares))
    assert 0.4 < held_out < 1
    assert 0.4 < shipped < 1
    assert end == ""


def test_an_index_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weigh", "--index", str(tmp_path)]) == 1
    assert "no index" in capsys.readouterr().err
