"""How well lessons that were held out are found, by direction: what decides when training has done its best."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from indexing.train.batches import by_length
from indexing.train.contrast import make_questions
from indexing.train.lessons import Lesson
from indexing.train.losses import Aim, late_scores, token_weights
from indexing.train.student import Student, collate

_BATCH = 64


def hold_out(lessons: Sequence[Lesson], each: int) -> tuple[list[Lesson], list[Lesson]]:
    """The first lessons of each direction, and the rest without their passages."""
    counts: dict[str, int] = {}
    held: list[Lesson] = []
    rest: list[Lesson] = []
    for lesson in lessons:
        name = direction(lesson)
        taken = counts.get(name, 0) < each
        counts[name] = counts.get(name, 0) + 1
        (held if taken else rest).append(lesson)
    passages = {lesson.passage for lesson in held}
    return held, [lesson for lesson in rest if lesson.passage not in passages]


def direction(lesson: Lesson) -> str:
    """Such as "no→en": a Norwegian question answered in English."""
    sides = ("en" if side == "en" else "no" for side in (lesson.query_language, lesson.passage_language))
    return "→".join(sides)


def reciprocal_ranks(student: Student, held: Sequence[Lesson], aim: Aim, *, longest: int) -> Mapping[str, float]:
    """Mean reciprocal rank of the right passage among all held out, by direction, and the "worst" of them.

    Dense alone: by late interaction. Between 0 and 1.
    """
    questions = make_questions(held, aim.tokenizer, longest=longest)
    scores = torch.zeros((len(held), len(held)))
    passages = by_length([len(text) for text in questions.passage], _BATCH, seed=0)
    queries = by_length([len(text) for text in questions.query], _BATCH, seed=0)
    with torch.no_grad():
        asked = [student(collate([questions.query[i] for i in rows], aim.tokenizer)) for rows in queries]
        for columns in passages:
            answers = student(collate([questions.passage[i] for i in columns], aim.tokenizer))
            for rows, query in zip(queries, asked, strict=True):
                found = late_scores(query, answers, token_weights(query, aim.rarity))
                scores[np.ix_(rows, columns)] = found
    own = scores.diagonal()
    ranks = (scores > own[:, None]).sum(1).numpy() + 1.0
    names = [direction(lesson) for lesson in held]
    means = {
        name: round(float(np.mean([1 / r for r, n in zip(ranks, names, strict=True) if n == name])), 4)
        for name in sorted(set(names))
    }
    return {**means, "worst": min(means.values())}
