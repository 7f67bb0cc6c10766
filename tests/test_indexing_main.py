import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexing.__main__ import main
from indexing.build import build_index
from indexing.lexicon import Lexicon
from indexing.store import current_version, load, locked, save_calibration
from tests.fakes import FakeEncoder


@pytest.fixture
def run(tiny_corpus: Path, tmp_path: Path) -> Callable[..., int]:
    """The command over the tiny corpus; more arguments win over these."""
    return lambda *more: main(["--corpus", str(tiny_corpus), "--index", str(tmp_path / "index"), *map(str, more)])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_help_tells_every_option_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for part in ("python -m indexing", "(default: corpus)", "(default: index)", "(default: bundled)", "--encoder"):
        assert part in text


def test_summary_tells_what_was_built_where_and_what_was_encoded(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    first = capsys.readouterr()
    version = current_version(tmp_path / "index")
    assert re.fullmatch(
        rf"2 documents, (\d+) passages \(\1 encoded, 0 unchanged\) in \d+\.\d s: {tmp_path}/index/{version}\n",
        first.out,
    )
    assert first.err == ""  # no bar where nobody watches
    assert run() == 0
    assert re.search(r"2 documents, (\d+) passages \(0 encoded, \1 unchanged\)", capsys.readouterr().out)


def test_what_becomes_of_a_calibration_is_told(
    run: Callable[..., int], tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    assert "calibration" not in capsys.readouterr().out
    save_calibration(tmp_path / "index", {"bias": 1.0})
    assert run() == 0
    assert capsys.readouterr().out.endswith("calibration kept: encoder and analysis are as before\n")
    build_index(tiny_corpus, tmp_path / "index", FakeEncoder(), Lexicon({}, {}))
    save_calibration(tmp_path / "index", {"bias": 1.0})
    assert run() == 0
    told = capsys.readouterr().out
    assert "calibration dropped: encoder or analysis is another than it was fitted with; " in told
    assert told.endswith(f"run: python -m eval calibrate --index {tmp_path}/index\n")


def test_progress_bar_on_a_terminal_ends_full(run: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run() == 0
    assert re.search(r"\rencoding \[#{30}\] (\d+)/\1\n$", terminal.getvalue())


def broken_corpus(corpus: Path, index: Path) -> None:
    (corpus / "latin.txt").write_bytes(b"F\xe5r")


def no_corpus(corpus: Path, index: Path) -> None:
    for path in corpus.iterdir():
        path.unlink()


@pytest.mark.parametrize("break_it", [broken_corpus, no_corpus])
def test_fault_of_the_user_is_one_line_with_exit_one_and_changes_nothing(
    run: Callable[..., int],
    tiny_corpus: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    break_it: Callable[[Path, Path], None],
) -> None:
    index = tmp_path / "index"
    build_index(tiny_corpus, index, FakeEncoder(), Lexicon({}, {}))
    before = files(index)
    break_it(tiny_corpus, index)
    assert run() == 1
    output = capsys.readouterr()
    assert re.fullmatch(r"indexing: .+; .+\n", output.err)
    assert output.out == ""
    assert files(index) == before


def test_second_command_is_refused_while_the_first_writes(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with locked(tmp_path / "index"):
        assert run() == 1
    assert re.fullmatch(r"indexing: another process is writing .+; wait for it to end\n", capsys.readouterr().err)


def test_index_folder_that_is_a_file_is_told_in_one_line(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert run("--index", tmp_path / "file") == 1
    assert re.fullmatch(r"indexing: index folder .+ cannot be written .+; .+\n", capsys.readouterr().err)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, root: Path, corpus: Path) -> dict[str, Any]:
    """The report of a process that built an index on the default path and answered a question."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "corpus").mkdir()
    (folder / "home").mkdir()
    text = (corpus / "personalized-medicine-funding.txt").read_text("utf-8")
    (folder / "corpus" / "funding.txt").write_text(text, "utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "home"),
    }
    command: list[str | Path] = [sys.executable, "-m", "tests.watched_run", folder / "corpus", folder / "index"]
    if strace := shutil.which("strace"):  # sees what native code does, which Python's own hooks do not
        only = "-f --seccomp-bpf -qq -e trace=network -e signal=none -o".split()
        command = [strace, *only, folder / "calls", *command]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder / "home", env=environment)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    calls = (folder / "calls").read_text() if strace else None
    return {
        **report,
        "folder": str(folder),
        "calls": calls,
        "home": sorted(path.name for path in (folder / "home").rglob("*")),
    }


def test_default_path_builds_an_index_and_finds_the_answer(watched: dict[str, Any]) -> None:
    assert watched["code"] == 0
    assert "NorTrials" in watched["hits"][0]
    load(Path(watched["folder"]) / "index")


def test_default_path_imports_no_torch(watched: dict[str, Any]) -> None:
    loaded = {name.split(".")[0] for name in watched["modules"]}
    assert not loaded & {"torch", "sentence_transformers", "transformers", "tensorflow", "huggingface_hub"}


def test_default_path_opens_no_socket(watched: dict[str, Any]) -> None:
    assert watched["sockets"] == []


def test_default_path_opens_no_socket_out_of_native_code(watched: dict[str, Any]) -> None:
    if watched["calls"] is None:
        pytest.skip("needs strace")
    assert watched["calls"] == ""


def test_default_path_writes_nothing_outside_the_index_folder(watched: dict[str, Any]) -> None:
    index = f"{watched['folder']}/index"
    assert [path for path in watched["written"] if not path.startswith(index)] == []
    assert any(path.startswith(index) for path in watched["written"])
    assert watched["home"] == []
