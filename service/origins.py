"""Whose pages may ask and read: allowed origins, and the headers that keep browsers to what was meant."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import refuse

_PREFLIGHT_CACHE_S = 7_200  # the most Chromium keeps; Firefox keeps a day
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class SafeHeaders:
    """Puts on every reply what keeps browsers from doing more with it than was meant."""

    def __init__(self, app: ASGIApp, *, framed_by: Collection[str] = ()) -> None:
        """`framed_by`: origins that may show `/embed` in an iframe, besides our own."""
        self._app = app
        self._own = f"{_POLICY}; frame-ancestors 'self'"
        self._framed = " ".join([self._own, *framed_by])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and completes the reply's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._framed if scope["path"] == "/embed" else self._own
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"  # `/?q=` holds a question, which is not for other sites
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
                headers.setdefault("Cache-Control", "no-cache")  # an update is seen at once
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            await send(message)

        await self._app(scope, receive, complete)


def allow_origins(app: ASGIApp, origins: Collection[str]) -> CORSMiddleware:
    """Lets the pages of these origins read replies; all others may load the script and nothing else."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "Content-Type"),
        expose_headers=("Retry-After",),
        allow_private_network=True,  # an intranet service, asked from a public page that is on the list
        max_age=_PREFLIGHT_CACHE_S,
    )


class RefuseStrangers:
    """Answers 403 to the pages of origins that are not on the list, before any work is done for them.

    Programs that send no `Origin` are not pages, and pass.
    """

    def __init__(self, app: ASGIApp, *, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or refuses it."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and origin not in self._allowed and not _is_own(origin, headers):
                text = f"pages of {origin} may not ask; add that origin to KILDESVAR_ALLOWED_ORIGINS"
                await refuse(send, 403, "origin_not_allowed", text)
                return
        await self._app(scope, receive, send)


def _is_own(origin: str, headers: Headers) -> bool:
    # Behind a proxy the host may be another; then browsers that speak TLS say themselves where they come from.
    return headers.get("sec-fetch-site") == "same-origin" or urlsplit(origin).netloc == headers.get("host")
