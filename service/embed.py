"""The search box as other sites get it: the script, its fingerprint, the HTML that embeds it."""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from service.phrases import PageLanguage, phrases

_STATIC = Path(__file__).parent / "static"
_BOX = _STATIC / "kilde-svar.min.js"
_SHORT_CACHE_S = 300  # a new version reaches every page within minutes
_LONG_CACHE_S = 31_536_000  # a year: what stands under a fingerprint never changes


@dataclass(frozen=True, slots=True)
class Script:
    """The search box as it is served."""

    source: bytes
    gzipped: bytes
    digest: str  # the first 16 hexadecimal digits of SHA-384
    integrity: str  # as in the `integrity` attribute

    @property
    def pinned_path(self) -> str:
        """Where this very version stands for ever."""
        return f"/widget/{self.digest}/kilde-svar.js"


def read_script() -> Script:
    """The search box from the package's own files."""
    source = _BOX.read_bytes()
    digest = hashlib.sha384(source)
    integrity = "sha384-" + base64.b64encode(digest.digest()).decode()
    return Script(source, gzip.compress(source, 9, mtime=0), digest.hexdigest()[:16], integrity)


def snippet(address: str, script: Script, *, language: PageLanguage = "nb", pinned: bool = False) -> str:
    """The HTML that puts the box on a page; `address` is the service's, as browsers reach it, without a last slash.

    `pinned` names this very version and its fingerprint: nothing else will run, and an update needs a new snippet.
    """
    words = phrases(language)
    path, seal = "/widget/v1/kilde-svar.js", ""
    if pinned:
        path, seal = script.pinned_path, f' integrity="{script.integrity}" crossorigin="anonymous"'
    return (
        f'<script type="module" src="{address}{path}"{seal}></script>\n'
        f'<kilde-svar lang="{language}">\n'
        f'  <form action="{address}/" role="search">\n'
        f'    <label>{words["label"]} <input type="search" name="q"></label> <button>{words["submit"]}</button>\n'
        "  </form>\n"
        "</kilde-svar>"
    )


def routes(script: Script) -> list[BaseRoute]:
    """The routes of the script, and of the files our own pages use."""

    async def latest(request: Request) -> Response:
        return _script_response(request, script, f"public, max-age={_SHORT_CACHE_S}")

    async def pinned(request: Request) -> Response:
        return _script_response(request, script, f"public, max-age={_LONG_CACHE_S}, immutable")

    return [
        Route("/widget/v1/kilde-svar.js", latest),
        Route(script.pinned_path, pinned),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


def _script_response(request: Request, script: Script, cache: str) -> Response:
    headers = {
        "Cache-Control": cache,
        "ETag": f'"{script.digest}"',
        "Vary": "Accept-Encoding",
        # The script holds nothing secret: any page may load it, and then be told that it may not ask.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    body = script.source
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = script.gzipped
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="text/javascript", headers=headers)
