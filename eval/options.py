"""The options of every command of `python -m eval`."""

import argparse
from pathlib import Path

from eval.calibrate import FALSE_ANSWERS
from eval.questions import SPLITS
from eval.starter import PER_DOCUMENT
from service.types import Mode

_FOLDER = Path(__file__).parent
QUESTIONS = _FOLDER / "data" / "questions.jsonl"
GATES = _FOLDER / "data" / "gates.json"
RUNS = Path("eval/runs")


def make_parser() -> argparse.ArgumentParser:
    """The parser; `command` of what it gives is the name of the command, None for the question set."""
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Measure the answers on a question set. Other data and what to do with results: see the commands.",
    )
    _add_set(parser, split="test")
    parser.add_argument(
        "--gates", type=Path, help="floors and ceilings to hold (default: the shipped ones for the shipped test set)"
    )
    _add_output(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    retrieval = commands.add_parser("retrieval", help="retrieval on a BEIR folder")
    retrieval.add_argument("--beir", type=Path, required=True, help="folder with corpus.jsonl, queries.jsonl and qrels")
    retrieval.add_argument("--split", default="test", help="which qrels/<split>.tsv (default: test)")
    retrieval.add_argument(
        "--mode",
        action="append",
        choices=[mode.value for mode in Mode],
        help="only this mode; may stand more than once",
    )
    _add_texts(retrieval)
    reading = commands.add_parser("reading", help="reading on SQuAD-like files")
    reading.add_argument("files", type=Path, nargs="+", metavar="FILE")
    _add_texts(reading)
    bitext = commands.add_parser("bitext", help="matching of translations, tab-separated pairs")
    bitext.add_argument("file", type=Path, metavar="FILE")
    _add_encoder(bitext)
    _add_output(bitext)
    _add_others(commands)
    return parser


def _add_others(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    comparing = commands.add_parser("compare", help="two results that --json wrote; exit 1 on a real loss")
    comparing.add_argument("base", type=Path, metavar="BASE.json")
    comparing.add_argument("new", type=Path, metavar="NEW.json")
    comparing.add_argument("--json", help="also write one JSON object to this file; - prints it instead of the table")
    starting = commands.add_parser("init", help="write a starter question set from the documents and feedback")
    starting.add_argument("file", type=Path, metavar="FILE", help="the question set to write, .jsonl")
    starting.add_argument("--index", type=Path, default=Path("index"), help="folder of the index (default: index)")
    starting.add_argument(
        "--feedback", type=Path, help="feedback file, what did not help becomes a draft (default: the index folder's)"
    )
    starting.add_argument(
        "--per-document", type=int, default=PER_DOCUMENT, help=f"drafts from each document (default: {PER_DOCUMENT})"
    )
    calibrating = commands.add_parser(
        "calibrate", help="fit the reader's confidence to questions, and keep it in the index"
    )
    _add_set(calibrating, split=None)
    calibrating.add_argument(
        "--false-answers",
        type=share,
        default=FALSE_ANSWERS,
        metavar="SHARE",
        help=f"of the questions without an answer, at most this share answered (default: {FALSE_ANSWERS:.2f})",
    )
    calibrating.add_argument("--dry-run", action="store_true", help="print what was fitted and write nothing")
    weighing = commands.add_parser(
        "weigh", help="fit how much each signal counts when sentences are compared; writes nothing"
    )
    _add_set(weighing, split=None)
    readme = commands.add_parser("readme", help="put the committed results into the README's tables")
    readme.add_argument("--file", type=Path, default=Path("README.md"), help="the file with the markers")
    readme.add_argument("--results", type=Path, default=_FOLDER / "results", help="folder of the results")


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{value} is not from 0 to 1")
    return value


def _add_set(parser: argparse.ArgumentParser, *, split: str | None) -> None:
    """Which questions of which set, over which index; without a split those that `choose_questions` tunes on."""
    told = split or "tune where there are such, else all"
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="question set (default: the shipped one)")
    parser.add_argument("--split", choices=[*SPLITS, "all"], default=split, help=f"which questions (default: {told})")
    parser.add_argument("--index", type=Path, default=Path("index"), help="folder of the index (default: index)")
    _add_encoder(parser)


def _add_texts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--index", type=Path, help="folder to keep the index in for the next run (default: memory alone)"
    )
    _add_encoder(parser)
    _add_output(parser)


def _add_encoder(parser: argparse.ArgumentParser) -> None:
    told = "'bundled', or a sentence-transformers folder or hub name; give it again to compare (default: bundled)"
    parser.add_argument("--encoder", action="append", help=told)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", help="also write one JSON object to this file; - prints it instead of the tables")
    parser.add_argument(
        "--summary", type=Path, help="also write that object without its values per query, to commit it"
    )
    parser.add_argument("--out", type=Path, help=f"folder of the run's files (default: {RUNS}/NAME)")
    parser.add_argument("--base", type=Path, help="an earlier --json result to show changes against in the report")
