"""What a report tells of single questions: where they were found, what went wrong, what changed; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from eval.charts import rank_histogram
from eval.failures import Cause
from eval.pieces import Section, Table

_MOST_OF_A_CAUSE = 50  # rows; nobody reads more
_CHANGES = 10  # best and worst
_EXCERPT = 120  # characters
_RANKS = (("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4-5", 4, 5), ("6-10", 6, 10), ("11-20", 11, 20), ("21-100", 21, 100))

Row = Mapping[str, Any]  # of per_query.jsonl


def ranks(rows: Sequence[Row]) -> list[Section]:
    """Of queries with something relevant: the rank of the first."""
    ranked = [row["first_relevant"] for row in rows if row.get("gold") and "first_relevant" in row]
    if not ranked:
        return []
    counts = [(label, sum(first <= r <= last for r in ranked if r)) for label, first, last in _RANKS]
    counts.append(("not found", sum(r is None for r in ranked)))
    table = Table(["rank", "queries"], [[label, str(count)] for label, count in counts])
    return [Section("Rank of the first relevant", [], [rank_histogram(counts)], [table])]


def failures(rows: Sequence[Row]) -> list[Section]:
    """What went wrong, by cause: question, gold, what was found, and the answer where one was asked for."""
    failed = [row for row in rows if row.get("cause")]
    if not failed:
        return []
    order = {cause.value: position for position, cause in enumerate(Cause)}
    failed.sort(key=lambda row: (order[row["cause"]], row["id"]))
    counts = Counter(row["cause"] for row in failed)
    asked = "outcome" in failed[0]
    summary = Table(["cause", "questions"], [[cause, str(counts[cause])] for cause in order if counts[cause]])
    header = ["cause", "question", "gold", *(["answer given", "confidence"] if asked else []), "top three"]
    shown = [row for _, rows in groupby(failed, key=lambda row: row["cause"]) for row in islice(rows, _MOST_OF_A_CAUSE)]
    table = Table(header, [_failure(row) for row in shown])
    told = (
        [] if len(shown) == len(failed) else [f"The first {_MOST_OF_A_CAUSE} of each cause; per_query.jsonl has all."]
    )
    return [Section("What went wrong", told, tables=[summary, table])]


def _failure(row: Row) -> list[str]:
    return [row["cause"], *_question(row), *(_said(row) if "outcome" in row else []), _top(row)]


def _question(row: Row) -> list[str]:
    """The question with its id, and what is gold."""
    gold = " / ".join(f"{_cut(g['quote'])} [{g['document']}]" for g in row.get("gold", ()))
    return [f"{row['question']} ({row['id']})", gold or "(no answer in the documents)"]


def _said(row: Row) -> list[str]:
    """The answer with its span, and its confidence."""
    answer = _cut(row["answer"]) if row["answer"] else f"({row['outcome']})"
    span = f" → {row['span']}" if row["span"] else ""
    return [answer + span, f"{row['confidence']:.2f}"]


def changes(result: Mapping[str, Any], rows: Sequence[Row], base: Mapping[str, Any] | None) -> list[Section]:
    """The questions whose first measure changed most against the base."""
    if not base:
        return []
    name = result["measures"][0]
    by_id = {row["id"]: row for row in rows}
    before, after = base["per_query"], result["per_query"]
    changed = sorted(
        ((after[i][name] - before[i][name], i) for i in after if name in after[i] and name in before.get(i, {})),
    )
    worst = [pair for pair in changed if pair[0] < 0][:_CHANGES]
    best = [pair for pair in reversed(changed) if pair[0] > 0][:_CHANGES]
    asked = any("outcome" in row for row in rows)
    header = ["change", "question", "gold", *(["answer now", "confidence"] if asked else []), "top three"]
    tables = [
        Table(header, [_change(difference, by_id[i]) for difference, i in chosen], caption)
        for caption, chosen in (("Worse", worst), ("Better", best))
        if chosen
    ]
    same = [] if tables else [f"No question's {name} changed."]
    return [Section("Changes by question", [f"By {name}.", *same], tables=tables)]


def _change(difference: float, row: Row) -> list[str]:
    return [f"{difference:+.3f}", *_question(row), *(_said(row) if "outcome" in row else []), _top(row)]


def _top(row: Row) -> str:
    """The first three passages, a line each, relevant ones ticked."""
    passages = enumerate(row.get("top", ()), start=1)
    return "\n".join(f"{i}. {'✓ ' if passage['relevant'] else ''}{_cut(passage['text'])}" for i, passage in passages)


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1] + "…"
