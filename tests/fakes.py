"""A fake encoder whose vectors can be worked out by hand: every word is an axis, a text the sum of its words."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from indexing.encode import Encoded, EncoderCard, Progress, unit_rows

_DIMENSION = 256
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class FakeEncoder:
    """Texts without a repeated word: cosine = words shared / sqrt(words of one x words of the other).

    Same text, same vector, in every process; a text without words gives a row of zeros. `passages` keeps what was
    encoded, in order, so that a test can tell what was not.
    """

    name: str = "fake"
    passages: list[str] = field(default_factory=list)

    @property
    def card(self) -> EncoderCard:
        return EncoderCard(
            name=self.name,
            weights_hash="0" * 16,
            dimension=_DIMENSION,
            max_length=512,
            pooling="sum",
            query_prompt="",
            passage_prompt="",
        )

    def encode_query(self, text: str) -> Encoded:
        return encode(text)

    def encode_passages(self, texts: Sequence[str], *, on_progress: Progress | None = None) -> list[Encoded]:
        encoded = [encode(text) for text in texts]
        self.passages.extend(texts)
        if on_progress:
            on_progress(len(texts), len(texts))
        return encoded


def encode(text: str) -> Encoded:
    """The text as the fake encoder sees it."""
    words = list(_WORD.finditer(text))
    axes = [axis_of(word[0]) for word in words]
    tokens = np.zeros((len(words), _DIMENSION), dtype=np.float32)
    tokens[np.arange(len(words)), axes] = 1.0
    spans: npt.NDArray[np.int32] = np.array([word.span() for word in words], dtype=np.int32).reshape(-1, 2)
    vector = unit_rows(tokens.sum(axis=0, keepdims=True))[0]
    return Encoded(vector, tokens, spans, np.array(axes, dtype=np.int32))


def axis_of(word: str) -> int:
    """The axis of a word, whatever its case; two words in 256 share one by chance."""
    return hashlib.sha256(word.casefold().encode()).digest()[0]
