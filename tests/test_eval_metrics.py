import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, Judged, R, Success, nDCG

from eval.errors import DataError
from eval.metrics import first_relevant_rank, measure, rank

_IDS = [f"text-{i}" for i in range(12)]
_SCORES = st.dictionaries(
    st.sampled_from(_IDS), st.sampled_from([0.0, 0.1, 0.25, 0.25000000001, 1.0, 2.5]), min_size=1
)  # few values, so that ties are common; two of them are equal as 32-bit floats
_GRADES = st.dictionaries(st.sampled_from(_IDS), st.integers(0, 3))
_QUERIES = st.lists(st.tuples(_SCORES, _GRADES), min_size=1, max_size=4)
_ORACLE = {
    "ndcg@3": nDCG @ 3,
    "ndcg@10": nDCG @ 10,
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "success@3": Success @ 3,
    "mrr": RR,
    "map": AP,
    "map@4": AP @ 4,
}


@given(_QUERIES)
def test_measures_equal_those_of_ir_measures_on_random_runs_with_ties(
    queries: list[tuple[dict[str, float], dict[str, int]]],
) -> None:
    qrels = {f"q{i}": grades for i, (_, grades) in enumerate(queries) if grades}
    run = {f"q{i}": scores for i, (scores, grades) in enumerate(queries) if grades}
    if not qrels:
        return
    measured = {
        (m.query_id, str(m.measure)): m.value for m in ir_measures.iter_calc(list(_ORACLE.values()), qrels, run)
    }
    for name, oracle in _ORACLE.items():
        for query_id, scores in run.items():
            ours = measure(name, rank(scores), qrels[query_id])
            assert ours == pytest.approx(measured[query_id, str(oracle)], abs=1e-9), name


@pytest.mark.parametrize(("name", "oracle"), [("judged@3", Judged @ 3), ("mrr@2", RR @ 2)])
@given(scores=_SCORES, grades=_GRADES)
def test_measures_for_which_ir_measures_orders_ties_otherwise_are_equal_without_ties(
    name: str, oracle: ir_measures.measures.Measure, scores: dict[str, float], grades: dict[str, int]
) -> None:
    apart = {text_id: float(i) for i, text_id in enumerate(sorted(scores))}
    judged = grades or {"text-0": 1}
    value = next(iter(ir_measures.iter_calc([oracle], {"q": judged}, {"q": apart}))).value
    assert measure(name, rank(apart), judged) == pytest.approx(value, abs=1e-9)


@given(_SCORES, _GRADES)
def test_recall_lies_between_zero_and_one_and_never_falls_with_k(
    scores: dict[str, float], grades: dict[str, int]
) -> None:
    values = [measure(f"recall@{k}", rank(scores), grades) for k in range(1, 14)]
    assert all(0.0 <= value <= 1.0 for value in values)
    assert values == sorted(values)


def test_recall_is_one_when_all_are_found() -> None:
    assert measure("recall@2", ["a", "b"], {"a": 1, "b": 1}) == 1.0


def test_ties_go_by_id_descending() -> None:
    assert rank({"a": 1.0, "c": 1.0, "b": 2.0}) == ["b", "c", "a"]


def test_scores_equal_as_32_bit_floats_are_ties() -> None:
    assert rank({"a": 0.1 + 1e-12, "b": 0.1}) == ["b", "a"]


def test_ndcg_has_linear_gain() -> None:
    assert measure("ndcg@2", ["x", "a"], {"a": 3}) == (3 / math.log2(3)) / (3 / math.log2(2))


def test_mrr_is_one_over_the_rank_of_the_first_relevant() -> None:
    assert measure("mrr", ["x", "y", "a", "b"], {"a": 1, "b": 1}) == 1 / 3
    assert measure("mrr@2", ["x", "y", "a", "b"], {"a": 1, "b": 1}) == 0.0


def test_map_is_the_mean_precision_at_relevant_ranks() -> None:
    assert measure("map", ["a", "x", "b"], {"a": 1, "b": 2}) == (1 / 1 + 2 / 3) / 2


def test_judged_counts_what_somebody_looked_at() -> None:
    assert measure("judged@4", ["a", "x", "b", "y"], {"a": 0, "b": 1}) == 2 / 4


@pytest.mark.parametrize("name", ["recall@5", "success@5", "mrr", "ndcg@10", "map", "judged@10"])
def test_a_query_that_found_nothing_scores_zero(name: str) -> None:
    assert measure(name, [], {"a": 1}) == 0.0


@pytest.mark.parametrize("name", ["recall@5", "success@5", "mrr", "ndcg@10", "map"])
def test_a_query_without_anything_relevant_scores_zero(name: str) -> None:
    assert measure(name, ["a"], {"a": 0}) == 0.0


def test_the_first_relevant_rank_is_none_where_nothing_relevant_was_found() -> None:
    assert first_relevant_rank(["x"], {"a": 1}) is None


@pytest.mark.parametrize("name", ["recall", "ndcg@0", "precision@5", "ndcg@", "mrr@-1"])
def test_an_unknown_measure_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(DataError, match="measures are recall@k"):
        measure(name, [], {})
