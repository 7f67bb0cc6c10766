"""Measures whether a ranking favours one language where it should not; pure.

Languages here are families: "no" and "en"; a passage whose language is not told is of none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from eval.asked import Asked
from eval.measured import mean
from indexing.language import family
from indexing.types import Chunk

_K = 5  # passages a reader looks at


def measure_question_bias(asked: Sequence[Asked], chunks: Sequence[Chunk]) -> dict[str, dict[str, float]]:
    """By the first system, for questions in each language: same-language share@5, and what bias there is in it.

    `share`: mean share of the first five in the question's language. `over-corpus`: that less its share in the corpus.
    `over-relevant`: that less its share among the relevant. `score-offset`: mean fused score of the relevant passage
    for questions in its own language, less that for their twins in the other. `preference`: of questions with evidence
    in both languages, how often their own comes first, 0.5 is neutral. `max@r`: how deep, on the mean, one must go
    for all evidence of those.
    """
    found = {}
    for language in ("no", "en"):
        members = [a for a in asked if a.question.answerable and a.question.directions[0][:2] == language]
        if members:
            found[language] = {
                **_shares(members, chunks, language),
                **_offset(asked, language),
                **_both(members, language),
            }
    return found


def preference_rate(ranks: Sequence[tuple[int, int]]) -> float | None:
    """Share of parallel pairs (rank of own language, rank of other) where the own comes first; None without pairs."""
    return mean([float(own < other) for own, other in ranks]) if ranks else None


def max_at_r(ranks: Sequence[Sequence[int]]) -> float | None:
    """Mean over groups of the worst rank in the group; None without groups. Source: Max@R, ICLR 2026."""
    return mean([float(max(group)) for group in ranks]) if ranks else None


def parallel_pairs(groups: Mapping[str, Sequence[tuple[str, int]]], language: str) -> list[tuple[int, int]]:
    """From groups of (language, rank): pairs (own rank, other rank) where one is of this language and one is not."""
    pairs = []
    for members in groups.values():
        for (first_language, first), (second_language, second) in combinations(members, 2):
            if (first_language == language) != (second_language == language):
                pairs.append((first, second) if first_language == language else (second, first))
    return pairs


def _shares(members: Sequence[Asked], chunks: Sequence[Chunk], language: str) -> dict[str, float]:
    languages = Counter(family(chunk.language) for chunk in chunks)
    corpus = languages[language] / max(1, sum(languages.values()))  # type: ignore[index]  # "no" or "en"
    shares = [mean([float(family(chunk.language) == language) for chunk, _ in _found(a)[:_K]]) for a in members]
    relevant = [mean([float(e.language == language) for e in a.question.evidence]) for a in members]
    share = mean(shares)
    return {"n": len(members), "share": share, "over-corpus": share - corpus, "over-relevant": share - mean(relevant)}


def _offset(asked: Sequence[Asked], language: str) -> dict[str, float]:
    """Over items whose evidence is in this language alone."""
    own: dict[str, float] = {}
    other: dict[str, float] = {}
    for a in asked:
        if (
            a.question.answerable
            and all(e.language == language for e in a.question.evidence)
            and a.question.language != "nn"
        ):
            best = max((score for chunk, score in _found(a) if chunk.id in a.relevant), default=None)
            if best is not None:
                (own if a.question.directions[0][:2] == language else other)[a.question.item] = best
    twins = sorted(own.keys() & other.keys())
    return {"score-offset": mean([own[item] - other[item] for item in twins])} if twins else {}


def _both(members: Sequence[Asked], language: str) -> dict[str, float]:
    groups = {a.question.id: _evidence_ranks(a) for a in members if a.question.directions[0].endswith("both")}
    found = {"preference": preference_rate(parallel_pairs(groups, language))}
    found["max@r"] = max_at_r([[rank for _, rank in members] for members in groups.values()])
    return {name: value for name, value in found.items() if value is not None}


def _evidence_ranks(asked: Asked) -> list[tuple[str, int]]:
    """(language, rank of the first passage that holds it) of each evidence; beyond what was found, one rank below."""
    found = [chunk for chunk, _ in _found(asked)]
    ranks = []
    for evidence in asked.question.evidence:
        holds = (
            position
            for position, chunk in enumerate(found, start=1)
            if chunk.document_id == evidence.document_id and chunk.start < evidence.end and evidence.start < chunk.end
        )
        ranks.append((str(evidence.language), next(holds, len(found) + 1)))
    return ranks


def _found(asked: Asked) -> list[tuple[Chunk, float]]:
    return next(iter(asked.found.values()))
