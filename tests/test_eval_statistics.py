import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import DRAWS, bootstrap_interval, holm, sign_flip_p


def test_equal_results_give_p_one() -> None:
    assert sign_flip_p([0.0, 0.0, 0.0]) == 1.0
    assert sign_flip_p([]) == 1.0


def test_a_difference_everywhere_is_as_rare_as_the_draws_can_tell() -> None:
    assert sign_flip_p([0.5] * 60) == 1 / (1 + DRAWS)


def test_one_difference_is_no_evidence() -> None:
    assert sign_flip_p([0.9]) == 1.0  # both signs are as far from 0


def test_three_equal_differences_have_a_quarter() -> None:
    assert sign_flip_p([0.1, 0.1, 0.1]) == pytest.approx(2 / 8, abs=0.02)


def test_the_seed_is_fixed() -> None:
    differences = [0.1, -0.3, 0.2, 0.5, 0.1]
    assert sign_flip_p(differences) == sign_flip_p(differences)
    assert bootstrap_interval(differences) == bootstrap_interval(differences)


def test_the_interval_of_one_value_is_that_value() -> None:
    assert bootstrap_interval([0.25, 0.25, 0.25]) == (0.25, 0.25)
    assert bootstrap_interval([]) == (0.0, 0.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_interval_lies_between_the_extremes(values: list[float]) -> None:
    low, high = bootstrap_interval(values)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


def test_holm_multiplies_the_smallest_by_the_number_of_tests() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.01 * 3, "b": 0.03 * 2, "c": 0.03 * 2})


def test_holm_never_exceeds_one() -> None:
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
