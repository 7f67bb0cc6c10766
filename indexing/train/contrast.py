"""Contrastive training for retrieval: a query's passage against the others of its batch, mined neighbours among them.

The batch is put together from neighbours, so that hard negatives cost no passage of their own; languages are mixed
within a batch, so that language is never a clue. Each step also holds a batch of distillation, so that what was
learnt there stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from indexing.joined import cut
from indexing.train.batches import Rows
from indexing.train.lessons import Lesson
from indexing.train.losses import Aim, choose, contrast, late_scores, sentence_scores, token_weights
from indexing.train.student import Student, collate

_NEIGHBOURS = 20  # of which partners are chosen
_POSITIVE_SHARE = 0.95  # a neighbour that scores this much of the right passage may be right itself
_GROUP = 24  # batches whose passages are sorted by length together


@dataclass(frozen=True, slots=True)
class Questions:
    """Lessons as token ids; `other` is empty where there is none.

    `sentence` has for each token of a passage the place of its sentence, -1 for what is of none, and `answering` the
    place of the sentence that answers, -1 where none is known or it was cut.
    """

    query: list[list[int]]
    passage: list[list[int]]
    other: list[list[int]]
    sentence: list[list[int]]
    answering: list[int]


def make_questions(lessons: Sequence[Lesson], tokenizer: Tokenizer, *, longest: int) -> Questions:
    """The lessons' token ids, what is longer cut."""

    def ids(texts: Sequence[str]) -> list[list[int]]:
        return [cut(encoding.ids, longest) for encoding in tokenizer.encode_batch(list(texts))]

    others = ids([lesson.other for lesson in lessons])
    passages = ids([lesson.passage for lesson in lessons])
    places = [_places(lesson, tokenizer, len(passage)) for lesson, passage in zip(lessons, passages, strict=True)]
    return Questions(
        ids([lesson.query for lesson in lessons]),
        passages,
        [other if lesson.other else [] for lesson, other in zip(lessons, others, strict=True)],
        places,
        [lesson.answering if lesson.answering in own else -1 for lesson, own in zip(lessons, places, strict=True)],
    )


def _places(lesson: Lesson, tokenizer: Tokenizer, length: int) -> list[int]:
    """The sentence of each token of a passage of this many tokens; words are cut alike alone and in the passage."""
    sentences = tokenizer.encode_batch(list(lesson.sentences), add_special_tokens=False)
    inside = [place for place, encoding in enumerate(sentences) for _ in encoding.ids][: length - 2]
    return [-1, *inside, *[-1] * (length - 1 - len(inside))]


def mine(lessons: Sequence[Lesson]) -> list[list[int]]:
    """For each lesson the lessons whose passages BM25 finds for its query, hardest first.

    Left out: its own passage, and what scores 0.95 of it or more (arXiv 2407.15831).
    """
    tokens = bm25s.tokenize([lesson.passage for lesson in lessons], stopwords=None, show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    queries = bm25s.tokenize([lesson.query for lesson in lessons], stopwords=None, show_progress=False)
    most = min(_NEIGHBOURS + 1, len(lessons))
    found, scores = index.retrieve(queries, k=most, show_progress=False)
    words = [set(lesson.passage.lower().split()) for lesson in lessons]
    neighbours = []
    for i, (rows, values) in enumerate(zip(found.tolist(), scores.tolist(), strict=True)):
        own = next((value for row, value in zip(rows, values, strict=True) if row == i), values[-1])
        limit = _POSITIVE_SHARE * own
        neighbours.append([
            row for row, value in zip(rows, values, strict=True)
            if row != i and 0 < value < max(limit, 1e-9) and not _same(words[i], words[row])
        ])  # fmt: skip
    return neighbours


def _same(one: set[str], other: set[str]) -> bool:
    return len(one & other) > 0.8 * min(len(one), len(other))


def batches_of_neighbours(
    questions: Questions, neighbours: Sequence[Sequence[int]], size: int, *, seed: int
) -> list[Rows]:
    """Batches of couples, a lesson and a neighbour of it not yet used; every lesson once, passages of like length."""
    random = np.random.default_rng(seed)
    free = set(range(len(questions.query)))
    couples: list[tuple[int, ...]] = []
    for i in random.permutation(len(questions.query)).tolist():
        if i in free:
            free.remove(i)
            partner = next((n for n in neighbours[i] if n in free), None)
            if partner is not None:
                free.remove(partner)
            couples.append((i,) if partner is None else (i, partner))
    batches = []
    for start in range(0, len(couples), size // 2 * _GROUP):
        group = sorted(couples[start : start + size // 2 * _GROUP], key=lambda c: len(questions.passage[c[0]]))
        batches += [group[k : k + size // 2] for k in range(0, len(group), size // 2)]
    rows = [np.array([i for couple in batch for i in couple]) for batch in batches]
    return [rows[i] for i in random.permutation(len(rows))]


def contrast_losses(student: Student, questions: Questions, rows: Rows, aim: Aim) -> Mapping[str, Tensor]:
    """The losses of one batch: of whole vectors, of late interaction, and of the sentences within each passage."""
    queries = student(collate([questions.query[i] for i in rows], aim.tokenizer))
    texts = [questions.passage[i] for i in rows] + [questions.other[i] for i in rows if questions.other[i]]
    passages = student(collate(texts, aim.tokenizer))
    negative = different(texts, len(rows))
    weights = token_weights(queries, aim.rarity)
    late = late_scores(queries, passages, weights)
    among = sentence_scores(queries, passages.part(slice(len(rows))), weights, [questions.sentence[i] for i in rows])
    answering = torch.tensor([questions.answering[i] for i in rows])
    return {
        "ask_whole": contrast(queries.whole @ passages.whole.T, negative, aim.weigh.whole_scale),
        "ask_late": contrast(late, negative, aim.weigh.late_scale),
        "ask_sentence": aim.weigh.sentence * choose(among, answering, aim.weigh.late_scale),
    }


def different(texts: Sequence[Sequence[int]], queries: int) -> Tensor:
    """(queries, len(texts)) bool: whether a text is another than the one that answers the query."""
    keys = [tuple(text) for text in texts]
    return torch.tensor([[keys[i] != key for key in keys] for i in range(queries)])
