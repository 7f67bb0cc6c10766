"""Measures reading on SQuAD-like files: the answer found in its own context, and found among all contexts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.answers import contains_answer, exact_match, token_f1
from eval.bold import ask_boldly
from eval.calibration import summarise
from eval.corpora import Source
from eval.failures import find_cause
from eval.latency import measure_latency
from eval.measured import Measured, Numbers, Progress, grouped, mean
from eval.squad import Item
from service.ask import Pipeline
from service.types import Answer, Hit, Outcome, Reply

ISOLATED, INTEGRATED = "isolated", "integrated"  # its own context given; all contexts searched
DEPTH = 100  # passages looked through for the right context
_SHOWN_PASSAGES = 3  # in a row of per_query.jsonl
_PLAIN = ""  # no language: articles are kept


@dataclass(frozen=True, slots=True)
class _Read:
    item: Item
    context_id: str
    reply: Reply
    best: Answer  # the best sentence, said or not
    said: bool
    first_relevant: int | None  # rank of the first passage of its context
    numbers: Numbers


def contexts_of(items: Sequence[Item]) -> tuple[list[Source], dict[str, str]]:
    """The contexts as texts to search, each once, and the id of every context."""
    ids = {context: f"context-{i:05d}" for i, context in enumerate(dict.fromkeys(item.context for item in items))}
    return [Source(name, "", context) for context, name in ids.items()], ids


def run_reading(
    pipelines: Mapping[str, Pipeline],
    items: Sequence[Item],
    ids: Mapping[str, str],
    *,
    on_progress: Progress | None = None,
) -> Measured:
    """Every question asked twice of each pipeline: of its own context, and of all of them.

    Args:
        pipelines: By label; the first one's is "".
        items: The questions with their contexts.
        ids: Of the contexts, from `contexts_of`.
        on_progress: Told how many questions are asked.

    Raises:
        QuestionError: a question that cannot be asked.
    """
    read: dict[str, list[_Read]] = {_name(way, label): [] for label in pipelines for way in (ISOLATED, INTEGRATED)}
    for done, item in enumerate(items, start=1):
        for label, pipeline in pipelines.items():
            for way, only in ((ISOLATED, [ids[item.context]]), (INTEGRATED, None)):
                read[_name(way, label)].append(_ask(pipeline, item, ids[item.context], documents=only))
        if on_progress:
            on_progress(done, len(items))
    result = {
        "reading": {name: _summary(members) for name, members in read.items()},
        "calibration": {name: _calibration(members) for name, members in read.items()},
        "latency_ms": measure_latency(r.reply.timing for r in read[INTEGRATED]),
    }
    rows = [_row(dict(zip(read, ways, strict=True))) for ways in zip(*read.values(), strict=True)]
    return Measured(result, rows, {})


def _name(way: str, label: str) -> str:
    return f"{way} ({label})" if label else way


def _ask(pipeline: Pipeline, item: Item, context_id: str, *, documents: list[str] | None) -> _Read:
    reply, best = ask_boldly(pipeline, item.question, documents=documents)
    said = reply.answer.outcome is Outcome.ANSWERED
    numbers = _judge(item, best, context_id, said=said)
    return _Read(item, context_id, reply, best, said, _first_relevant(pipeline, reply, context_id), numbers)


def _first_relevant(pipeline: Pipeline, reply: Reply, context_id: str) -> int | None:
    """Rank of the first passage of the context; looks deeper only where it is not among those replied."""
    hits: Sequence[Hit] = reply.hits
    if context_id not in (hit.chunk.document_id for hit in hits):
        query = pipeline.retriever.prepare(reply.question, reply.language)
        hits = pipeline.retriever.search(query, limit=DEPTH)
    return next((rank for rank, hit in enumerate(hits, start=1) if hit.chunk.document_id == context_id), None)


def _judge(item: Item, answer: Answer, context_id: str, *, said: bool) -> Numbers:
    """The numbers of one answer.

    sentence: it holds a gold answer and is of the right context. exact, f1: of the span, or the sentence where there
    is none. plain-f1: articles kept. Each as if the best sentence were always said, and `-said` with abstention as the
    service has it (saying nothing is right where there is no answer, and 0 elsewhere).
    """
    language = item.context_language
    text = answer.span.text if answer.span else answer.citation.quote if answer.citation else ""
    in_context = answer.citation is not None and answer.citation.document_id == context_id
    right = bool(
        item.answers and in_context and answer.citation and contains_answer(answer.citation.quote, item.answers)
    )
    return {
        "sentence": float(right),
        "exact": exact_match(text, item.answers, language),
        "f1": token_f1(text, item.answers, language),
        "plain-f1": token_f1(text, item.answers, _PLAIN),
        "answered": float(said),
        "exact-said": exact_match(text if said else "", item.answers, language),
        "f1-said": token_f1(text if said else "", item.answers, language),
    }


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


def _calibration(members: Sequence[_Read]) -> dict[str, Any]:
    answerable = [(r.best.confidence, bool(r.numbers["sentence"])) for r in members if r.item.answers]
    unanswerable = [r.best.confidence for r in members if not r.item.answers]
    return summarise(answerable, unanswerable, [bool(r.numbers["sentence"]) for r in members if r.said])


def _row(ways: Mapping[str, _Read]) -> dict[str, Any]:
    """What came of one question; the reply, and the cause where it was not right, are those among all contexts."""
    read = ways[INTEGRATED]
    item, answer, right = read.item, read.reply.answer, bool(read.numbers["sentence"])
    cause = find_cause(
        item.answers, answer, first_relevant=read.first_relevant, right=right and read.said, best_right=right
    )
    return {
        "id": item.id,
        "directions": [_groups(item)[0]],
        "question": item.question,
        "gold": [{"document": read.context_id, "quote": " / ".join(item.answers)}] if item.answers else [],
        "answers": list(item.answers),
        "outcome": answer.outcome.value,
        "answer": answer.citation.quote if answer.citation else None,
        "span": answer.span.text if answer.span else None,
        "confidence": answer.confidence,
        "cause": cause.value if cause else None,
        "first_relevant": read.first_relevant,
        "top": [
            {
                "id": hit.chunk.id,
                "score": hit.score,
                "relevant": bool(item.answers) and hit.chunk.document_id == read.context_id,
                "text": hit.chunk.text,
            }
            for hit in read.reply.hits[:_SHOWN_PASSAGES]
        ],
        "measures": {name: way.numbers for name, way in ways.items()},
        "main": ISOLATED,
    }
