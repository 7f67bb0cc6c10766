"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.ask import READ_PASSAGES
from service.settings import Settings


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KILDESVAR_{name.upper()}", raising=False)


def test_without_an_environment_the_service_is_local_and_quiet() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.index) == ("127.0.0.1", 8000, Path("index"))
    assert (settings.encoder, settings.log_questions) == ("bundled", False)


def test_the_environment_sets_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDESVAR_PORT", "9000")
    monkeypatch.setenv("KILDESVAR_INDEX", "/data/index")
    monkeypatch.setenv("KILDESVAR_LOG_QUESTIONS", "true")
    settings = Settings()
    assert (settings.port, settings.index, settings.log_questions) == (9000, Path("/data/index"), True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "65536"),
        ("port", "http"),
        ("queue", "0"),
        ("max_body_bytes", "1"),
        ("log_questions", "perhaps"),
    ],
)
def test_a_wrong_value_is_refused_and_its_setting_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"KILDESVAR_{name.upper()}", value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    (error,) = refusal.value.errors()
    assert (error["loc"], error["input"]) == ((name,), value)


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # this is what must fail


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert field.description.rstrip().endswith("."), f"{name}: a description is a sentence"


def test_as_many_passages_are_read_unset_as_the_evaluation_reads() -> None:
    assert Settings().read_passages == READ_PASSAGES
