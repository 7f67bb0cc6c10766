"""Builds an index and answers a question on the default path, watched; run as a process of its own.

python -m tests.watched_run CORPUS INDEX prints as JSON: the answer, the modules loaded, the sockets made, the files
opened for writing or changed.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

_CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink"})


def main(corpus: Path, index: Path) -> None:
    sockets: list[str] = []
    written: set[str] = set()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith("socket."):
            sockets.append(event)
        flags = arguments[2] if event == "open" else 0
        if event in _CHANGES or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)):
            written.add(os.path.abspath(str(arguments[0])))  # noqa: PTH100 - Path would resolve anew inside the hook

    sys.addaudithook(watch)
    from indexing.__main__ import main as build  # noqa: PLC0415 - what importing does is watched, too
    from service.ask import ask, open_pipeline  # noqa: PLC0415

    code = build(["--corpus", str(corpus), "--index", str(index)])
    reply = ask(open_pipeline(index, "bundled"), "Hvor mye penger får NorTrials?")
    report = {
        "code": code,
        "hits": [hit.chunk.text for hit in reply.hits],
        "modules": sorted(sys.modules),
        "sockets": sockets,
        "written": sorted(written),
    }
    sys.stdout.write("\n" + json.dumps(report))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
