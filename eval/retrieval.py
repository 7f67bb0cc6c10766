"""Measures retrieval on a BEIR folder: every query through every system, the best passage of a text counts for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from eval.beir import Judgements, common_language
from eval.bias import max_at_r, parallel_pairs, preference_rate
from eval.corpora import Source
from eval.failures import find_retrieval_cause
from eval.latency import percentiles
from eval.measured import Measured, Numbers, Progress, Ranked, average, intervals, mean, measure_each, only
from eval.metrics import CURVE, MEASURES, rank
from eval.systems import Found, Systems
from indexing.language import family
from indexing.types import Chunk
from service.ask import Pipeline

DEPTH = 100  # texts of each ranking
_TIMED = 100  # queries asked one at a time for the times: in batches a query has none of its own
EXTRA = ("recall@100", "success@5", "map", "judged@10")
_SURE = 0.8  # of the queries whose language is told: then it is that of all
_INTERVALS = ("recall@5", "ndcg@10")


def run_retrieval(systems: Systems, data: Judgements, *, on_progress: Progress | None = None) -> Measured:
    """Every judged query ranked by every system, texts as judged."""
    pipeline = systems.pipelines[""]
    limit = DEPTH * _passages_per_text(pipeline.index.chunks)
    directions = find_directions(pipeline, data)
    rankings: dict[str, list[Ranked]] = {name: [] for name in systems.names}
    ranked = systems.rank_all(list(data.queries.values()), limit=limit)
    for done, (query_id, by_system) in enumerate(zip(data.queries, ranked, strict=True), start=1):
        for name, found in by_system.items():
            scores = best_of_texts(found)
            rankings[name].append(Ranked(query_id, directions[query_id], scores, data.qrels[query_id]))
        if on_progress:
            on_progress(done, len(data.queries))
    times = [systems.time(text, limit=limit) for text in _sample(list(data.queries.values()))]
    values = {name: measure_each(rankings[name], [*MEASURES, *EXTRA, *CURVE]) for name in systems.names}
    first = systems.names[0]
    result: dict[str, Any] = {
        "retrieval": {name: average(rankings[name], only(values[name], [*MEASURES, *EXTRA])) for name in systems.names},
        "intervals": intervals(rankings[first], values[first], _INTERVALS),
        "curves": {name: average(rankings[name], only(values[name], CURVE)) for name in systems.names},
        "bias": _bias(rankings[first], data),
        "latency_ms": {"encode": percentiles([t[0] for t in times]), "retrieve": percentiles([t[1] for t in times])},
    }
    return Measured(result, [_row(r, data, values) for r in rankings[first]], rankings)


def _sample(queries: Sequence[str]) -> Sequence[str]:
    """At most so many queries as are timed, evenly from among all."""
    return queries[:: -(-len(queries) // _TIMED)]


def sources_of(data: Judgements) -> list[Source]:
    """The texts as the index takes them."""
    return [Source(text.id, text.title, text.text) for text in data.texts.values()]


def best_of_texts(found: Found) -> dict[str, float]:
    """The hundred best texts with the score of their best passage each."""
    best: dict[str, float] = {}
    for chunk, score in found:
        best[chunk.document_id] = max(score, best.get(chunk.document_id, score))
    return {text_id: best[text_id] for text_id in islice(rank(best), DEPTH)}


def find_directions(pipeline: Pipeline, data: Judgements) -> dict[str, tuple[str, ...]]:
    """Each query's direction: its language to that of its relevant texts, as the data tell or as detected.

    Queries are short: where the data do not tell and most are of one language, all are taken to be of it.
    """
    texts = _text_languages(pipeline.index.chunks, data)
    queries = _query_languages(pipeline, data)
    return {
        query_id: (f"{queries[query_id]}->{_target(texts[t] for t, grade in judged.items() if grade > 0)}",)
        for query_id, judged in data.qrels.items()
    }


def _text_languages(chunks: Sequence[Chunk], data: Judgements) -> dict[str, str]:
    detected: dict[str, list[str]] = defaultdict(list)
    for chunk in chunks:
        detected[chunk.document_id].append(family(chunk.language) or "")
    return {name: text.language or common_language(detected[name]) for name, text in data.texts.items()}


def _query_languages(pipeline: Pipeline, data: Judgements) -> dict[str, str]:
    untold = [query_id for query_id, language in data.languages.items() if not language]
    detected: dict[str, str] = {i: family(pipeline.detector.detect(data.queries[i]).code) or "" for i in untold}
    common = common_language(detected.values())
    told = [language for language in detected.values() if language]
    if told and told.count(common) >= _SURE * len(told):
        detected = dict.fromkeys(untold, common)
    return {query_id: language or detected[query_id] or "und" for query_id, language in data.languages.items()}


def _target(languages: Any) -> str:
    found = {language for language in languages if language}
    return "both" if len(found) > 1 else next(iter(found), "und")


def _passages_per_text(chunks: Sequence[Chunk]) -> int:
    """How many passages the longer texts have, so that a hundred texts are found among the passages."""
    counts: dict[str, int] = defaultdict(int)
    for chunk in chunks:
        counts[chunk.document_id] += 1
    return -(-len(chunks) // max(1, len(counts)))


def _bias(rankings: Sequence[Ranked], data: Judgements) -> dict[str, Numbers]:
    """Over parallel versions of a text (`parallel_group` in the corpus): as `eval.bias` has it, per query language."""
    found: dict[str, Numbers] = {}
    for language in ("no", "en"):
        groups: dict[str, list[tuple[str, int]]] = {}
        offsets: list[float] = []
        for r in (r for r in rankings if r.groups[0].startswith(f"{language}->")):
            ranked = {name: position for position, name in enumerate(rank(r.scores), start=1)}
            versions = [name for name, grade in r.judged.items() if grade > 0 and data.texts[name].group]
            if len(versions) > 1:
                groups[r.query_id] = [(data.texts[n].language, ranked.get(n, len(ranked) + 1)) for n in versions]
                offsets += _offset([(data.texts[n].language, r.scores[n]) for n in versions if n in ranked], language)
        if groups:
            preference = preference_rate(parallel_pairs(groups, language))
            depth = max_at_r([[position for _, position in members] for members in groups.values()])
            numbers = {"preference": preference, "max@r": depth, "score-offset": mean(offsets)}
            found[language] = {"n": len(groups), **{k: v for k, v in numbers.items() if v is not None}}
    return found


def _offset(scores: Sequence[tuple[str, float]], language: str) -> list[float]:
    own = [score for code, score in scores if code == language]
    other = [score for code, score in scores if code != language]
    return [mean(own) - mean(other)] if own and other else []


def _row(ranked: Ranked, data: Judgements, values: Mapping[str, Mapping[str, Numbers]]) -> dict[str, Any]:
    order = rank(ranked.scores)
    relevant = [name for name, grade in ranked.judged.items() if grade > 0]
    first = min((order.index(name) + 1 for name in relevant if name in ranked.scores), default=None)
    cause = find_retrieval_cause(first) if relevant else None
    return {
        "id": ranked.query_id,
        "directions": list(ranked.groups),
        "question": data.queries[ranked.query_id],
        "gold": [{"document": name, "quote": data.texts[name].text[:300]} for name in relevant],
        "cause": cause.value if cause else None,
        "first_relevant": first,
        "top": [
            {"id": n, "score": ranked.scores[n], "relevant": n in relevant, "text": data.texts[n].text[:300]}
            for n in order[:3]
        ],
        "measures": {name: values[name][ranked.query_id] for name in values},
        "main": next(iter(values)),
    }
