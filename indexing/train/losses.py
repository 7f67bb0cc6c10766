"""What training makes small: distances to the teacher, and contrast within a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from indexing.train.recipe import Losses
from indexing.train.student import Vectors

_LATE_GROUP = 64  # texts


@dataclass(frozen=True, slots=True)
class Aim:
    """What losses are computed with: tokenizer, each token's rarity (vocabulary,), and how much each loss counts."""

    tokenizer: Tokenizer
    rarity: Tensor
    weigh: Losses


def distance(vectors: Tensor, target: Tensor) -> Tensor:
    """Mean of 1 - cosine; both (b, d), of unit length."""
    return (1.0 - (vectors * target).sum(-1)).mean()


def contrast(scores: Tensor, negative: Tensor, scale: float) -> Tensor:
    """Mean cross entropy of each query's own passage, asked from both sides (InfoNCE, arXiv 1807.03748).

    Args:
        scores: (q, p), p >= q; the first q passages are the queries' own, in order.
        negative: (q, p) bool, which others are negatives; a query's own passage counts always.
        scale: What scores are multiplied by.
    """
    size = len(scores)
    own = torch.eye(size, scores.shape[1], dtype=torch.bool)
    logits = (scores * scale).masked_fill(~(negative | own), float("-inf"))
    target = torch.arange(size)
    back = logits[:, :size].T
    return (functional.cross_entropy(logits, target) + functional.cross_entropy(back, target)) / 2


def late_scores(queries: Vectors, passages: Vectors, weights: Tensor) -> Tensor:
    """(q, p): for each pair the weighted mean over query tokens of the best cosine (ColBERT's MaxSim).

    Args:
        queries: Tokens (q, s, k).
        passages: Tokens (p, t, k).
        weights: (q, s), rows that sum to 1 and are 0 at what is not of the text.
    """
    return torch.einsum("qsp,qs->qp", _cosines(queries, passages).max(-1).values, weights)


def sentence_scores(queries: Vectors, passages: Vectors, weights: Tensor, places: Sequence[Sequence[int]]) -> Tensor:
    """(q, m): late interaction of each query with each sentence of its own passage, -inf where there is no such one.

    Args:
        queries: Tokens (q, s, k).
        passages: Tokens (q, t, k), the queries' own, in order.
        weights: (q, s), rows that sum to 1.
        places: For each passage the sentence of each of its tokens, from 0; -1 for what is of none.
    """
    cosines = torch.einsum("qsk,qtk->qst", queries.tokens, passages.tokens)
    of = torch.full((len(places), passages.tokens.shape[1]), -1)
    for row, own in enumerate(places):
        of[row, : len(own)] = torch.tensor(own)
    scores = []
    for sentence in range(max(1, int(of.max()) + 1)):
        inside = of == sentence
        best = cosines.masked_fill(~inside[:, None, :], -1.0).max(-1).values
        scores.append((best * weights).sum(-1).masked_fill(~inside.any(-1), float("-inf")))
    return torch.stack(scores, dim=1)


def choose(scores: Tensor, right: Tensor, scale: float) -> Tensor:
    """Mean cross entropy of the right column (q,) among the scores (q, m); rows whose right column is -1 do not count.

    0 where no row counts.
    """
    if not bool((right >= 0).any()):
        return scores.new_zeros(())
    return functional.cross_entropy(scores * scale, right, ignore_index=-1)


def late_contrast(left: Vectors, right: Vectors, negative: Tensor, rarity: Tensor, scale: float) -> Tensor:
    """`contrast` of late interaction, each side asking once; in groups of a batch, for the work grows as its square."""
    losses = []
    for start in range(0, len(negative), _LATE_GROUP):
        rows = slice(start, start + _LATE_GROUP)
        one, other = left.part(rows), right.part(rows)
        cosines = _cosines(one, other)  # (l, s, r, t)
        asking = torch.einsum("lsr,ls->lr", cosines.max(3).values, token_weights(one, rarity))
        asked = torch.einsum("lrt,rt->rl", cosines.max(1).values, token_weights(other, rarity))
        among = negative[rows, rows]
        losses += [contrast(asking, among, scale), contrast(asked, among.T, scale)]
    return torch.stack(losses).mean()


def _cosines(one: Vectors, other: Vectors) -> Tensor:
    """(a, s, b, t), 0 at what is not of the texts: never the best of a text's token, but of one without a like."""
    (a, s, k), (b, t, _) = one.tokens.shape, other.tokens.shape
    left = (one.tokens * one.text[..., None]).reshape(a * s, k)
    right = (other.tokens * other.text[..., None]).reshape(b * t, k)
    return (left @ right.T).view(a, s, b, t)


def token_weights(vectors: Vectors, rarity: Tensor) -> Tensor:
    """(b, t): each token's rarity as a share of its text's."""
    weights = rarity[vectors.ids] * vectors.text
    return weights / weights.sum(-1, keepdim=True).clamp_min(1e-9)
