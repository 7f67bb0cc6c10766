"""Measures reading on SQuAD-like files: the answer found in its own context, and found among all contexts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.answers import contains_answer, exact_match, token_f1
from eval.bold import ask_boldly
from eval.calibration import auroc, brier, calibration_error
from eval.corpora import Source
from eval.latency import measure_latency
from eval.measured import Measured, Numbers, Progress, grouped, mean
from eval.squad import Item
from service.ask import Pipeline
from service.types import Answer, Outcome, Reply

ISOLATED, INTEGRATED = "isolated", "integrated"  # its own context given; all contexts searched
_PLAIN = ""  # no language: articles are kept


@dataclass(frozen=True, slots=True)
class _Read:
    item: Item
    reply: Reply
    best: Answer  # the best sentence, said or not
    said: bool
    numbers: Numbers


def contexts_of(items: Sequence[Item]) -> tuple[list[Source], dict[str, str]]:
    """The contexts as texts to search, each once, and the id of every context."""
    ids = {context: f"context-{i:05d}" for i, context in enumerate(dict.fromkeys(item.context for item in items))}
    return [Source(name, "", context) for context, name in ids.items()], ids


def run_reading(
    pipeline: Pipeline, items: Sequence[Item], ids: Mapping[str, str], *, on_progress: Progress | None = None
) -> Measured:
    """Every question asked twice: of its own context, and of all of them.

    Raises:
        QuestionError: a question that cannot be asked.
    """
    read: dict[str, list[_Read]] = {ISOLATED: [], INTEGRATED: []}
    for done, item in enumerate(items, start=1):
        context_id = ids[item.context]
        read[ISOLATED].append(_judge(item, ask_boldly(pipeline, item.question, documents=[context_id]), context_id))
        read[INTEGRATED].append(_judge(item, ask_boldly(pipeline, item.question), context_id))
        if on_progress:
            on_progress(done, len(items))
    result = {
        "reading": {name: _summary(members) for name, members in read.items()},
        "calibration": {name: _calibration(members) for name, members in read.items()},
        "latency_ms": measure_latency(r.reply.timing for r in read[INTEGRATED]),
    }
    rows = [_row(isolated, integrated) for isolated, integrated in zip(read[ISOLATED], read[INTEGRATED], strict=True)]
    return Measured(result, rows, {})


def _judge(item: Item, asked: tuple[Reply, Answer], context_id: str) -> _Read:
    """The numbers of one reply.

    sentence: it holds a gold answer and is of the right context. exact, f1: of the span, or the sentence where there
    is none. plain-f1: articles kept. Each as if the best sentence were always said, and `-said` with abstention as the
    service has it (saying nothing is right where there is no answer, and 0 elsewhere).
    """
    (reply, answer), language = asked, item.context_language
    said = reply.answer.outcome is Outcome.ANSWERED
    text = answer.span.text if answer.span else answer.citation.quote if answer.citation else ""
    in_context = answer.citation is not None and answer.citation.document_id == context_id
    right = bool(
        item.answers and in_context and answer.citation and contains_answer(answer.citation.quote, item.answers)
    )
    numbers = {
        "sentence": float(right),
        "exact": exact_match(text, item.answers, language),
        "f1": token_f1(text, item.answers, language),
        "plain-f1": token_f1(text, item.answers, _PLAIN),
        "answered": float(said),
        "exact-said": exact_match(text if said else "", item.answers, language),
        "f1-said": token_f1(text if said else "", item.answers, language),
    }
    return _Read(item, reply, answer, said, numbers)


def _summary(members: Sequence[_Read]) -> dict[str, Numbers]:
    """Means for each direction, for questions with and without an answer, and for all."""
    groups = grouped((_groups(r.item), r) for r in members)
    return {
        group: {"n": len(found), **{name: mean([r.numbers[name] for r in found]) for name in found[0].numbers}}
        for group, found in groups.items()
    }


def _groups(item: Item) -> tuple[str, ...]:
    direction = f"{item.question_language or 'und'}->{item.context_language or 'und'}"
    return (direction, "with answer" if item.answers else "without answer")


def _calibration(members: Sequence[_Read]) -> dict[str, float | None]:
    answers = [(r.best.confidence, bool(r.numbers["sentence"])) for r in members]
    return {"ece": calibration_error(answers), "brier": brier(answers), "auroc": auroc(answers)}


def _row(isolated: _Read, integrated: _Read) -> dict[str, Any]:
    item, answer = isolated.item, isolated.best
    return {
        "id": item.id,
        "directions": [_groups(item)[0]],
        "question": item.question,
        "answers": list(item.answers),
        "answer": answer.citation.quote if answer.citation else None,
        "span": answer.span.text if answer.span else None,
        "confidence": answer.confidence,
        "outcome": "answered" if isolated.said else "not answered",
        "measures": {ISOLATED: isolated.numbers, INTEGRATED: integrated.numbers},
        "main": ISOLATED,
    }
