"""Token buckets, and the middleware that refuses who asks too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Scope

from service.ratelimit import RateLimit, TokenBuckets, address_key


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def client(clock: Clock, *, per_address: int = 0, per_origin: int = 0) -> TestClient:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route(path, answer) for path in ("/", "/v1/ask", "/v1/suggest", "/v1/documents")])
    return TestClient(RateLimit(app, per_address=per_address, per_origin=per_origin, clock=clock))


def test_a_bucket_gives_as_many_tokens_as_it_holds_and_then_says_how_long_to_wait() -> None:
    buckets = TokenBuckets(per_minute=60)
    assert [buckets.take("a", 30, now=0), buckets.take("a", 30, now=0)] == [0, 0]
    assert buckets.take("a", 2, now=0) == 2 / (60 / 60)


def test_a_bucket_fills_with_time_and_never_over_the_brim() -> None:
    buckets = TokenBuckets(per_minute=60)
    buckets.take("a", 60, now=0)
    assert buckets.take("a", 10, now=10) == 0
    assert buckets.take("a", 61, now=1e6) == 1


def test_keys_have_buckets_of_their_own() -> None:
    buckets = TokenBuckets(per_minute=1)
    assert [buckets.take(key, 1, now=0) for key in ("a", "b")] == [0, 0]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 3)), max_size=40))
def test_no_more_is_taken_than_the_bucket_held_and_what_flowed_in(asked: list[tuple[float, float]]) -> None:
    buckets, now, taken = TokenBuckets(per_minute=6), 0.0, 0.0
    for pause, cost in asked:
        now += pause
        taken += cost if buckets.take("a", cost, now=now) == 0 else 0
        assert taken <= 6 + now * 6 / 60 + 1e-9


def test_buckets_that_are_full_again_are_forgotten() -> None:
    buckets = TokenBuckets(per_minute=60)
    for number in range(10_000):
        buckets.take(str(number), 1, now=0)
    buckets.take("late", 1, now=60)
    assert len(buckets._levels) == 1


def test_the_question_over_the_limit_gets_429_with_retry_after() -> None:
    clock = Clock()
    with client(clock, per_address=2) as web:
        assert [web.get("/v1/ask").status_code for _ in range(3)] == [200, 200, 429]
        refused = web.get("/v1/ask")
        assert refused.headers["retry-after"] == "30"
        assert refused.json()["error"]["type"] == "rate_limited"
        clock.now = 30
        assert web.get("/v1/ask").status_code == 200


def test_a_suggestion_costs_a_tenth_of_a_question() -> None:
    with client(Clock(), per_address=1) as web:
        assert [web.get("/v1/suggest").status_code for _ in range(11)] == [200] * 10 + [429]


def test_pages_and_documents_are_never_refused() -> None:
    with client(Clock(), per_address=1) as web:
        assert {web.get(path).status_code for path in ("/", "/v1/documents") for _ in range(5)} == {200}


def test_a_question_to_the_plain_page_counts() -> None:
    with client(Clock(), per_address=1) as web:
        assert [web.get("/?q=a").status_code for _ in range(2)] == [200, 429]


def test_an_origin_has_a_limit_whatever_the_addresses() -> None:
    with client(Clock(), per_origin=1) as web:
        first = {"Origin": "https://a.example"}
        assert [web.get("/v1/ask", headers=first).status_code for _ in range(2)] == [200, 429]
        assert web.get("/v1/ask", headers={"Origin": "https://b.example"}).status_code == 200
        assert web.get("/v1/ask").status_code == 200


def test_zero_is_no_limit() -> None:
    with client(Clock()) as web:
        assert {web.get("/v1/ask").status_code for _ in range(50)} == {200}


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_the_key_is_the_address_or_its_ipv6_network(host: str | None, key: str) -> None:
    scope: Scope = {"type": "http", "client": (host, 1) if host else None}
    assert address_key(scope) == key
