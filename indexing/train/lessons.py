"""Questions with the passage that answers, from SQuAD-like and pair-like JSON lines and from parallel text in order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexing.sentences import split_sentences
from indexing.train.pairs import Pair
from indexing.train.rows import Row, read_rows
from indexing.train.windows import first_sentence, stretch, window

_WINDOW_WORDS = 90  # of a passage cut from a longer text; about what the index cuts
_SENTENCE_WORDS = (4, 30)  # fewest and most of one to be glossed
_TEXTS = ("question", "query", "context", "passage")
_CLOZE_LINES = (2, 4)  # neighbours kept around the line that is asked for, fewest and most
_CLOZE_TAKEN_OUT = 0.7  # share of the cloze passages without the line itself (Lee et al., ACL 2019)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A query, the passage that answers it, and where there is one another passage of the same text that does not.

    Where it is known which sentence answers, `sentences` are those of the passage and `answering` is its place.
    """

    source: str
    query: str
    passage: str
    query_language: str  # "en", "nb" or "nn"
    passage_language: str
    other: str = ""
    sentences: tuple[str, ...] = ()
    answering: int = 0

    @property
    def texts(self) -> tuple[str, str, str]:
        """All it says."""
        return self.query, self.passage, self.other


def read_lessons(file: Path, *, most: int, seed: int) -> list[Lesson]:
    """At most so many lessons of a `.jsonl.gz`, drawn at random; no query twice, no passage more than three times.

    What its passage does not answer is left out.
    """
    source = file.name.removesuffix(".jsonl.gz")
    rows = [row for row in read_rows(file) if "passage" in row or row["answers"]]
    random = np.random.default_rng(seed)
    lessons = (_lesson(source, rows[i], random) for i in random.permutation(len(rows)))
    return _distinct(lessons, most)


def read_qa_texts(file: Path) -> Iterator[tuple[str, str]]:
    """Every question, query, context and passage of a `.jsonl.gz` with its language, each once."""
    texts = ((language_of(row, field), row[field]) for row in read_rows(file) for field in _TEXTS if field in row)
    yield from dict.fromkeys(texts)


def language_of(row: Row, field: str) -> str:
    """The language of a field; a question may be asked in another language than its text is in."""
    language: str = row.get("question_lang", row["lang"]) if field == "question" else row["lang"]
    return language


def draw_sentences(texts: Sequence[str], most: int, seed: int) -> list[str]:
    """At most so many sentences of 4 to 30 words, drawn at random, none twice."""
    random = np.random.default_rng(seed)
    drawn: dict[str, None] = {}
    for i in random.permutation(len(texts)):
        if len(drawn) >= most:
            break
        for a, b in split_sentences(texts[i]):
            sentence = " ".join(texts[i][a:b].split())
            if _SENTENCE_WORDS[0] <= len(sentence.split()) <= _SENTENCE_WORDS[1]:
                drawn[sentence] = None
    return list(drawn)[:most]


def read_cloze(pairs: Sequence[Pair], *, most: int, seed: int) -> list[Lesson]:
    """Cross-language inverse cloze: a line in one language, and the lines around it in the other as its passage.

    Args:
        pairs: In the order of their documents.
        most: How many to draw; half of them ask in English.
        seed: Of the draw.
    """
    random = np.random.default_rng(seed)
    lessons: list[Lesson] = []
    for i in random.permutation(len(pairs)):
        if len(lessons) == most:
            break
        around = int(random.integers(_CLOZE_LINES[0], _CLOZE_LINES[1] + 1))
        first = max(0, int(i) - int(random.integers(0, around + 1)))
        window = pairs[first : first + around + 1]
        if len(pairs[i].left.split()) < 6 or any(pair.source != pairs[i].source for pair in window):
            continue
        if random.random() < _CLOZE_TAKEN_OUT:
            window = [pair for pair in window if pair is not pairs[i]]
        asks_in_english = len(lessons) % 2 == 0
        query, language = (pairs[i].left, "en") if asks_in_english else (pairs[i].right, pairs[i].right_language)
        answers = " ".join(pair.right if asks_in_english else pair.left for pair in window)
        lessons.append(Lesson("cloze", query, answers, language, pairs[i].right_language if asks_in_english else "en"))
    return lessons


def _lesson(source: str, row: Row, random: np.random.Generator) -> Lesson:
    language = row["lang"]
    if "passage" in row:
        passage = row["passage"]
        if row.get("title") and random.random() < 0.5:  # in the index a passage stands under its headings
            passage = f"{row['title']}\n{passage}"
        return Lesson(source, row["query"], passage, language, language)
    start = row["answers"][0]["start"]
    sentences, answering, other = windows(row["context"], start, start + len(row["answers"][0]["text"]), random)
    asked_in = language_of(row, "question")
    return Lesson(source, row["question"], " ".join(sentences), asked_in, language, other, sentences, answering)


def windows(text: str, start: int, end: int, random: np.random.Generator) -> tuple[tuple[str, ...], int, str]:
    """Sentences of about 90 words around the answer, the place of its first, and as many that do not hold it.

    The last is one text, "" where all sentences are around the answer.
    """
    spans, (low, high), run = window(text, start, end, _WINDOW_WORDS, random)
    return tuple(text[a:b] for a, b in spans[low:high]), first_sentence(spans, start) - low, stretch(text, spans, run)


def _distinct(lessons: Iterable[Lesson], most: int) -> list[Lesson]:
    queries, passages = set[str](), dict[str, int]()
    kept = []
    for lesson in lessons:
        if lesson.query in queries or passages.get(lesson.passage, 0) >= 3:
            continue
        queries.add(lesson.query)
        passages[lesson.passage] = passages.get(lesson.passage, 0) + 1
        kept.append(lesson)
        if len(kept) == most:
            break
    return kept
