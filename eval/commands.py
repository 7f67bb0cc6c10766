"""What each measuring command does: opens the data and the systems, runs, and describes the run."""

import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.beir import read_beir
from eval.benchmark import run_questions
from eval.bitext import read_pairs, run_bitext
from eval.corpora import Corpus, cut_texts, open_chunks, open_corpus
from eval.english import EnglishBm25
from eval.errors import DataError
from eval.latency import index_size_mb, peak_memory_mb
from eval.measured import ALL, Measured
from eval.provenance import describe, digest_files, short_name
from eval.questions import read_questions
from eval.reading import contexts_of, run_reading
from eval.retrieval import run_retrieval, sources_of
from eval.runs import main_table
from eval.squad import Item, read_reading
from eval.systems import Systems
from eval.terminal import Countdown
from indexing.encode import BUNDLED, load_encoder
from indexing.store import Index
from service.ask import Pipeline, open_pipeline
from service.reader import load_reader
from service.types import Mode

_COMPARED = {  # measures of a row that `compare` tests
    "questions": ("ndcg@10", "recall@5", "right", "abstained"),
    "retrieval": ("ndcg@10", "recall@5"),
    "reading": ("sentence", "f1"),
    "bitext": ("accuracy",),
}


def measure_questions(options: Namespace) -> Measured:
    """The question set over an index: every mode, the baseline, every further encoder."""
    started = time.perf_counter()
    pipeline = open_pipeline(options.index, options.encoder[0])
    questions = read_questions(
        options.questions, pipeline.index.documents, split=None if options.split == "all" else options.split
    )
    documents, chunks = list(pipeline.index.documents.values()), pipeline.index.chunks
    pipelines = {"": pipeline} | {
        name: open_chunks(
            documents, chunks, load_encoder(encoder), load_reader(encoder), on_progress=Countdown("encoding")
        )
        for name, encoder in _labels(options.encoder)[1:]
    }
    systems = Systems(pipelines, list(Mode), EnglishBm25(pipeline.index))
    measured = run_questions(systems, questions, on_progress=Countdown("asking"))
    for row in measured.rows:
        answerable = bool(row["gold"])
        row["measures"].setdefault(row["main"], {})["right" if answerable else "abstained"] = float(
            row["right"] if answerable else row["outcome"] != "answered"
        )
    dataset = {
        "name": options.questions.stem,
        "split": options.split,
        "digest": digest_files(options.questions),
        "questions": len(questions),
        "answerable": sum(question.answerable for question in questions),
    }
    command = f"python -m eval --split {options.split}{_encoders(options)}"
    return finish("questions", measured, command, dataset, pipeline.index, encoders=_names(options), started=started)


def measure_retrieval(options: Namespace) -> Measured:
    """A BEIR folder: the modes asked for, or all of them and the baseline; every further encoder."""
    started = time.perf_counter()
    data = read_beir(options.beir, split=options.split)
    corpus = cut_texts(sources_of(data), on_progress=Countdown("cutting"))
    pipelines = _open_all(corpus, options)
    modes = [Mode(mode) for mode in options.mode] if options.mode else list(Mode)
    index = pipelines[""].index
    systems = Systems(pipelines, modes, None if options.mode else EnglishBm25(index))
    measured = run_retrieval(systems, data, on_progress=Countdown("searching"))
    dataset = {
        "name": data.name,
        "split": data.split,
        "digest": digest_files(*data.files),
        "questions": len(data.queries),
        "texts": len(data.texts),
    }
    modes_told = "".join(f" --mode {mode}" for mode in options.mode or ())
    command = f"python -m eval retrieval --beir {data.name}{modes_told}{_encoders(options)}"
    return finish("retrieval", measured, command, dataset, index, encoders=_names(options), started=started)


