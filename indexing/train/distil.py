"""Distillation over translation pairs: both texts of a pair come to the teacher's vector of the left one.

Source: Reimers and Gurevych, EMNLP 2020 (arXiv 2004.09813); here with cosine distance, and with contrast in the batch
of whole vectors and of late interaction, so that token vectors meet across the languages too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from indexing.train.batches import Rows
from indexing.train.losses import Aim, contrast, distance, late_contrast
from indexing.train.pairs import Pair
from indexing.train.recipe import Losses
from indexing.train.student import Student, Vectors, collate


@dataclass(frozen=True, slots=True)
class Lessons:
    """Pairs as token ids, with the teacher's vectors (n, d) of their left texts."""

    left: list[list[int]]
    right: list[list[int]]
    target: npt.NDArray[np.float16]

    @property
    def lengths(self) -> list[int]:
        """Tokens of each pair."""
        return [len(left) + len(right) for left, right in zip(self.left, self.right, strict=True)]


def make_lessons(
    pairs: Sequence[Pair], target: npt.NDArray[np.float16], tokenizer: Tokenizer, *, longest: int
) -> Lessons:
    """Pairs whose texts both have at most `longest` tokens."""
    left = [encoding.ids for encoding in tokenizer.encode_batch([pair.left for pair in pairs])]
    right = [encoding.ids for encoding in tokenizer.encode_batch([pair.right for pair in pairs])]
    kept = [i for i in range(len(pairs)) if len(left[i]) <= longest and len(right[i]) <= longest]
    return Lessons([left[i] for i in kept], [right[i] for i in kept], target[kept])


def token_rarity(texts: Sequence[Sequence[int]], vocabulary: int) -> npt.NDArray[np.float32]:
    """(vocabulary,): log(n / (1 + texts with the token)) + 1, at least 0; as late interaction weighs them."""
    frequency = np.zeros(vocabulary, dtype=np.int64)
    for text in texts:
        frequency[np.unique(text)] += 1
    return np.maximum(0.0, np.log(len(texts) / (1.0 + frequency)) + 1.0).astype(np.float32)


def row_losses(student: Student, lessons: Lessons, rows: Rows, aim: Aim) -> Mapping[str, Tensor]:
    """The losses of one batch of lessons by their right texts alone: the left ones are what the body was taught on."""
    right = student(collate([lessons.right[i] for i in rows], aim.tokenizer))
    target = torch.from_numpy(lessons.target[rows].astype(np.float32))
    return _to_target(right, target, target @ target.T < aim.weigh.alike, aim.weigh)


def distil_losses(student: Student, lessons: Lessons, rows: Rows, aim: Aim) -> Mapping[str, Tensor]:
    """The losses of one batch of lessons."""
    left = student(collate([lessons.left[i] for i in rows], aim.tokenizer))
    right = student(collate([lessons.right[i] for i in rows], aim.tokenizer))
    target = torch.from_numpy(lessons.target[rows].astype(np.float32))
    negative = target @ target.T < aim.weigh.alike
    return {
        **_to_target(right, target, negative, aim.weigh),
        "same": aim.weigh.same * distance(left.whole, target),
        "late": aim.weigh.late * late_contrast(left, right, negative, aim.rarity, aim.weigh.late_scale),
    }


def _to_target(right: Vectors, target: Tensor, negative: Tensor, weigh: Losses) -> Mapping[str, Tensor]:
    return {
        "other": weigh.other * distance(right.whole, target),
        "whole": weigh.whole * contrast(right.whole @ target.T, negative, weigh.whole_scale),
    }
