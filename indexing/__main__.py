"""python -m indexing: builds or refreshes the index."""

import argparse
import sys
import time
from pathlib import Path

from indexing.build import build_index
from indexing.encode import BUNDLED, load_encoder
from indexing.errors import KildesvarError
from indexing.lexicon import load_lexicon


def main(arguments: list[str] | None = None) -> int:
    """Builds the index; 0 when it stands, 1 when something is wrong that the user can mend."""
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    try:
        encoder = load_encoder(options.encoder)
        summary = build_index(options.corpus, options.index, encoder, load_lexicon(), on_progress=_show_progress)
    except KildesvarError as error:
        print(f"indexing: {error}", file=sys.stderr)
        return 1
    seconds = time.perf_counter() - started
    print(
        f"{summary.documents} documents, {summary.chunks} passages ({summary.encoded} encoded, "
        f"{summary.chunks - summary.encoded} unchanged) in {seconds:.1f} s: {options.index}/{summary.version}"
    )
    if summary.calibration == "kept":
        print("calibration kept: encoder and analysis are as before")
    if summary.calibration == "dropped":
        print(
            "calibration dropped: encoder or analysis is another than it was fitted with; "
            f"run: python -m eval calibrate --index {options.index}"
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m indexing",
        description="Build or refresh the index of a folder of documents. What has not changed is not encoded again; "
        "a running service keeps the old index until it is started anew.",
    )
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="folder of documents (default: corpus)")
    parser.add_argument("--index", type=Path, default=Path("index"), help="folder of the index (default: index)")
    parser.add_argument(
        "--encoder",
        default=BUNDLED,
        help="'bundled', or the folder or hub name of a sentence-transformers model (default: bundled)",
    )
    return parser


def _show_progress(done: int, total: int) -> None:
    """A bar on a terminal, nothing where nobody watches."""
    if not sys.stderr.isatty():
        return
    filled = 30 * done // max(1, total)
    end = "\n" if done == total else ""
    print(f"\rencoding [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
