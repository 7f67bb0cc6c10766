"""Reads a passage with a question in mind: where in it the answer begins and ends, or that it does not tell."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexing.encode import model_folder
from indexing.joined import join
from indexing.session import MODEL_FOLDER, open_graph, open_tokenizer
from service.types import Mark

LONGEST_PASSAGE = 200  # tokens; what is longer is cut, as where the reader was trained
LONGEST_ANSWER = 30
_THREADS = 2  # passages read at a time

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one passage.

    `first` and `last` are (t,) logits that the answer begins and ends at a token, less those that there is none;
    `spans` (t, 2) int32 are the code points of the passage that each token stands for.
    """

    first: Logits
    last: Logits
    spans: npt.NDArray[np.int32]

    def best(self, start: int, end: int) -> Mark | None:
        """The best part of the passage between two code points, of at most 30 tokens; None where it has no token.

        Its score is that of all such parts together: a sentence of which the reader would mark one end or another is no
        less sure to answer.
        """
        inside = np.flatnonzero((self.spans[:, 0] >= start) & (self.spans[:, 1] <= end))
        if not len(inside):
            return None
        scores = self.first[inside][:, None] + self.last[inside][None, :]
        length = np.arange(len(inside))[None, :] - np.arange(len(inside))[:, None]
        scores = np.where((length >= 0) & (length < LONGEST_ANSWER), scores, -np.inf)
        first, last = np.unravel_index(int(scores.argmax()), scores.shape)
        highest = float(scores[first, last])
        together = highest + math.log(float(np.exp(scores - highest).sum()))
        begin, stop = self.spans[inside[first], 0], self.spans[inside[last], 1]
        return Mark(int(begin), int(stop), together)


class Reads(Protocol):
    """A question and passages to what is made of each passage."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Each passage by itself: what is made of one does not depend on those beside it."""


def load_reader(encoder_name: str) -> "Reader":
    """The reader that lies beside this encoder, whose token embeddings it shares; the bundled one where none does.

    Raises:
        EncoderError: its files are missing or damaged.
    """
    folder = model_folder(encoder_name)
    return Reader(folder if folder and (folder / "reader.onnx").exists() else MODEL_FOLDER)


class Reader:
    """A reader as the bundled one; holds nothing that changes."""

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        """Opens reader.onnx and its tokenizer.

        Raises:
            EncoderError: one of them is missing or damaged.
        """
        self._tokenizer = open_tokenizer(folder / "tokenizer.json")
        self._session = open_graph(folder / "reader.onnx")
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="read")

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """The passages in the order given; see `Reads`."""
        asked = self._tokenizer.encode(question).ids
        return list(self._executor.map(partial(self._read, asked), passages))

    def _read(self, asked: list[int], passage: str) -> Reading:
        encoding = self._tokenizer.encode(passage, add_special_tokens=False)
        ids, begin = join(asked, encoding.ids, longest=LONGEST_PASSAGE)
        types = [0] * begin + [1] * (len(ids) - begin)
        inputs = {
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(ids)), dtype=np.int64),
            "token_type_ids": np.array([types], dtype=np.int64),
        }
        logits = self._session.run(["logits"], inputs)[0][0]
        inside = logits[begin:-1] - logits[0]
        spans = np.array(encoding.offsets[:LONGEST_PASSAGE], dtype=np.int32).reshape(-1, 2)
        return Reading(inside[:, 0], inside[:, 1], spans)
