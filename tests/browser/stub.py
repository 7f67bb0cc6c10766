"""A service of canned replies, so that every state of the search box can be had on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.browser import replies

SCRIPT = Path(__file__).parents[2] / "service/static/kilde-svar.min.js"
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HELD_S = 30  # longest that a held request waits for its test


@dataclass(frozen=True, slots=True)
class Page:
    """One page that the stub serves."""

    html: str
    policy: str = STRICT_POLICY


@dataclass(slots=True)
class Stub:
    """A running stub: what it serves, what it was asked, and the gate that slow replies wait at."""

    address: str
    pages: dict[str, Page] = field(default_factory=dict)
    posted: list[tuple[str, Any]] = field(default_factory=list)
    allowed_origin: str | None = None
    gate: threading.Event = field(default_factory=threading.Event)

    def serve(self, path: str, html: str, policy: str = STRICT_POLICY) -> str:
        """Puts a page up and returns its address."""
        self.pages[path] = Page(html, policy)
        return self.address + path

    def asked(self, path: str) -> list[Any]:
        """Returns the bodies posted to a path, in order."""
        return [body for posted_to, body in self.posted if posted_to == path]


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        default_headers: ClassVar[dict[str, str]] = {"Cache-Control": "no-store"}

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (the name is the base class's)
            """Keeps the test output clean."""

        def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
            self.send_response(status)
            allowed = {"Access-Control-Allow-Origin": stub.allowed_origin} if stub.allowed_origin else {}
            exposed = {"Access-Control-Expose-Headers": "Retry-After"} if stub.allowed_origin else {}
            all_headers = {**self.default_headers, **allowed, **exposed, **headers}
            for name, value in all_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _send_json(self, status: int, body: object, **headers: str) -> None:
            self._send(status, json.dumps(body).encode(), "application/json", **headers)

        def do_OPTIONS(self) -> None:
            self._send(
                HTTPStatus.NO_CONTENT,
                b"",
                "text/plain",
                **{"Access-Control-Allow-Headers": "content-type, authorization"},
            )

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/v1/suggest":
                self._send_json(HTTPStatus.OK, replies.suggestions(parse_qs(url.query)["q"][0]))
            elif url.path == "/widget/v1/kilde-svar.js":
                self._send(HTTPStatus.OK, SCRIPT.read_bytes(), "text/javascript")
            elif url.path in stub.pages:
                page = stub.pages[url.path]
                kind = "text/javascript" if url.path.endswith(".js") else "text/html; charset=utf-8"
                policy = {"Content-Security-Policy": page.policy} if page.policy else {}
                self._send(HTTPStatus.OK, page.html.encode(), kind, **policy)
            else:
                self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            stub.posted.append((self.path, body))
            if self.path == "/v1/feedback":
                self._send(HTTPStatus.NO_CONTENT, b"", "text/plain")
                return
            question = body["question"]
            if question == replies.SLOW:
                stub.gate.wait(HELD_S)
            if question == replies.CUT_OFF:
                self.close_connection = True
                self.connection.close()
                return
            status, reply, headers = replies.reply(question)
            self._send_json(status, reply, **headers)

    return Handler


@contextmanager
def running() -> Iterator[Stub]:
    """Yields a stub that answers on a free port of this machine."""
    stub = Stub(address="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stub))
    server.daemon_threads = True
    stub.address = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        stub.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
