"""Measures of a ranking against judgements, all from one order of hits; pure.

The unit judged is whatever the ids name: a passage in a question set, a text in a BEIR folder. `judged` maps ids to
grades; above 0 is relevant, what is not in it counts as 0. A query that found nothing scores 0.
"""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from eval.errors import DataError

Judged = Mapping[str, int]
CURVE = tuple(f"recall@{k}" for k in (1, 2, 3, 5, 10, 20, 50, 100))
MEASURES = ("recall@1", "recall@5", "recall@10", "mrr", "ndcg@10")  # of the tables; more by name in `measure`
_NAME = re.compile(r"(recall|success|mrr|ndcg|map|judged)(?:@([1-9]\d*))?")
_NEED_K = frozenset({"recall", "success", "ndcg", "judged"})


def rank(scores: Mapping[str, float]) -> list[str]:
    """Ids, best score first; equal scores by id, descending, as trec_eval has it.

    trec_eval keeps scores as 32-bit floats: what is equal there is a tie here.
    """
    single = np.array(list(scores.values()), dtype=np.float32).tolist()
    return [name for _, name in sorted(zip(single, scores, strict=True), reverse=True)]


def measure(name: str, ranked: Sequence[str], judged: Judged) -> float:
    """The measure of this name: recall@k, success@k, mrr, mrr@k, ndcg@k, map, map@k or judged@k.

    Raises:
        DataError: no measure has this name.
    """
    match = _NAME.fullmatch(name)
    if match is None or (match[1] in _NEED_K and match[2] is None):
        raise DataError(
            f"measure '{name}' is not known; measures are recall@k, success@k, mrr[@k], ndcg@k, map[@k], judged@k"
        )
    k = int(match[2]) if match[2] else max(1, len(ranked))
    functions = {
        "recall": recall_at_k,
        "success": success_at_k,
        "mrr": reciprocal_rank_at_k,
        "ndcg": ndcg_at_k,
        "map": average_precision_at_k,
        "judged": judged_at_k,
    }
    return functions[match[1]](ranked, judged, k=k)


def recall_at_k(ranked: Sequence[str], judged: Judged, *, k: int) -> float:
    """Relevant among the first k / relevant in all; 0 where nothing is relevant."""
    relevant = _relevant(judged)
    return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else 0.0


def success_at_k(ranked: Sequence[str], judged: Judged, *, k: int) -> float:
    """1 where at least one of the first k is relevant, else 0."""
    return float(not _relevant(judged).isdisjoint(ranked[:k]))


def reciprocal_rank_at_k(ranked: Sequence[str], judged: Judged, *, k: int) -> float:
    """1 / rank of the first relevant among the first k; 0 where there is none."""
    first = first_relevant_rank(ranked[:k], judged)
    return 1.0 / first if first else 0.0


def first_relevant_rank(ranked: Sequence[str], judged: Judged) -> int | None:
    """Rank of the first relevant, from 1; None where none was found."""
    relevant = _relevant(judged)
    return next((position for position, name in enumerate(ranked, start=1) if name in relevant), None)


def ndcg_at_k(ranked: Sequence[str], judged: Judged, *, k: int) -> float:
    """DCG of the first k / DCG of the best order, DCG = sum of grade / log2(rank + 1); 0 where nothing is relevant.

    Source: linear gain, log2, as trec_eval (Järvelin and Kekäläinen, TOIS 2002).
    """
    ideal = _dcg(sorted((max(0, grade) for grade in judged.values()), reverse=True)[:k])
    return _dcg([max(0, judged.get(name, 0)) for name in ranked[:k]]) / ideal if ideal else 0.0


def average_precision_at_k(ranked: Sequence[str], judged: Judged, *, k: int) -> float:
    """Sum of the precision at the rank of every relevant among the first k / relevant in all; 0 without any."""
    relevant = _relevant(judged)
    positions = [position for position, name in enumerate(ranked[:k], start=1) if name in relevant]
    precisions = (found / position for found, position in enumerate(positions, start=1))
    return sum(precisions) / len(relevant) if relevant else 0.0


def judged_at_k(ranked: Sequence[str], judged: Judged, *, k: int) -> float:
    """Share of the first k (or of all, where fewer were found) that somebody judged; 0 where nothing was found."""
    first = ranked[:k]
    return sum(name in judged for name in first) / len(first) if first else 0.0


def _relevant(judged: Judged) -> set[str]:
    return {name for name, grade in judged.items() if grade > 0}


def _dcg(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(position + 1) for position, grade in enumerate(grades, start=1))
