"""Which sentences of a text to keep around its answer, and which of the others."""

from collections.abc import Sequence

import numpy as np

from indexing.sentences import split_sentences

Spans = Sequence[tuple[int, int]]


def window(
    text: str, start: int, end: int, words: int, random: np.random.Generator
) -> tuple[Spans, tuple[int, int], tuple[int, int]]:
    """The spans of the text's sentences, which of them are kept around `text[start:end]`, and which are another run.

    Both runs are half-open and have about so many words; the other one is empty where all sentences are kept.
    """
    spans = split_sentences(text)
    counts = [len(text[a:b].split()) for a, b in spans]
    low = first_sentence(spans, start)
    high = next((i for i, (_, b) in enumerate(spans) if b >= end), len(spans) - 1)
    while sum(counts[low : high + 1]) < words and (low > 0 or high < len(spans) - 1):
        down = high == len(spans) - 1 or (low > 0 and random.random() < 0.5)
        low, high = (low - 1, high) if down else (low, high + 1)
    runs = (_run(counts, high + 1, len(spans), words), _run(counts, 0, low, words))
    return spans, (low, high + 1), max(runs, key=lambda run: sum(counts[run[0] : run[1]]))


def stretches(text: str, words: int) -> list[str]:
    """Every run of sentences of about so many words, or fewer at the end; the text itself where it has no more."""
    spans = split_sentences(text)
    counts = [len(text[a:b].split()) for a, b in spans]
    if sum(counts) <= words:
        return [text]
    runs = [_run(counts, first, len(counts), words) for first in range(len(counts))]
    last = next(i for i, (_, end) in enumerate(runs) if end == len(counts))  # those after it are parts of it
    return [stretch(text, spans, run) for run in runs[: last + 1]]


def first_sentence(spans: Spans, start: int) -> int:
    """The place of the sentence that a character stands in, the last one for what is after all."""
    return next((i for i, (_, b) in enumerate(spans) if b > start), len(spans) - 1)


def stretch(text: str, spans: Spans, run: tuple[int, int]) -> str:
    """The text from the first to the last sentence of a run."""
    return text[spans[run[0]][0] : spans[run[1] - 1][1]] if run[1] > run[0] else ""


def _run(counts: Sequence[int], first: int, last: int, words: int) -> tuple[int, int]:
    end = first
    while end < last and sum(counts[first:end]) < words:
        end += 1
    return first, end
