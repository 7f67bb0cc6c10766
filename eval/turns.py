"""Lets queries take turns at an encoder that does not bear two at once."""

from collections.abc import Sequence
from threading import Lock

from indexing.encode import Encoded, Encoder, EncoderCard, Progress


class OneAtATime:
    """The encoder, one query at a time: a sentence-transformers tokenizer fails where two threads ask it at once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = Lock()

    @property
    def card(self) -> EncoderCard:
        """See `Encoder`."""
        return self._encoder.card

    def encode_query(self, text: str) -> Encoded:
        """See `Encoder`."""
        with self._lock:
            return self._encoder.encode_query(text)

    def encode_passages(self, texts: Sequence[str], *, on_progress: Progress | None = None) -> list[Encoded]:
        """See `Encoder`."""
        return self._encoder.encode_passages(texts, on_progress=on_progress)
