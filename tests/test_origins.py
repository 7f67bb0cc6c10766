"""Who may ask and read: the list of origins, strangers, and the headers on every reply."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from service.origins import RefuseStrangers, SafeHeaders, allow_origins

FRIEND, STRANGER = "https://intranett.example.no", "https://stranger.example"


@pytest.fixture
def web() -> TestClient:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    paths = ("/", "/embed", "/v1/ask")
    app = Starlette(routes=[Route(path, answer, methods=["GET", "POST"]) for path in paths])
    guarded = SafeHeaders(RefuseStrangers(app, allowed=(FRIEND,)), framed_by=(FRIEND,))
    return TestClient(allow_origins(guarded, (FRIEND,)))


def directives_of(policy: str) -> dict[str, str]:
    directives = (directive.strip().partition(" ") for directive in policy.split(";"))
    return {name: value for name, _, value in directives}


def test_an_allowed_origin_may_read_replies_and_when_to_try_again(web: TestClient) -> None:
    reply = web.get("/v1/ask", headers={"Origin": FRIEND})
    assert reply.headers["access-control-allow-origin"] == FRIEND
    assert reply.headers["access-control-expose-headers"] == "Retry-After"
    assert "access-control-allow-credentials" not in reply.headers
    assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize("path", ["/", "/embed", "/v1/ask", "/nowhere"])
def test_no_other_origin_may_read_anything(web: TestClient, path: str) -> None:
    assert "access-control-allow-origin" not in web.get(path, headers={"Origin": STRANGER}).headers


@pytest.mark.parametrize(("origin", "status"), [(FRIEND, 200), (STRANGER, 400)])
def test_a_browser_that_asks_first_is_told(web: TestClient, origin: str, status: int) -> None:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = web.options("/v1/ask", headers=headers)
    assert reply.status_code == status
    assert (reply.headers.get("access-control-allow-origin") == origin) == (status == 200)
    assert reply.headers["access-control-max-age"] == "7200"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"Origin": FRIEND}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://sok.example.no", "Sec-Fetch-Site": "same-origin"}, 200),  # behind a proxy
        ({"Origin": STRANGER}, 403),
        ({"Origin": STRANGER, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_strangers_question_is_not_even_asked(web: TestClient, headers: dict[str, str], status: int) -> None:
    reply = web.post("/v1/ask", headers=headers)
    assert reply.status_code == status
    if status == 403:
        assert reply.json()["error"]["type"] == "origin_not_allowed"
        assert reply.json()["error"]["message"].endswith("add that origin to KILDESVAR_ALLOWED_ORIGINS")


@pytest.mark.parametrize("path", ["/", "/embed", "/v1/ask", "/nowhere"])
def test_every_reply_has_a_strict_policy_and_safe_headers(web: TestClient, path: str) -> None:
    reply = web.get(path)
    directives = directives_of(reply.headers["content-security-policy"])
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"


def test_only_the_embed_page_may_be_framed_and_only_by_allowed_origins(web: TestClient) -> None:
    framed, own = (directives_of(web.get(path).headers["content-security-policy"]) for path in ("/embed", "/"))
    assert framed["frame-ancestors"] == f"'self' {FRIEND}"
    assert own["frame-ancestors"] == "'self'"
