"""Runs a question set through the one `ask`, and every system's retriever, and sums up what came of it."""

from collections.abc import Sequence
from typing import Any

from eval.abstention import measure_abstention, measure_answers, measure_calibration
from eval.asked import Asked
from eval.bias import measure_question_bias
from eval.bold import ask_boldly
from eval.failures import find_cause
from eval.judge import is_exact, is_right
from eval.latency import measure_latency, percentiles
from eval.measured import Measured, Progress, Ranked, average, intervals, mean, measure_each, only
from eval.metrics import CURVE, MEASURES, first_relevant_rank, rank
from eval.questions import Question
from eval.systems import Systems

DEPTH = 100  # passages of each ranking; a relevant one beyond counts as not found
_SHOWN_PASSAGES = 3  # in a row of per_query.jsonl


def run_questions(systems: Systems, questions: Sequence[Question], *, on_progress: Progress | None = None) -> Measured:
    """Every question asked once of the first pipeline, and ranked by every system.

    Raises:
        QuestionError: a question that cannot be asked.
    """
    asked = []
    for done, question in enumerate(questions, start=1):
        asked.append(_ask(systems, question))
        if on_progress:
            on_progress(done, len(questions))
    rankings = {name: _rankings(asked, name) for name in systems.names}
    values = {name: measure_each(rankings[name], [*MEASURES, *CURVE]) for name in systems.names}
    first = systems.names[0]
    result: dict[str, Any] = {
        "retrieval": {name: average(rankings[name], only(values[name], MEASURES)) for name in systems.names},
        "intervals": intervals(rankings[first], values[first], MEASURES),
        "curves": {name: average(rankings[name], only(values[name], CURVE)) for name in systems.names},
        "answers": measure_answers(asked),
        "abstention": measure_abstention(asked),
        "calibration": measure_calibration(asked),
        "citations": _citations(asked),
        "bias": measure_question_bias(asked, systems.pipelines[""].index.chunks),
        "latency_ms": {**measure_latency(a.reply.timing for a in asked), **_latency_by_direction(asked)},
    }
    rows = [_row(a, {name: values[name].get(a.question.id, {}) for name in systems.names}) for a in asked]
    return Measured(result, rows, rankings)


def _ask(systems: Systems, question: Question) -> Asked:
    pipeline = systems.pipelines[""]
    reply, best = ask_boldly(pipeline, question.text)
    return Asked(
        question=question,
        reply=reply,
        relevant=question.relevant(pipeline.index.chunks),
        found=systems.rank(question.text, limit=DEPTH),
        right=is_right(reply.answer, question),
        best_right=is_right(best, question),
        exact=is_exact(reply.answer, pipeline.index.documents),
    )


def _rankings(asked: Sequence[Asked], name: str) -> list[Ranked]:
    """Of the answerable questions: without a relevant passage there is no ranking to measure."""
    return [
        Ranked(a.question.id, a.question.directions, {c.id: s for c, s in a.found[name]}, a.relevant)
        for a in asked
        if a.question.answerable
    ]


def _citations(asked: Sequence[Asked]) -> dict[str, float]:
    """Number of answers with a citation, and the share of them quoted exactly; 1 where there is none."""
    cited = [a for a in asked if a.reply.answer.citation is not None]
    return {"n": len(cited), "exact": mean([a.exact for a in cited]) if cited else 1.0}


def _latency_by_direction(asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Percentiles of the whole time of the answerable questions of each direction."""
    directions = dict.fromkeys(direction for a in asked if a.question.answerable for direction in a.question.directions)
    return {
        f"total {direction}": percentiles([a.reply.timing.total for a in asked if direction in a.question.directions])
        for direction in directions
    }


def _row(asked: Asked, values: dict[str, dict[str, float]]) -> dict[str, Any]:
    question, answer = asked.question, asked.reply.answer
    system, found = next(iter(asked.found.items()))
    first = first_relevant_rank(rank({chunk.id: score for chunk, score in found}), asked.relevant)
    cause = find_cause(question.answers, answer, first_relevant=first, right=asked.right, best_right=asked.best_right)
    return {
        "id": question.id,
        "item": question.item,
        "directions": list(question.directions),
        "kind": question.kind,
        "question": question.text,
        "gold": [{"document": e.document_id, "quote": e.quote} for e in question.evidence],
        "answers": list(question.answers),
        "outcome": answer.outcome.value,
        "answer": answer.citation.quote if answer.citation else None,
        "span": answer.span.text if answer.span else None,
        "confidence": answer.confidence,
        "right": asked.right,
        "best_right": asked.best_right,
        "cause": cause.value if cause else None,
        "first_relevant": first,
        "top": [
            {"id": chunk.id, "score": score, "relevant": chunk.id in asked.relevant, "text": chunk.text}
            for chunk, score in found[:_SHOWN_PASSAGES]
        ],
        "measures": values if question.answerable else {},
        "main": system,
    }
