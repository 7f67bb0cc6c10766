"""Opens what the bundled models are kept in: ONNX graphs and their tokenizer; no torch, no network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from indexing.errors import EncoderError

MODEL_FOLDER = Path(__file__).parent / "model"


def open_graph(file: Path) -> Any:
    """An onnxruntime session over the graph, on one thread: several texts at a time use processors better than one.

    Raises:
        EncoderError: the file is missing or damaged.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else it reports to its maker and keeps an id in the home folder
    import onnxruntime  # noqa: PLC0415 - reads that variable when it is imported, and never again

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    with reading(file):
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def open_tokenizer(file: Path) -> Tokenizer:
    """The tokenizer, without padding; texts stay as long as they are.

    Raises:
        EncoderError: the file is missing or damaged.
    """
    with reading(file):
        tokenizer = Tokenizer.from_str(file.read_text("utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@contextmanager
def reading(file: Path) -> Iterator[Path]:
    """Says of whatever goes wrong inside that the file is missing or damaged, and what to do."""
    try:
        yield file
    except Exception as error:  # tokenizers and onnxruntime raise nothing narrower for a damaged file
        raise EncoderError(
            f"'{file}' is missing or damaged ({error}); the bundled models are model.onnx and reader.onnx with "
            "rows.bin, tokenizer.json and encoder.json: install the package again"
        ) from error
