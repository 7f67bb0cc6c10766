"""A build killed by SIGKILL before every single thing it does to the index folder; run as a process of its own.

python -m tests.killed_build OLD_INDEX CHANGED_CORPUS WORK writes WORK/<moment>.json: what was left at each moment.
With `calibrate` behind it, a new calibration is saved instead.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from indexing.build import build_index
from indexing.errors import SnapshotError
from indexing.lexicon import Lexicon
from indexing.store import load, save_calibration
from tests.fakes import FakeEncoder

_CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate"})
LEXICON = Lexicon({}, {}, "none")
REBUILT_EVERY = 6  # moments


def main(old: Path, corpus: Path, work: Path, change: Callable[[Path, Path], None]) -> None:
    moment = 0
    killed = True
    while killed:
        folder = work / str(moment)
        shutil.copytree(old, folder)
        status = _in_child(partial(_change_until, moment, change, corpus, folder))
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status:
            sys.exit(f"the build failed by itself at moment {moment}: status {status}")
        left = work / f"{moment}.json"
        if _in_child(partial(_look, moment, corpus, folder, left, killed=killed)):
            sys.exit(f"looking at what was left at moment {moment} failed")
        shutil.rmtree(folder)
        moment += 1


def _in_child(work: Callable[[], None]) -> int:
    """The wait status of a forked child that did the work: the modules are loaded once, threads never forked."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - whatever it was, the child must not go on as its parent
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def _build(corpus: Path, folder: Path) -> None:
    build_index(corpus, folder, FakeEncoder(), LEXICON)


def _calibrate(_: Path, folder: Path) -> None:
    save_calibration(folder, {"bias": 1.0})


def _change_until(moment: int, change: Callable[[Path, Path], None], corpus: Path, folder: Path) -> None:
    """Changes the index, and dies before the change number `moment` to the folder."""
    done = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal done
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if not (writes or event in _CHANGES) or str(folder) not in os.path.realpath(str(arguments[0])):
            return
        if done == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1

    sys.addaudithook(watch)
    change(corpus, folder)


def _look(moment: int, corpus: Path, folder: Path, left: Path, *, killed: bool) -> None:
    """Writes which documents the index has now, and at some moments what another build makes of it."""
    try:
        index = load(folder)
        texts, calibration = [document.text for document in index.documents.values()], index.calibration
        error = ""
    except SnapshotError as damage:
        texts, calibration, error = [], None, str(damage)
    rebuilt = None
    if moment % REBUILT_EVERY == 0:
        build_index(corpus, folder, FakeEncoder(), LEXICON)
        load(folder)
        rebuilt = sorted(path.name for path in folder.iterdir())
    found = {"killed": killed, "texts": texts, "calibration": calibration, "error": error, "rebuilt": rebuilt}
    left.write_text(json.dumps(found))


if __name__ == "__main__":
    old, corpus, work = (Path(argument) for argument in sys.argv[1:4])
    main(old, corpus, work, _calibrate if "calibrate" in sys.argv[4:] else _build)
