"""The student: a mean of two is between them, weight by weight."""

import numpy as np
import pytest
import torch

from indexing.train.student import Student, mean_of, new_body


def make_student(seed: int) -> Student:
    torch.manual_seed(seed)
    return Student(new_body(9, dimension=8, layers=1, heads=2, inner=16), np.eye(8, 4, dtype=np.float32))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_mean_has_this_share_of_the_first(share: float) -> None:
    one, other = make_student(1), make_student(2)
    mean = mean_of(one, other, share)
    for a, b, c in zip(one.parameters(), other.parameters(), mean.parameters(), strict=True):
        assert torch.allclose(c, share * a + (1 - share) * b, atol=1e-6)


def test_a_mean_changes_neither_of_the_two() -> None:
    one, other = make_student(1), make_student(2)
    mean_of(one, other, 0.5)
    assert torch.equal(one.rows, make_student(1).rows)
    assert torch.equal(other.rows, make_student(2).rows)
