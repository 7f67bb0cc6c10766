"""Compares two results query by query: is the difference in any direction real, and is it a loss?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from eval.errors import DataError
from eval.lines import read_text
from eval.measured import ALL, grouped, mean
from eval.statistics import bootstrap_interval, holm, sign_flip_p

_LEAST = 0.01  # a smaller change of a mean is nothing a user would notice
_ALPHA = 0.05


class Verdict(StrEnum):
    """What a difference is."""

    GAIN = "gain"
    LOSS = "loss"
    SAME = "no real difference"


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in one direction: means before and after, the 95 % interval of their difference, p, the verdict."""

    measure: str
    direction: str
    n: int
    base: float
    new: float
    low: float
    high: float
    p: float  # corrected for the number of directions; of "all" as it is
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {**asdict(self), "difference": self.new - self.base, "verdict": self.verdict.value}


def read_result(file: Path) -> dict[str, Any]:
    """A result that --json wrote.

    Raises:
        DataError: it is not there, or no such result.
    """
    try:
        result = json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise DataError(f"{file}, line {error.lineno}: not JSON ({error.msg}); write it anew with --json") from error
    if not isinstance(result, dict) or not isinstance(result.get("per_query"), dict) or "dataset" not in result:
        raise DataError(f"'{file}' has no values per query; give a file that --json wrote")
    return result


def compare(base: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Every measure both have, in every direction; a loss is at least 0.01 and has p < 0.05 after Holm's correction.

    Raises:
        DataError: they were not measured on the same queries, or have no measure in common.
    """
    _check_same(base, new)
    before, after = base["per_query"], new["per_query"]
    measures = [name for name in base["measures"] if name in new["measures"]]
    if not measures:
        raise DataError(
            f"the results have no measure in common: {', '.join(base['measures'])} and {', '.join(new['measures'])}; "
            "compare results of the same command"
        )
    return [difference for name in measures for difference in _compare(name, before, after)]


def _compare(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    ids = [query_id for query_id, row in before.items() if name in row and name in after[query_id]]
    groups = grouped((tuple(before[i]["directions"]), i) for i in ids)
    pairs = {group: [(before[i][name], after[i][name]) for i in members] for group, members in groups.items()}
    raw = {group: sign_flip_p([b - a for a, b in values]) for group, values in pairs.items()}
    adjusted = holm({group: p for group, p in raw.items() if group != ALL})
    return [_difference(name, group, values, adjusted.get(group, raw[group])) for group, values in pairs.items()]


def _difference(name: str, direction: str, values: Sequence[tuple[float, float]], p: float) -> Difference:
    low, high = bootstrap_interval([after - before for before, after in values])
    base, new = mean([before for before, _ in values]), mean([after for _, after in values])
    real = p < _ALPHA and abs(new - base) >= _LEAST
    verdict = Verdict.SAME if not real else Verdict.GAIN if new > base else Verdict.LOSS
    return Difference(name, direction, len(values), base, new, low, high, p, verdict)


def _check_same(base: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    if base["dataset"].get("digest") != new["dataset"].get("digest"):
        raise DataError(f"the data differ: {_named(base)} and {_named(new)}; measure both results on the same data")
    if odd := sorted(base["per_query"].keys() ^ new["per_query"].keys()):
        raise DataError(
            f"query '{odd[0]}' and {len(odd) - 1} others are in one result alone; measure both on the same queries"
        )


def _named(result: Mapping[str, Any]) -> str:
    dataset = result["dataset"]
    return f"{dataset.get('name')} ({dataset.get('digest')})"
