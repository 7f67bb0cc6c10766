"""Keeps what is measured on out of the training: no text the same, none with eight words in a row in common."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

_WORD = re.compile(r"\w+")
_GRAM = 8  # words


@dataclass(frozen=True, slots=True)
class Measured:
    """Texts that are measured on, as keys of the whole texts and of their word 8-grams."""

    wholes: frozenset[bytes]
    grams: frozenset[bytes]

    def overlaps(self, text: str) -> bool:
        """Whether the text is one of these, or has eight words in a row with one; case and punctuation do not count."""
        words = _words(text)
        return _key(words) in self.wholes or any(gram in self.grams for gram in _grams(words))


def read_measured(texts: Iterable[str]) -> Measured:
    """What to look for; a text of fewer than eight words is only compared whole, an empty one not at all."""
    words = [cut for cut in map(_words, texts) if cut]
    return Measured(frozenset(map(_key, words)), frozenset(gram for text in words for gram in _grams(text)))


def _grams(words: Sequence[str]) -> Iterable[bytes]:
    return (_key(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1))


def _key(words: Sequence[str]) -> bytes:
    return blake2b(" ".join(words).encode(), digest_size=8).digest()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
