"""python -m service: one question in the terminal, and one line with the cure when something is wrong."""

import gc
import json
from pathlib import Path

import pytest

from service.__main__ import main
from service.settings import Settings

QUESTION = "Hvor mye penger får NorTrials?"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, index_folder: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KILDESVAR_{name.upper()}", raising=False)
    monkeypatch.setenv("KILDESVAR_INDEX", str(index_folder))


def assert_one_line(text: str) -> str:
    """The line, after a look that it is one and no stack trace."""
    assert text.startswith("service: ")
    assert text.count("\n") == 1
    return text


@pytest.mark.parametrize("arguments", [["ask", QUESTION], ["ask", QUESTION, "--json"]])
def test_where_nobody_watches_the_answer_is_json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outcome"] == "answered"
    assert told["citations"][0]["quote"] == told["answer"]["text"]
    assert "explanation" not in told


def test_an_explanation_is_part_of_the_json_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--explain"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["explanation"]["expected"]["kind"] == "amount"
    assert told["explanation"]["candidates"][0]["text"] == told["answer"]["text"]


def test_on_a_terminal_the_explanation_follows_the_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["ask", QUESTION]) == 0
    plain = capsys.readouterr().out
    assert main(["ask", QUESTION, "--explain"]) == 0
    explained = capsys.readouterr().out
    assert explained.startswith(plain)
    assert "Outcome: answered" in explained.removeprefix(plain)


@pytest.mark.parametrize("question", ["", "a\udcffb"])
def test_what_cannot_be_asked_is_refused_in_one_line(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", question]) == 1
    assert "the question" in assert_one_line(capsys.readouterr().err)


def test_without_an_index_the_cure_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KILDESVAR_INDEX", str(tmp_path / "nowhere"))
    for arguments in (["ask", QUESTION], ["serve"]):
        assert main(arguments) == 1
        assert "nowhere'; run: python -m indexing" in assert_one_line(capsys.readouterr().err)
    assert gc.isenabled()  # it rests while the service starts


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PORT", "70000"), ("QUEUE", "0"), ("LOG_QUESTIONS", "perhaps")],
)
def test_a_wrong_setting_is_named_with_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(f"KILDESVAR_{name}", value)
    assert main(["serve"]) == 1
    line = assert_one_line(capsys.readouterr().err)
    assert line.startswith(f"service: KILDESVAR_{name}={value!r}: ")
    assert "set it anew or unset it" in line


def test_without_a_command_the_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "usage: python -m service" in capsys.readouterr().err


def test_the_help_names_both_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    told = capsys.readouterr().out
    assert "serve over HTTP" in told
    assert "answer one question in the terminal" in told


def test_the_table_of_settings_names_every_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    told = capsys.readouterr().out
    for name in Settings.model_fields:
        assert f"KILDESVAR_{name.upper()}" in told
