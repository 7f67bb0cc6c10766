import json
from pathlib import Path
from typing import Any

import pytest

from eval.compare import Verdict, compare, read_result
from eval.errors import DataError


def _result(values: dict[str, float], *, digest: str = "d", measure: str = "ndcg@10") -> dict[str, Any]:
    per_query = {i: {"directions": ["no->en" if i < "q5" else "en->en"], measure: v} for i, v in values.items()}
    return {"dataset": {"name": "small", "digest": digest}, "measures": [measure], "per_query": per_query}


def _queries(value: float) -> dict[str, float]:
    return {f"q{i:02d}": value for i in range(80)}


def test_equal_results_differ_nowhere() -> None:
    differences = compare(_result(_queries(0.5)), _result(_queries(0.5)))
    assert {d.verdict for d in differences} == {Verdict.SAME}
    assert all(d.p == 1.0 for d in differences)


def test_a_loss_in_one_direction_is_found_though_the_other_gains() -> None:
    after = {i: 0.3 if i < "q5" else 0.9 for i in _queries(0.0)}
    verdicts = {d.direction: d.verdict for d in compare(_result(_queries(0.5)), _result(after))}
    assert verdicts["no->en"] is Verdict.LOSS
    assert verdicts["en->en"] is Verdict.GAIN


def test_a_change_too_small_to_notice_is_no_loss_however_sure() -> None:
    differences = compare(_result(_queries(0.5)), _result(_queries(0.495)))
    assert all(d.p < 0.05 and d.verdict is Verdict.SAME for d in differences)


def test_one_query_that_lost_is_no_evidence() -> None:
    after = {**_queries(0.5), "q01": 0.0}
    assert {d.verdict for d in compare(_result(_queries(0.5)), _result(after))} == {Verdict.SAME}


def test_other_data_cannot_be_compared() -> None:
    with pytest.raises(DataError, match=r"the data differ: small \(d\) and small \(e\)"):
        compare(_result(_queries(0.5)), _result(_queries(0.5), digest="e"))


def test_other_queries_cannot_be_compared() -> None:
    with pytest.raises(DataError, match="query 'q99' and 0 others are in one result alone"):
        compare(_result(_queries(0.5)), _result({**_queries(0.5), "q99": 1.0}))


def test_other_measures_cannot_be_compared() -> None:
    with pytest.raises(DataError, match="no measure in common: ndcg@10 and f1"):
        compare(_result(_queries(0.5)), _result(_queries(0.5), measure="f1"))


def test_a_file_that_is_no_result_is_told(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    file.write_text(json.dumps({"scores": 1}), "utf-8")
    with pytest.raises(DataError, match="has no values per query; give a file that --json wrote"):
        read_result(file)
    file.write_text("{\n", "utf-8")
    with pytest.raises(DataError, match=r"base\.json, line 2: not JSON"):
        read_result(file)
