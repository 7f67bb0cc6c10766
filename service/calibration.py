"""From the signals of the best sentence to a confidence, and from the confidence to what is said; pure."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from service.types import Outcome

_LOWEST = -700.0  # log-odds; exp(710) is more than a float holds


@dataclass(frozen=True, slots=True)
class Calibration:
    """From signals to a confidence: logistic in the features below; `python -m eval calibrate` fits the weights.

    `answer_at` and `show_at` are the confidences from which a sentence is said, and from which passages are shown.
    Whatever the confidence, nothing is said when `most_unmatched` or more of the question finds nothing near: then it
    is about something else.
    """

    read: float
    passage: float
    margin: float
    asked: float
    bias: float
    answer_at: float
    show_at: float
    most_unmatched: float

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the log-odds of being right."""
        return {name: getattr(self, name) * value for name, value in features.items()}

    def log_odds(self, features: Mapping[str, float]) -> float:
        """The bias and all contributions: ln(p / (1 - p)) of the confidence p."""
        return float(self.bias + sum(self.contributions(features).values()))

    def confidence(self, features: Mapping[str, float]) -> float:
        """The share of answers with these features that are right, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(_LOWEST, self.log_odds(features))))

    def is_elsewhere(self, unmatched: float) -> bool:
        """Whether so much of a question finds nothing near that it is about something else."""
        return unmatched >= self.most_unmatched

    def outcome(self, confidence: float) -> Outcome:
        """What may be said with this confidence."""
        if confidence >= self.answer_at:
            return Outcome.ANSWERED
        return Outcome.PASSAGES_ONLY if confidence >= self.show_at else Outcome.NO_ANSWER

    def as_dict(self) -> dict[str, float]:
        """The numbers by name, as an index keeps them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> "Calibration":
        """The calibration with these numbers by name.

        Raises:
            ValueError: a number is missing, unknown, not finite, or thresholds that do not go together; tells the rule.
        """
        names = [field.name for field in fields(cls)]
        if not isinstance(values, Mapping):
            raise ValueError(f"it is {values!r}; it must map {', '.join(names)} to numbers")  # noqa: TRY004
        for name in [*names, *values]:
            if (name in names) != (name in values):
                fault = "is missing" if name in names else "is not known"
                raise ValueError(f"'{name}' {fault}; it must hold {', '.join(names)} and nothing else")
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"'{name}' is {value!r}; it must be a finite number")
        made = cls(**{name: float(value) for name, value in values.items()})
        if not 0.0 <= made.show_at <= made.answer_at <= 1.0:
            raise ValueError(
                f"'show_at' is {made.show_at} and 'answer_at' {made.answer_at}; "
                "it must be 0 <= show_at <= answer_at <= 1"
            )
        return made


# Fitted on the tuning questions: python -m eval calibrate --dry-run
SHIPPED = Calibration(
    read=0.1771,
    passage=1.2801,
    margin=2.1906,
    asked=0.8324,
    bias=-3.3967,
    answer_at=0.35,
    show_at=0.1,
    most_unmatched=0.3,
)
