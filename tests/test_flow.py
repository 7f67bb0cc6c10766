"""The one path from a folder of documents to a checked citation, for real: processes, files, HTTP, a terminal."""

import json
import os
import pty
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

NORWEGIAN, ENGLISH = "Hvor mye penger får NorTrials?", "How much does NorTrials get?"
READY_WITHIN_S = 2.0
MOST_MEMORY_MB = 400
PATIENCE_S = 60.0  # of a test before it gives a process up


@dataclass(frozen=True)
class Service:
    """A service that runs: where, what its start took, and what it logs.

    `start_s` is the time to the first ready reply, or the processor time until then where that is less: a machine
    that does other work, too, gives a process its turn later.
    """

    process: subprocess.Popen[str]
    http: httpx.Client
    start_s: float
    log: list[str]

    def memory_mb(self) -> float:
        """The most memory that was resident at any time."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        return int(kilobytes) / 1024


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, root: Path, corpus: Path) -> Path:
    """The index folder over a copy of the corpus, built by the command."""
    folder = tmp_path_factory.mktemp("flow")
    shutil.copytree(corpus, folder / "corpus")
    command = ["indexing", "--corpus", str(folder / "corpus"), "--index", str(folder / "index")]
    done = run(command, root, folder / "index")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("5 documents, ")
    return folder / "index"


@pytest.fixture(scope="module")
def service(built: Path, root: Path) -> Iterator[Service]:
    with serving(built, root) as running:
        yield running


def environment(index: Path, **settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KILDESVAR_")}
    return {**inherited, "KILDESVAR_INDEX": str(index), **settings}


def run(arguments: list[str], root: Path, index: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=root, env=environment(index), capture_output=True, text=True, check=False, timeout=2 * PATIENCE_S
    )


@contextmanager
def serving(index: Path, root: Path, **settings: str) -> Iterator[Service]:
    """A service on a free port, ready; it is stopped at the end whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve"],
        cwd=root,
        env=environment(index, KILDESVAR_PORT=str(port), **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    log: list[str] = []
    running = queue.Queue[bool]()

    def read_log() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.append(line)
            if "Uvicorn running on" in line:
                running.put(True)
        running.put(False)

    reader = threading.Thread(target=read_log)
    reader.start()
    try:
        assert running.get(timeout=PATIENCE_S), "".join(log)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as http:
            assert http.get("/readyz").status_code == 200
            yield Service(process, http, min(time.perf_counter() - started, processor_s(process.pid)), log)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        reader.join(timeout=PATIENCE_S)
        assert process.stderr is not None
        process.stderr.close()


def processor_s(process_id: int) -> float:
    """Processor seconds that a process has used, in itself and in the kernel."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("question", [NORWEGIAN, ENGLISH])
def test_a_question_is_answered_and_its_citation_holds_to_the_character(service: Service, question: str) -> None:
    http = service.http
    told = http.post("/v1/ask", json={"question": question}).json()
    assert told["outcome"] == "answered"
    (citation,) = told["citations"]
    document = http.get(f"/v1/documents/{citation['document_id']}").json()
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"] == told["answer"]["text"]
    span = told["answer"]["span"]
    assert document["text"][span["start"] : span["end"]] == span["text"]
    assert "30" in span["text"]

    page = http.get(citation["url"])
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count('id="passage"') == 1
    assert "<mark" in page.text

    check = {key: citation[key] for key in ("document_id", "start", "end", "quote")}
    assert http.post("/v1/verify", json=check).json() == {"valid": True}
    assert http.post("/v1/verify", json={**check, "quote": check["quote"] + "!"}).json() == {"valid": False}
    assert http.post("/v1/feedback", json={"answer_id": told["id"], "helpful": True}).status_code == 204


def test_metrics_have_counted_what_was_asked(service: Service, built: Path) -> None:
    told = service.http.post("/v1/ask", json={"question": NORWEGIAN}).json()
    service.http.post("/v1/feedback", json={"answer_id": told["id"], "helpful": True})
    counted = service.http.get("/metrics").text
    assert 'kildesvar_answers_total{language="nb",outcome="answered"}' in counted
    assert 'kildesvar_feedback_total{helpful="true"}' in counted
    assert told["id"] in (built / "feedback.jsonl").read_text("utf-8")


def test_the_search_page_answers_without_javascript(service: Service) -> None:
    page = service.http.get("/", params={"q": ENGLISH})
    assert page.status_code == 200
    assert "NOK 30 million" in page.text


def test_sixteen_callers_at_once_get_the_same_bytes(service: Service) -> None:
    def said(question: str) -> str:
        told = service.http.post("/v1/ask", json={"question": question}).json()
        del told["timing_ms"]
        return json.dumps(told)

    alone = {question: said(question) for question in (NORWEGIAN, ENGLISH)}
    with ThreadPoolExecutor(16) as callers:
        together = list(callers.map(said, [NORWEGIAN, ENGLISH] * 8))
    assert together == [alone[NORWEGIAN], alone[ENGLISH]] * 8


def test_hostile_requests_over_a_real_connection_are_refused_and_the_service_goes_on(service: Service) -> None:
    http, json_type = service.http, {"content-type": "application/json"}
    refused = {
        "body_too_large": http.post("/v1/ask", content=b'{"question": "' + b"x" * 10_000_000 + b'"}'),
        "bad_question": http.post("/v1/ask", content=b'{"question": "\\ud800"}', headers=json_type),
        "bad_request": http.post("/v1/ask", content=b"\xff\xfe", headers=json_type),
        "not_found": http.get("/v1/documents/..%2f..%2fetc%2fpasswd"),
        "unknown_document": http.get("/v1/documents/nope"),
    }
    assert {kind: reply.json()["error"]["type"] for kind, reply in refused.items()} == {kind: kind for kind in refused}
    assert http.post("/v1/ask", json={"question": ENGLISH}).json()["outcome"] == "answered"


def test_the_log_is_json_with_request_ids_and_without_questions(service: Service) -> None:
    reply = service.http.post("/v1/ask", json={"question": "Hva er hemmelighetsholderen?"})
    service.http.get("/livez")  # its line comes after the one looked for
    entries = [json.loads(line) for line in service.log]
    assert all({"time", "level", "message"} <= set(entry) for entry in entries)
    assert reply.headers["x-request-id"] in {entry.get("request_id") for entry in entries}
    assert "hemmelighetsholderen" not in "".join(service.log)


def test_the_service_is_ready_within_two_seconds(built: Path, root: Path) -> None:
    costs = []
    for _ in range(3):  # what it can do: another process may stand in the way of one start
        with serving(built, root) as running:
            costs.append(running.start_s)
        if costs[-1] <= READY_WITHIN_S:
            return
    pytest.fail(f"ready after {', '.join(f'{seconds:.1f}' for seconds in costs)} s, {READY_WITHIN_S} s allowed")


def test_memory_stays_within_bounds_however_much_is_asked(service: Service) -> None:
    for question in (NORWEGIAN, ENGLISH, "x" * 500, "Hva er Pilot Helse og hvem leder arbeidet?") * 5:
        service.http.post("/v1/ask", json={"question": question, "limit": 20})
    assert service.memory_mb() <= MOST_MEMORY_MB


def test_a_service_that_is_told_to_stop_stops(built: Path, root: Path) -> None:
    with serving(built, root) as running:
        assert running.http.post("/v1/ask", json={"question": ENGLISH}).status_code == 200
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=PATIENCE_S) in (0, -signal.SIGTERM)
    assert "Traceback" not in "".join(running.log)


def test_the_command_line_gives_json_that_can_be_checked(built: Path, root: Path, service: Service) -> None:
    done = run(["service", "ask", NORWEGIAN, "--json"], root, built)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    served = service.http.post("/v1/ask", json={"question": NORWEGIAN}).json()
    assert {**told, "timing_ms": None} == {**served, "timing_ms": None}


def test_on_a_terminal_the_answer_is_shown_in_colour_with_its_source(built: Path, root: Path) -> None:
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "service", "ask", ENGLISH]
    process = subprocess.Popen(command, cwd=root, env=environment(built), stdout=inside, stderr=inside)
    os.close(inside)
    shown = b""
    while part := read_terminal(terminal):
        shown += part
    os.close(terminal)
    assert process.wait(timeout=PATIENCE_S) == 0
    text = shown.decode()
    assert "NorTrials" in text
    assert "\033[1;32mNOK 30 million" in text
    assert "personalized-medicine-funding [" in text
    assert "Other passages:" in text


def read_terminal(terminal: int) -> bytes:
    """What stands there next; nothing at the end."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
