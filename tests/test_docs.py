"""The documents say what the code does: settings, routes, error types and commands."""

import re
from pathlib import Path
from typing import get_args

import pytest

from service.__main__ import main
from service.app import create_app
from service.ask import Pipeline
from service.schemas import ErrorType
from service.settings import Settings

_ROOT = Path(__file__).parent.parent
_README = (_ROOT / "README.md").read_text("utf-8")
_HTTP = (_ROOT / "docs" / "http.md").read_text("utf-8")


def _never_opened() -> Pipeline:
    raise AssertionError("no index is opened to read the routes")


def test_the_readme_lists_every_setting_as_the_code_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    table = capsys.readouterr().out.strip()
    between = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", _README, re.DOTALL)
    assert between is not None
    assert between[1] == table, "the settings table is stale: paste what `python -m service settings` prints"


def test_every_route_is_documented() -> None:
    routes = create_app(Settings(), _never_opened).openapi()["paths"]
    assert routes
    missing = [path for path in routes if f"`{path}" not in _HTTP]
    assert not missing


def test_every_error_type_is_documented() -> None:
    missing = [kind for kind in get_args(ErrorType) if f"`{kind}`" not in _HTTP]
    assert not missing


@pytest.mark.parametrize(
    "name", ["README.md", "corpus/README.md", "docs/http.md", "docs/embed.md", "docs/evaluation.md"]
)
def test_links_between_the_documents_lead_somewhere(name: str) -> None:
    page = _ROOT / name
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_the_readme_uses_only_commands_that_exist() -> None:
    makefile = (_ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^    make (\w+)", _README, re.MULTILINE))
    assert {"run", "test"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
