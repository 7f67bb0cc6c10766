"""python -m eval: measures how good the answers are, compares two measurements, and says whether they may ship."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: threads of our own share the work, and its would wait for them

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from eval.calibrate import calibrate, choose_questions
from eval.commands import measure_bitext, measure_questions, measure_reading, measure_retrieval
from eval.compare import Verdict, compare, read_result
from eval.errors import DataError
from eval.fit import collect_best
from eval.gates import check_gates, read_gates
from eval.lines import read_text
from eval.measured import Measured
from eval.options import GATES, QUESTIONS, RUNS, make_parser
from eval.questions import Question, read_questions
from eval.readme import refresh
from eval.report import html_report, markdown_report
from eval.runs import as_json, check_writable, summary, write_json, write_run, write_text
from eval.starter import as_lines, draft_feedback, draft_questions
from eval.terminal import Countdown, numbers_table, show, show_differences
from eval.weigh import collect_compared, weigh
from indexing.encode import BUNDLED
from indexing.errors import KildesvarError
from indexing.store import load, save_calibration
from service.ask import Pipeline, open_pipeline
from service.calibration import SHIPPED
from service.settings import FEEDBACK

Measure = Callable[[argparse.Namespace], Measured]


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; 0 when all is well, 1 for a broken gate, a real loss, or what the user can mend."""
    options = make_parser().parse_args(arguments)
    if hasattr(options, "encoder"):
        options.encoder = options.encoder or [BUNDLED]
    try:
        return _COMMANDS[options.command](options)
    except KildesvarError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 1


def _questions(options: argparse.Namespace) -> int:
    shipped = options.questions == QUESTIONS and options.split == "test"
    file = options.gates or (GATES if shipped else None)
    gates = read_gates(file) if file else []
    return _measure(measure_questions, options, lambda measured: check_gates(gates, measured.result))


def _measure(
    measure: Measure, options: argparse.Namespace, check: Callable[[Measured], list[str]] = lambda _: []
) -> int:
    base = read_result(options.base) if options.base else None
    for target in (options.out, options.summary, Path(options.json) if options.json not in (None, "-") else None):
        if target:
            check_writable(target)
    measured = measure(options)
    broken = check(measured)
    dataset = measured.result["dataset"]
    folder = options.out or RUNS / f"{measured.result['kind']}-{dataset['name']}-{dataset['split']}"
    reports = {"report.html": html_report(measured, base, broken), "report.md": markdown_report(measured, base, broken)}
    write_run(folder, measured, reports)
    if options.summary:
        write_json(options.summary, summary(measured.result))
    if options.json == "-":
        print(as_json(measured.result))
    else:
        print(f"{show(measured.result)}\n\nFiles of this run and its report: {folder}")
        if options.json:
            write_json(Path(options.json), measured.result)
    print("".join(f"eval: {line}\n" for line in broken), end="", file=sys.stderr)
    return 1 if broken else 0


def _compare(options: argparse.Namespace) -> int:
    base, new = read_result(options.base), read_result(options.new)
    if options.json not in (None, "-"):
        check_writable(Path(options.json))
    differences = compare(base, new)
    losses = [d for d in differences if d.verdict is Verdict.LOSS]
    result = {"losses": len(losses), "differences": [d.as_dict() for d in differences]}
    if options.json == "-":
        print(as_json(result))
    else:
        print(show_differences(differences))
        if options.json:
            write_json(Path(options.json), result)
    return 1 if losses else 0


def _init(options: argparse.Namespace) -> int:
    if options.file.exists():
        raise DataError(f"'{options.file}' is there already and stays as it is; give another name")
    check_writable(options.file)
    drafts = draft_questions(load(options.index), per_document=options.per_document)
    kept = options.index / FEEDBACK
    feedback = options.feedback or (kept if kept.exists() else None)
    drafts += draft_feedback(feedback) if feedback else []
    write_text(options.file, as_lines(drafts))
    print(f'{options.file}: {len(drafts)} drafts; write the questions, check the answers, and take "draft" out')
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    pipeline, questions = _open_to_fit(options)
    best = collect_best(pipeline, questions, on_progress=Countdown("asking"))
    made = calibrate(best, at_most=options.false_answers)
    right = [b.right for b in best if b.question.answerable]
    print(f"{len(best)} questions; best sentence right for {sum(right)} of {len(right)} answerable ones\n")
    print("By threshold, each question judged by weights fitted without it and its twins:\n")
    table = {f"{row['threshold']:.2f}": {k: v for k, v in row.items() if k != "threshold"} for row in made.table}
    print(numbers_table("threshold", table))
    if not made.keeps_limit:
        print(
            f"\nNo threshold keeps false answers to {options.false_answers:.2f} and still answers; taken is the one "
            "with the best harmonic mean of correct and the share of the unanswerable declined."
        )
    print("\n" + ", ".join(f"{name}={value:g}" for name, value in made.calibration.as_dict().items()))
    row = made.chosen
    print(
        f"At answer_at {row['threshold']:.2f}: {row['false-answer']:.3f} of the unanswerable questions are answered; "
        f"of the others {row['correct']:.3f} rightly, {row['false-refusal']:.3f} not at all."
    )
    if options.dry_run:
        print("Nothing was written.")
    else:
        print(f"Written to {options.index}/{save_calibration(options.index, made.calibration.as_dict())}.")
    return 0


def _weigh(options: argparse.Namespace) -> int:
    pipeline, questions = _open_to_fit(options)
    compared = collect_compared(pipeline, questions, on_progress=Countdown("asking"))
    made = weigh(compared)
    print(", ".join(f"{name}={weight:g}" for name, weight in asdict(made.preference).items()))
    print(
        f"Best sentence right for {made.held_out:.3f} of {len(compared)} answerable questions, each judged by weights "
        f"fitted without it and its twins; for {made.shipped:.3f} by the weights that ship."
    )
    return 0


def _open_to_fit(options: argparse.Namespace) -> tuple[Pipeline, list[Question]]:
    """The pipeline as it ships over the index, and the questions chosen to fit to."""
    pipeline = open_pipeline(options.index, options.encoder[0], calibration=SHIPPED)
    questions = read_questions(options.questions, pipeline.index.documents, split=None)
    return pipeline, choose_questions(questions, options.split)


def _readme(options: argparse.Namespace) -> int:
    before = read_text(options.file)
    after = refresh(before, options.results)
    if after != before:
        write_text(options.file, after)
    print(f"{options.file}: {'tables made anew' if after != before else 'up to date'}")
    return 0


_COMMANDS: dict[str | None, Callable[[argparse.Namespace], int]] = {
    None: _questions,
    "retrieval": lambda options: _measure(measure_retrieval, options),
    "reading": lambda options: _measure(measure_reading, options),
    "bitext": lambda options: _measure(measure_bitext, options),
    "compare": _compare,
    "init": _init,
    "calibrate": _calibrate,
    "weigh": _weigh,
    "readme": _readme,
}


if __name__ == "__main__":
    sys.exit(main())
