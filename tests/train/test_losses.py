"""Losses against what they say in words, computed slowly."""

import math

import numpy as np
import pytest
import torch

from indexing.train.losses import (
    choose,
    contrast,
    distance,
    late_contrast,
    late_scores,
    sentence_scores,
    token_weights,
)
from indexing.train.student import Vectors


def vectors(texts: int, tokens: int, seed: int) -> Vectors:
    generator = torch.Generator().manual_seed(seed)
    rows = torch.nn.functional.normalize(torch.randn(texts, tokens, 6, generator=generator), dim=-1)
    text = torch.rand(texts, tokens, generator=generator) < 0.7
    text[:, 0] = True
    ids = torch.randint(0, 10, (texts, tokens), generator=generator)
    return Vectors(rows.mean(1), rows, text, ids)


def test_distance_is_zero_for_itself_and_two_for_its_opposite() -> None:
    rows = torch.nn.functional.normalize(torch.randn(4, 8), dim=-1)
    assert float(distance(rows, rows)) == pytest.approx(0.0, abs=1e-6)
    assert float(distance(rows, -rows)) == pytest.approx(2.0, abs=1e-6)


def test_late_scores_are_the_weighted_mean_of_the_best_cosines() -> None:
    queries, passages = vectors(3, 4, 0), vectors(2, 5, 1)
    weights = token_weights(queries, torch.arange(1.0, 11.0))
    found = late_scores(queries, passages, weights)
    for q in range(3):
        for p in range(2):
            total = 0.0
            for s in range(4):
                best = max(
                    float(queries.tokens[q, s] @ passages.tokens[p, t]) for t in range(5) if passages.text[p, t]
                ) if queries.text[q, s] else 0.0  # fmt: skip
                empty = bool((~passages.text[p]).any())
                total += float(weights[q, s]) * (max(best, 0.0) if empty else best)
            assert float(found[q, p]) == pytest.approx(total, abs=1e-5)


def test_token_weights_sum_to_one_and_are_zero_outside_the_text() -> None:
    batch = vectors(5, 7, 2)
    weights = token_weights(batch, torch.ones(10))
    assert torch.allclose(weights.sum(1), torch.ones(5))
    assert float(weights[~batch.text].abs().sum()) == 0.0


def test_contrast_is_the_mean_cross_entropy_of_both_sides_over_the_negatives() -> None:
    scores = torch.tensor([[0.9, 0.1, 0.3], [0.2, 0.8, 0.4], [0.5, 0.6, 0.7]])
    negative = torch.tensor([[False, True, False], [True, False, True], [True, True, False]])

    def entropy(rows: torch.Tensor, allowed: torch.Tensor) -> float:
        losses = []
        for i in range(3):
            kept = [j for j in range(3) if j == i or allowed[i, j]]
            total = sum(math.exp(5 * float(rows[i, j])) for j in kept)
            losses.append(-math.log(math.exp(5 * float(rows[i, i])) / total))
        return float(np.mean(losses))

    expected = (entropy(scores, negative) + entropy(scores.T, negative.T)) / 2
    assert float(contrast(scores, negative, 5.0)) == pytest.approx(expected, abs=1e-5)


def test_another_passage_makes_contrast_harder() -> None:
    scores = torch.randn(4, 4)
    wider = torch.cat([scores, torch.ones(4, 2)], dim=1)
    assert float(contrast(wider, torch.ones(4, 6, dtype=torch.bool), 3.0)) > float(
        contrast(scores, torch.ones(4, 4, dtype=torch.bool), 3.0)
    )


def test_late_contrast_is_low_for_texts_beside_themselves() -> None:
    batch = vectors(6, 5, 3)
    negative = ~torch.eye(6, dtype=torch.bool)
    shuffled = Vectors(batch.whole.roll(1, 0), batch.tokens.roll(1, 0), batch.text.roll(1, 0), batch.ids.roll(1, 0))
    rarity = torch.ones(10)
    assert late_contrast(batch, batch, negative, rarity, 20.0) < late_contrast(batch, shuffled, negative, rarity, 20.0)


def test_a_sentence_is_scored_by_its_own_tokens_alone() -> None:
    queries, passages = vectors(2, 3, 0), vectors(2, 5, 1)
    weights = token_weights(queries, torch.ones(10))
    scores = sentence_scores(queries, passages, weights, [[-1, 0, 0, 1, -1], [-1, 0, 0, 0, 0]])
    for q, spans in enumerate([[(1, 3), (3, 4)], [(1, 5)]]):
        for m, (start, end) in enumerate(spans):
            best = [
                max(float(queries.tokens[q, s] @ passages.tokens[q, t]) for t in range(start, end)) for s in range(3)
            ]
            expected = sum(float(w) * b for w, b in zip(weights[q], best, strict=True))
            assert float(scores[q, m]) == pytest.approx(expected, abs=1e-5)
    assert float(scores[1, 1]) == float("-inf")


def test_only_rows_with_a_right_column_count() -> None:
    scores = torch.tensor([[0.5, 0.1], [0.2, 0.9]])
    assert float(choose(scores, torch.tensor([0, -1]), 10.0)) == pytest.approx(math.log(1 + math.exp(-4)), abs=1e-6)
    assert float(choose(scores, torch.tensor([-1, -1]), 10.0)) == 0.0