def measure_reading(options: Namespace) -> Measured:
    """SQuAD-like files, all contexts of all files searched together; every encoder."""
    started = time.perf_counter()
    items: list[Item] = []
    for file in options.files:
        items.extend(_check_apart(file, items, read_reading(file)))
    sources, ids = contexts_of(items)
    corpus = cut_texts(sources, on_progress=Countdown("cutting"))
    pipelines = _open_all(corpus, options)
    measured = run_reading(pipelines, items, ids, on_progress=Countdown("asking"))
    name = "+".join(file.name.removesuffix(".gz").rsplit(".", 1)[0] for file in options.files)
    dataset = {"name": name, "split": "test", "digest": digest_files(*options.files), "questions": len(items)}
    command = f"python -m eval reading {' '.join(file.name for file in options.files)}{_encoders(options)}"
    return finish("reading", measured, command, dataset, pipelines[""].index, encoders=_names(options), started=started)


def measure_bitext(options: Namespace) -> Measured:
    """Translation pairs: every encoder."""
    started = time.perf_counter()
    pairs = read_pairs(options.file)
    encoders = {label or short_name(name): load_encoder(name) for label, name in _labels(options.encoder)}
    measured = run_bitext(encoders, pairs, on_progress=Countdown("encoding"))
    name = options.file.name.removesuffix(".gz").rsplit(".", 1)[0]
    dataset = {"name": name, "split": "test", "digest": digest_files(options.file), "questions": len(pairs)}
    command = f"python -m eval bitext {options.file.name}{_encoders(options)}"
    return finish("bitext", measured, command, dataset, None, encoders=_names(options), started=started)


def _open_all(corpus: Corpus, options: Namespace) -> dict[str, Pipeline]:
    """A pipeline per encoder; an index folder holds one encoder's, so that of others stand in folders beside it."""
    folders = {label: _beside(options.index, label) for label, _ in _labels(options.encoder)}
    return {
        label: open_corpus(corpus, name, folder=folders[label], on_progress=Countdown("encoding"))
        for label, name in _labels(options.encoder)
    }


def _beside(folder: Path | None, label: str) -> Path | None:
    return folder if folder is None or not label else folder.with_name(f"{folder.name}-{label}")


def _labels(encoders: Sequence[str]) -> list[tuple[str, str]]:
    """(label, name) of each encoder: the first has no label, the others the last part of their name."""
    labelled = [("" if position == 0 else short_name(name), name) for position, name in enumerate(encoders)]
    if len({label for label, _ in labelled}) < len(labelled):
        raise DataError(f"encoders {', '.join(encoders)} are not apart by their last part; name each once")
    return labelled


def _check_apart(file: Path, before: Sequence[Item], items: Sequence[Item]) -> Sequence[Item]:
    known = {item.id for item in before}
    if twice := next((item.id for item in items if item.id in known), None):
        raise DataError(
            f"{file}: id '{twice}' stands in an earlier file already; give each file once, each question its id"
        )
    return items


def _encoders(options: Namespace) -> str:
    return "".join(f" --encoder {name}" for name in _names(options)) if options.encoder != [BUNDLED] else ""


def _names(options: Namespace) -> list[str]:
    return [short_name(name) for name in options.encoder]


def finish(
    kind: str,
    measured: Measured,
    command: str,
    dataset: Mapping[str, Any],
    index: Index | None,
    *,
    encoders: Sequence[str],
    started: float,
) -> Measured:
    """The run with all that tells where its numbers come from, and its values per query for `compare`.

    The means of the first system stand at the top as well: of all queries under the name of each measure, of a
    direction under its name.
    """
    main = main_table(measured.result)
    result = {
        "command": command,
        "kind": kind,
        "dataset": dataset,
        "encoders": list(encoders),
        "environment": describe(index.manifest if index else {}),
        **{name: value for name, value in main.get(ALL, {}).items() if name != "n"},
        **{direction: values for direction, values in main.items() if direction != ALL},
        **measured.result,
        "index_mb": index_size_mb(index) if index else {},
        "peak_memory_mb": peak_memory_mb(),
        "seconds": time.perf_counter() - started,
        "measures": list(_COMPARED[kind]),
        "per_query": {row["id"]: _compared(row, _COMPARED[kind]) for row in measured.rows},
    }
    return Measured(result, measured.rows, measured.rankings)


def _compared(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    values = row["measures"].get(row["main"], {})
    return {"directions": row["directions"], **{name: round(values[name], 6) for name in names if name in values}}
