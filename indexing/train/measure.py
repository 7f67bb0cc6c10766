"""What an exported encoder is worth: alignment, likeness to its float32 self, speed; and that all of it is unseen."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexing.encode import Encoder, OnnxEncoder
from indexing.train.devsets import read_bitext, read_texts
from indexing.train.export import fidelity
from indexing.train.overlap import read_measured
from indexing.train.recipe import RecipeError
from indexing.train.steps import CONTRASTED
from indexing.train.work import Work

_QUERY_TOKENS = 16
_TIMED = 200
_COMPARED = 200  # texts
_PASSAGE_WORDS = 80


def measure(work: Work, encoder_folder: Path, dev: Path, *, threads: int) -> Mapping[str, Any]:
    """The figures of one encoder.

    Args:
        work: What it was trained with.
        encoder_folder: model.onnx, tokenizer.json, encoder.json.
        dev: The development sets, as `devsets` reads them.
        threads: Passages at a time.

    Raises:
        RecipeError: the training holds text of the development sets.
    """
    check_unseen(work, dev)
    encoder = OnnxEncoder(encoder_folder, threads=threads)
    texts = list(read_texts(dev))
    texts = texts[:: max(1, len(texts) // _COMPARED)]
    mean, least = fidelity(work.student(CONTRASTED, "contrast"), work.tokenizer(), encoder_folder, texts)
    return {
        "bitext": {name: matching(encoder, pairs) for name, pairs in read_bitext(dev).items()},
        "cosine_to_float32": {"mean": mean, "least": least},
        "query_ms": _query_ms(encoder_folder, work.tokenizer().decode(list(range(2000, 2000 + _QUERY_TOKENS - 2)))),
        "passages_per_second": _passages_per_second(encoder, texts),
        "bytes": sum(file.stat().st_size for file in encoder_folder.iterdir()),
    }


def check_unseen(work: Work, dev: Path) -> None:
    """Refuses when the training holds text of the development sets."""
    measured = read_measured(read_texts(dev))
    training = work.trained()
    seen = [text for text in training if measured.overlaps(text)]
    if seen:
        raise RecipeError(
            f"{len(seen)} of {len(training)} training texts share eight words in a row with the development sets, "
            f"such as {seen[0][:80]!r}; train again with --dev {dev} on every step, which leaves them out"
        )


def matching(encoder: Encoder, pairs: Sequence[tuple[str, str]]) -> Mapping[str, float]:
    """Of the texts of one side, the share whose nearest of the other side is their translation; both ways."""
    left = np.stack([encoded.vector for encoded in encoder.encode_passages([pair[0] for pair in pairs])])
    right = np.stack([encoded.vector for encoded in encoder.encode_passages([pair[1] for pair in pairs])])
    cosines, own = left @ right.T, np.arange(len(pairs))
    return {
        "en→no": float((cosines.argmax(1) == own).mean()),
        "no→en": float((cosines.argmax(0) == own).mean()),
    }


def _query_ms(folder: Path, query: str) -> float:
    encoder = OnnxEncoder(folder, threads=1)
    times = []
    for _ in range(_TIMED):
        started = time.perf_counter()
        encoder.encode_query(query)
        times.append(time.perf_counter() - started)
    return float(np.median(times) * 1e3)


def _passages_per_second(encoder: Encoder, texts: Sequence[str]) -> float:
    words = " ".join(texts).split()
    passages = [" ".join(words[i : i + _PASSAGE_WORDS]) for i in range(0, len(words), _PASSAGE_WORDS)][:_COMPARED]
    encoder.encode_passages(passages[:4])
    started = time.perf_counter()
    encoder.encode_passages(passages)
    return len(passages) / (time.perf_counter() - started)
