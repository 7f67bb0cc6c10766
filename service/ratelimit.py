"""Keeps one address, or one site that embeds the box, from taking all of the service's time: token buckets."""

import ipaddress
import math
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import refuse

_COSTS = {  # tokens a request takes; one token is one question
    "/": 1.0,
    "/v1/ask": 1.0,
    "/v1/search": 1.0,
    "/v1/feedback": 1.0,
    "/v1/suggest": 0.1,  # one for every key somebody presses
}
_MOST_KEYS = 10_000  # buckets kept before the full ones, which say nothing, are dropped
_IPV6_SITE_BITS = 64  # one household or machine has all addresses under such a prefix


class TokenBuckets:
    """One bucket for each key: it holds at most `per_minute` tokens, and as many flow in every minute."""

    def __init__(self, per_minute: int) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._levels: dict[str, tuple[float, float]] = {}  # key -> tokens, and when they were counted

    def take(self, key: str, cost: float, *, now: float) -> float:
        """Takes `cost` tokens from the bucket of a key: 0.0 when they were there, else the seconds until they will be.

        `now` is in seconds, on any clock that never goes back.
        """
        level = self._level(key, now)
        if level < cost:
            return (cost - level) / self._per_second
        if len(self._levels) >= _MOST_KEYS:
            self._levels = {key: kept for key, kept in self._levels.items() if self._level(key, now) < self._capacity}
        self._levels[key] = (level - cost, now)
        return 0.0

    def _level(self, key: str, now: float) -> float:
        tokens, counted = self._levels.get(key, (self._capacity, now))
        return min(self._capacity, tokens + (now - counted) * self._per_second)


class RateLimit:
    """Answers 429 with `Retry-After` when an address, or an origin that embeds the box, asks too much."""

    def __init__(
        self, app: ASGIApp, *, per_address: int, per_origin: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Limits are questions a minute; 0 is no limit."""
        self._app = app
        self._clock = clock
        self._addresses = TokenBuckets(per_address) if per_address else None
        self._origins = TokenBuckets(per_origin) if per_origin else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or refuses it."""
        wait_s = self._wait_s(scope)
        if wait_s:
            seconds = math.ceil(wait_s)
            text = f"more questions than one address or site may ask in a minute; ask again in {seconds} s"
            await refuse(send, 429, "rate_limited", text, {"retry-after": str(seconds)})
        else:
            await self._app(scope, receive, send)

    def _wait_s(self, scope: Scope) -> float:
        if scope["type"] != "http" or scope["path"] not in _COSTS or scope["method"] == "OPTIONS":
            return 0.0
        if scope["path"] == "/" and not scope["query_string"]:
            return 0.0  # the empty search page asks nothing
        cost, now, wait_s = _COSTS[scope["path"]], self._clock(), 0.0
        origin = Headers(scope=scope).get("origin")
        if self._addresses is not None:
            wait_s = self._addresses.take(address_key(scope), cost, now=now)
        if self._origins is not None and origin is not None and not wait_s:
            wait_s = self._origins.take(origin, cost, now=now)
        return wait_s


def address_key(scope: Scope) -> str:
    """The address that a request came from; of an IPv6 address its network, an empty string when there is none."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, _IPV6_SITE_BITS), strict=False))
