"""From signals to a confidence and what is said with it, and from numbers on disk to a calibration."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calibration import SHIPPED, Calibration
from service.types import Outcome
from tests.tiny import make_calibration

FEATURES = st.fixed_dictionaries({name: st.floats(-10, 60) for name in ("read", "passage", "margin", "asked")})
WEIGHTS = {name: st.floats(-1e6, 1e6) for name in ("read", "passage", "margin", "asked", "bias")}
CALIBRATIONS = st.builds(
    lambda weights, thresholds: Calibration(
        **weights, answer_at=max(thresholds), show_at=min(thresholds), most_unmatched=0.3
    ),
    st.fixed_dictionaries(WEIGHTS),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)


@given(CALIBRATIONS)
def test_a_calibration_comes_back_from_json_as_it_was(calibration: Calibration) -> None:
    assert Calibration.from_dict(json.loads(json.dumps(calibration.as_dict()))) == calibration


def test_the_shipped_calibration_holds_its_own_rules() -> None:
    assert Calibration.from_dict(SHIPPED.as_dict()) == SHIPPED


@given(CALIBRATIONS, FEATURES)
def test_the_log_odds_are_the_bias_and_the_contributions(calibration: Calibration, features: dict[str, float]) -> None:
    total = calibration.bias + sum(calibration.contributions(features).values())
    assert calibration.log_odds(features) == total
    assert 0.0 <= calibration.confidence(features) <= 1.0  # however far the weights go
    if abs(total) < 700:
        assert calibration.confidence(features) == 1 / (1 + math.exp(-total))


def test_the_thresholds_part_three_outcomes() -> None:
    calibration = make_calibration(answer_at=0.6, show_at=0.4, most_unmatched=0.3)
    assert [calibration.outcome(confidence) for confidence in (0.6, 0.59, 0.4, 0.39)] == [
        Outcome.ANSWERED,
        Outcome.PASSAGES_ONLY,
        Outcome.PASSAGES_ONLY,
        Outcome.NO_ANSWER,
    ]
    assert [calibration.is_elsewhere(unmatched) for unmatched in (0.29, 0.3)] == [False, True]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"margin": None}, "'margin' is None; it must be a finite number"),
        ({"margin": "9"}, "'margin' is '9'; it must be a finite number"),
        ({"margin": True}, "'margin' is True; it must be a finite number"),
        ({"bias": math.nan}, "'bias' is nan; it must be a finite number"),
        ({"bias": -math.inf}, "'bias' is -inf; it must be a finite number"),
        ({"slope": 1.0}, "'slope' is not known; it must hold read, passage, margin, .* and nothing else"),
        ({"answer_at": 1.5}, "'answer_at' 1.5; it must be 0 <= show_at <= answer_at <= 1"),
        (
            {"show_at": 0.5, "answer_at": 0.3},
            "'show_at' is 0.5 and 'answer_at' 0.3; it must be 0 <= show_at <= answer_at <= 1",
        ),
        ({"show_at": -0.1}, "'show_at' is -0.1"),
    ],
)
def test_wrong_numbers_are_refused_by_name_with_the_rule(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Calibration.from_dict({**SHIPPED.as_dict(), **change})


@pytest.mark.parametrize("name", SHIPPED.as_dict())
def test_a_number_that_is_missing_is_named(name: str) -> None:
    values = {key: value for key, value in SHIPPED.as_dict().items() if key != name}
    with pytest.raises(ValueError, match=f"'{name}' is missing; it must hold read, passage, margin, "):
        Calibration.from_dict(values)


@pytest.mark.parametrize("values", [3, "high", [0.1, 0.2], False])
def test_what_is_no_mapping_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match=r"it must map read, passage, margin, .* to numbers"):
        Calibration.from_dict(values)
