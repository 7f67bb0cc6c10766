"""The script and its fingerprint, who may embed it, and the headers on every reply."""

import base64
import gzip
import hashlib
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.__main__ import main
from service.app import create_app
from service.ask import Pipeline, open_pipeline
from service.embed import read_script, snippet
from service.settings import Settings

FRIEND, STRANGER = "https://intranett.example.no", "https://stranger.example"
MAX_GZIPPED_BYTES = 10_000


@pytest.fixture(scope="module")
def pipeline(index_folder: Path) -> Pipeline:
    return open_pipeline(index_folder, "bundled")


@pytest.fixture(scope="module")
def web(index_folder: Path, pipeline: Pipeline) -> Iterator[TestClient]:
    settings = Settings(
        index=index_folder, allowed_origins=(FRIEND,), questions_per_address=0, suggest_after=1, help_url="/hjelp"
    )
    with TestClient(create_app(settings, lambda: pipeline)) as client:
        yield client


def test_the_script_is_at_most_ten_kilobytes_as_served(web: TestClient) -> None:
    reply = web.get("/widget/v1/kilde-svar.js", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip"
    assert int(reply.headers["content-length"]) <= MAX_GZIPPED_BYTES
    assert reply.content == read_script().source


def test_the_documented_size_is_the_measured_one(root: Path) -> None:
    assert f"**{len(read_script().gzipped) / 1000:.1f}**" in (root / "docs/embed.md").read_text("utf-8")


def test_the_script_comes_plain_to_who_takes_no_gzip(web: TestClient) -> None:
    reply = web.get("/widget/v1/kilde-svar.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in reply.headers
    assert reply.headers["vary"].startswith("Accept-Encoding")
    assert gzip.decompress(read_script().gzipped) == reply.content


def test_the_pinned_script_never_changes_and_matches_its_fingerprint(web: TestClient) -> None:
    script = read_script()
    reply = web.get(script.pinned_path)
    assert script.integrity == "sha384-" + base64.b64encode(hashlib.sha384(reply.content).digest()).decode()
    assert "immutable" in reply.headers["cache-control"]
    assert web.get("/widget/0123456789abcdef/kilde-svar.js").status_code == 404


def test_the_latest_script_is_checked_within_minutes(web: TestClient) -> None:
    reply = web.get("/widget/v1/kilde-svar.js")
    assert reply.headers["cache-control"] == "public, max-age=300"
    again = web.get("/widget/v1/kilde-svar.js", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_any_page_may_load_the_script(web: TestClient) -> None:
    reply = web.get("/widget/v1/kilde-svar.js", headers={"Origin": STRANGER})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_refusal_can_be_read_by_the_allowed_origin(index_folder: Path, pipeline: Pipeline) -> None:
    settings = Settings(index=index_folder, allowed_origins=(FRIEND,), questions_per_address=1)
    with TestClient(create_app(settings, lambda: pipeline)) as client:
        ask = [client.get("/v1/ask?q=NorTrials", headers={"Origin": FRIEND}) for _ in range(2)]
    assert [reply.status_code for reply in ask] == [200, 429]
    assert ask[1].headers["access-control-allow-origin"] == FRIEND
    assert int(ask[1].headers["retry-after"]) == 60


@pytest.mark.parametrize("path", ["/", "/documents/state-budget-2024", "/embed", "/docs", "/?q=NorTrials"])
def test_no_page_sets_a_cookie_or_has_anything_inline(web: TestClient, path: str) -> None:
    reply = web.get(path)
    assert reply.status_code == 200
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "set-cookie" not in reply.headers
    for inline in ("style=", "<style", "onclick", "onload", "javascript:"):
        assert inline not in reply.text


def test_the_embed_page_takes_language_and_theme(web: TestClient) -> None:
    page = web.get("/embed?lang=nn&theme=dark").text
    assert '<html lang="nn">' in page
    assert 'theme="dark"' in page
    assert web.get("/embed?theme=%22%3E").status_code == 422


def test_the_snippet_names_the_address_and_falls_back_to_a_form() -> None:
    text = snippet("https://sok.example.no", read_script(), language="en")
    assert '<script type="module" src="https://sok.example.no/widget/v1/kilde-svar.js"></script>' in text
    assert '<form action="https://sok.example.no/" role="search">' in text
    assert "integrity" not in text


def test_the_pinned_snippet_names_the_fingerprint() -> None:
    script = read_script()
    text = snippet("https://sok.example.no", script, pinned=True)
    assert f'src="https://sok.example.no{script.pinned_path}" integrity="{script.integrity}"' in text


def test_the_search_page_shows_the_snippet_and_the_fingerprint(web: TestClient) -> None:
    page = unescape(web.get("/?lang=nb").text)
    assert snippet("http://testserver", read_script(), language="nb") in page
    assert read_script().integrity in page


def test_the_search_page_answers_without_scripts(web: TestClient) -> None:
    question = "Hvor mye får NorTrials?"
    page, reply = unescape(web.get("/", params={"q": question}).text), web.get("/v1/ask", params={"q": question}).json()
    assert reply["outcome"] == "answered"
    for citation in reply["citations"]:
        assert citation["url"] in page
        assert citation["title"] in page
    assert f"<mark>{reply['answer']['span']['text']}</mark>" in page


def test_a_question_that_cannot_be_asked_is_refused_in_the_readers_language(web: TestClient) -> None:
    reply = web.get("/", params={"q": "???", "lang": "nn"})
    assert reply.status_code == 400
    assert "høgst 500 teikn" in reply.text


def test_an_answered_question_that_enough_have_asked_is_suggested_and_shown(web: TestClient) -> None:
    question = "Hvor mye får NorTrials?"
    web.post("/v1/ask", json={"question": question})
    found = web.get("/v1/suggest", params={"q": "hvor mye nort"}).json()["suggestions"]
    assert found[0] == {"text": question, "kind": "question", "language": "nb", "url": None}
    assert question in web.get("/").text


def test_questions_from_a_file_are_suggested_from_the_start(
    index_folder: Path, pipeline: Pipeline, tmp_path: Path
) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("Hva er en helsekatapult?\n\nWhat is NorTrials?\n", "utf-8")
    with TestClient(create_app(Settings(index=index_folder, suggested_questions=file), lambda: pipeline)) as client:
        found = client.get("/v1/suggest", params={"q": "what is nortri"}).json()["suggestions"]
    assert found[0] == {"text": "What is NorTrials?", "kind": "question", "language": "en", "url": None}


@pytest.mark.parametrize("origin", ["*", "intranett.example.no", "https://a.example/", "https://a.example/x", "null"])
def test_what_is_no_origin_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("KILDESVAR_ALLOWED_ORIGINS", origin)
    with pytest.raises(ValueError, match="is not an origin; write it like https"):
        Settings()


def test_origins_are_read_with_blanks_or_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDESVAR_ALLOWED_ORIGINS", "https://a.example, http://b.example:8080")
    assert Settings().allowed_origins == ("https://a.example", "http://b.example:8080")


def test_the_terminal_prints_the_snippet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["snippet", "--address", "https://sok.example.no/", "--language", "nn", "--pinned"]) == 0
    assert capsys.readouterr().out.strip() == snippet(
        "https://sok.example.no", read_script(), language="nn", pinned=True
    )
    assert main(["snippet"]) == 0
    assert read_script().integrity in capsys.readouterr().out
