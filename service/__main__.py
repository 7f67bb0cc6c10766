"""python -m service: serves over HTTP, or answers one question in the terminal."""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: one question's matrices are too small to share out

from pydantic import ValidationError

from indexing.errors import KildesvarError
from service.ask import ask, open_pipeline
from service.embed import read_script, snippet
from service.explain import explain
from service.observe import JsonFormatter
from service.phrases import LANGUAGES
from service.present import ask_response, explained_response
from service.settings import Settings, settings_table
from service.terminal import show, show_explanation


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; 0 when it did what it says, 1 when something is wrong that the user can mend."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings()
        return int(options.command(settings, options))
    except ValidationError as error:
        first = error.errors()[0]
        name = "KILDESVAR_" + str(first["loc"][0]).upper()
        print(f"service: {name}={first['input']!r}: {first['msg']}; set it anew or unset it", file=sys.stderr)
    except KildesvarError as error:
        print(f"service: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service", description="Answers with their sources.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve over HTTP; settings are KILDESVAR_* variables (see the README)")
    serve.set_defaults(command=_serve)
    one = commands.add_parser("ask", help="answer one question in the terminal")
    one.add_argument("question")
    one.add_argument("--json", action="store_true", help="print the JSON of the HTTP contract")
    one.add_argument("--explain", action="store_true", help="tell how the answer came about, for administrators")
    one.set_defaults(command=_ask)
    table = commands.add_parser("settings", help="print every setting with its default, as a table")
    table.set_defaults(command=_settings)
    embedding = commands.add_parser("snippet", help="print the HTML that puts the search box on a page")
    embedding.add_argument("--address", help="of the service, as browsers reach it (default: where it listens)")
    embedding.add_argument("--language", choices=LANGUAGES, default="nb", help="of the box (default: nb)")
    embedding.add_argument("--pinned", action="store_true", help="name this version and its fingerprint (SRI)")
    embedding.set_defaults(command=_snippet)
    return parser


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    with _keeping(), ThreadPoolExecutor(1) as executor:
        opening = executor.submit(open_pipeline, settings.index, settings.encoder, read_passages=settings.read_passages)
        import uvicorn  # noqa: PLC0415 - imports while the encoder's graph and its tokenizer are being loaded

        from service.app import create_app  # noqa: PLC0415

        app = create_app(settings, opening.result)
        opening.result()  # what is wrong with the index is told here, not by the server
    print(f"Kildesvar answers on http://{settings.host}:{settings.port}", flush=True)
    uvicorn.run(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False, ws="none"
    )
    return 0


@contextmanager
def _keeping() -> Iterator[None]:
    """What is made here is never garbage: looking for it would be a tenth of the start, and of later collections."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _settings(_: Settings, __: argparse.Namespace) -> int:
    print(settings_table())
    return 0


def _snippet(settings: Settings, options: argparse.Namespace) -> int:
    address, script = options.address or f"http://{settings.host}:{settings.port}", read_script()
    print(snippet(address.rstrip("/"), script, language=options.language, pinned=options.pinned))
    if not options.pinned:
        print(f'\n<!-- pinned: {script.pinned_path} integrity="{script.integrity}" -->')
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    pipeline = open_pipeline(settings.index, settings.encoder, read_passages=settings.read_passages)
    reply = ask(pipeline, options.question)
    if options.json or not sys.stdout.isatty():
        told = (
            explained_response(reply, pipeline.index, pipeline.calibration)
            if options.explain
            else ask_response(reply, pipeline.index)
        )
        print(told.model_dump_json(indent=2))
        return 0
    print(show(reply, pipeline.index, colour=True))
    if options.explain:
        print("\n" + show_explanation(explain(reply, pipeline.calibration), reply, colour=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
