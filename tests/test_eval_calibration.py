import pytest

from eval.calibration import (
    auroc,
    brier,
    calibration_error,
    false_answers_at_recall,
    reliability,
    risk_coverage,
    summarise,
)


def test_reliability_puts_like_confidences_together() -> None:
    bins = reliability([(0.11, True), (0.19, False), (0.95, True), (1.0, True)])
    assert [b.n for b in bins] == [2, 2]
    assert bins[0].right == 1 / 2
    assert bins[1].confidence == (0.95 + 1.0) / 2


def test_the_calibration_error_is_the_mean_distance_of_confidence_and_share_right() -> None:
    assert calibration_error([(0.8, True), (0.8, False)]) == pytest.approx(abs(0.8 - 1 / 2))
    assert calibration_error([]) == 0.0


def test_brier_is_the_mean_square() -> None:
    assert brier([(0.9, True), (0.2, False)]) == pytest.approx((0.1**2 + 0.2**2) / 2)


def test_auroc_is_one_when_every_right_answer_has_more_confidence() -> None:
    assert auroc([(0.9, True), (0.4, False)]) == 1.0
    assert auroc([(0.4, True), (0.4, False)]) == 0.5
    assert auroc([(0.4, True)]) is None


def test_risk_and_coverage_go_from_the_surest_to_all() -> None:
    assert risk_coverage([(0.2, False), (0.9, True)]) == [(1 / 2, 0 / 1), (2 / 2, 1 / 2)]


def test_equal_confidences_are_one_point() -> None:
    assert risk_coverage([(0.5, True), (0.5, False)]) == [(1.0, 1 / 2)]


def test_the_curve_of_a_result_has_at_most_a_hundred_points_and_ends_where_all_are_answered() -> None:
    for n in (1, 99, 100, 101, 250):
        curve = summarise([(i / n, i % 2 == 0) for i in range(n)], [], [])["risk-coverage"]
        assert len(curve) <= 100
        assert curve[-1][0] == 1.0


def test_false_answers_are_counted_at_the_threshold_that_keeps_the_right_ones() -> None:
    answerable = [(0.9, True), (0.6, True), (0.1, False)]
    assert false_answers_at_recall(answerable, [0.7, 0.5], recall=1.0) == 1 / 2
    assert false_answers_at_recall(answerable, [0.7, 0.5], recall=0.5) == 0.0
    assert false_answers_at_recall([], [0.7]) is None
