"""Questions with a passage and the part of it that answers, or a passage that does not: what the reader learns from."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexing.train.gloss import gloss
from indexing.train.glossed import Dictionaries
from indexing.train.lessons import language_of
from indexing.train.rows import Row, read_rows
from indexing.train.teach import Encode
from indexing.train.windows import stretch, stretches, window

_LOOKED_AT = 12  # passages of other texts, of which the likest to the question is chosen
_OTHER_TEXT = 0.4  # share of the passages without an answer that are of another text though its own has one
_WORD = re.compile(r"\w+")
_LONG_WORD = 5  # letters, at least, of a word that can be changed for another

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ExampleSettings:
    """Which examples are made."""

    most: Mapping[str, int]  # questions of each source
    times: Mapping[str, int]  # how often a source's questions are read, each time cut anew; once where not named
    least_words: int  # of a passage, where its text has so many
    most_words: int
    glossed: float  # share of the questions and, apart, of the passages that are glossed into the other language
    longest: int  # tokens of a passage
    changed: float  # share of the answered questions that are asked again of their passage with one word changed
    beside: int  # other sections of the document each question is asked of, at most


@dataclass(frozen=True, slots=True)
class Example:
    """`passage[start:end]` answers the question; both are 0 where the passage does not tell."""

    source: str
    question_language: str  # "en", "nb" or "nn"
    passage_language: str
    question: str
    passage: str
    start: int
    end: int

    @property
    def answerable(self) -> bool:
        """Whether the passage tells."""
        return self.end > self.start


def read_examples(file: Path, settings: ExampleSettings, encode: Encode, *, seed: int) -> list[Example]:
    """For each question drawn from a SQuAD-like `.jsonl.gz` a passage that answers it, and mostly one that does not.

    A question without answers has its text alone, of a long one the part likest to it. Some others are asked again of
    the passage that answers them with one of its words changed, so that it no longer does: what a question takes for
    granted must be in the text too. Where the text is a section of a `document`, which answers in one place or nowhere,
    the other sections likest to the question are passages without an answer, by the vectors that `encode` gives.
    """
    source = file.name.removesuffix(".jsonl.gz")
    rows = read_rows(file)
    sections = _sections(rows)
    random = np.random.default_rng(seed)
    rows = [rows[i] for i in random.permutation(len(rows))[: settings.most[source]]]
    words_alike, vectors = _words_alike(rows), _vectors(rows, sections, encode)
    examples: list[Example] = []
    for row in rows * settings.times.get(source, 1):
        text = row["context"]
        unanswered = Example(source, language_of(row, "question"), row["lang"], row["question"], text, 0, 0)
        beside = _beside(row, sections, vectors)
        examples += [replace(unanswered, passage=section) for section in beside[: settings.beside]]
        if not row["answers"]:
            nearest = max(stretches(text, settings.most_words), key=lambda part: _shared(row["question"], part))
            examples.append(replace(unanswered, passage=nearest))
            continue
        start, end = _answer(row)
        words = int(random.integers(settings.least_words, settings.most_words + 1))
        spans, kept, rest = window(text, start, end, words, random)
        first, other = spans[kept[0]][0], stretch(text, spans, rest)
        passage = stretch(text, spans, kept)
        asked = replace(unanswered, passage=passage, start=start - first, end=end - first)
        examples.append(asked)
        changed = _changed(asked, words_alike, random) if random.random() < settings.changed else None
        if changed:
            examples.append(replace(asked, question=changed, start=0, end=0))
        if beside:
            continue
        if not other or random.random() < _OTHER_TEXT:
            other = _likest(row, rows, words, random)
        if other and text[start:end].lower() not in other.lower():
            examples.append(replace(asked, passage=other, start=0, end=0))
    return examples


def gloss_examples(
    examples: Sequence[Example], dictionaries: Dictionaries, settings: ExampleSettings, *, share: float, seed: int
) -> list[Example]:
    """The examples, some with their question, their passage or both glossed, the answer where its gloss is.

    Those that cross the language border already stay as they are.
    """
    random = np.random.default_rng(seed)
    return [_glossed(example, dictionaries, settings.glossed, share, random) for example in examples]


def _glossed(
    example: Example, dictionaries: Dictionaries, glossed: float, share: float, random: np.random.Generator
) -> Example:
    from_english = example.question_language == "en"
    if from_english != (example.passage_language == "en"):
        return example
    dictionary = dictionaries.to_norwegian if from_english else dictionaries.to_english
    if random.random() < glossed:
        example = replace(example, question=gloss(example.question, dictionary, share, random))
    if random.random() < glossed:
        text = example.passage
        parts = (text[: example.start], text[example.start : example.end], text[example.end :])
        before, answer, after = (gloss(part, dictionary, share, random) for part in parts)
        start = len(before)
        end = start + len(answer)
        example = replace(example, passage=before + answer + after, start=start * example.answerable, end=end)
    return example


def _beside(row: Row, sections: Mapping[str, Sequence[str]], vectors: Mapping[str, Vector]) -> list[str]:
    """The other sections of the document a question is asked of, the likest to it first.

    One with the answer's words may answer too, and is left out.
    """
    others = [section for section in sections.get(row.get("document", ""), ()) if section != row["context"]]
    answers = [answer["text"].lower() for answer in row["answers"]]
    silent = [section for section in others if not any(answer in section.lower() for answer in answers)]
    return sorted(silent, key=lambda section: -float(vectors[row["question"]] @ vectors[section]))


def _vectors(rows: Sequence[Row], sections: Mapping[str, Sequence[str]], encode: Encode) -> Mapping[str, Vector]:
    """Of the questions about documents, and of the sections of these."""
    asked = [row for row in rows if "document" in row]
    documents = dict.fromkeys(row["document"] for row in asked)
    texts = [row["question"] for row in asked]
    texts += [section for document in documents for section in sections[document]]
    return dict(zip(texts, encode(texts), strict=True)) if texts else {}


def _sections(rows: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    """The texts of every document that the rows have sections of, none twice."""
    sections = defaultdict[str, dict[str, None]](dict)
    for row in rows:
        if "document" in row:
            sections[row["document"]][row["context"]] = None
    return {document: list(texts) for document, texts in sections.items()}


def _likest(row: Row, rows: Sequence[Row], words: int, random: np.random.Generator) -> str:
    """Of some passages of other texts of the source, the one with most of the question's words; "" for none."""
    drawn = [rows[i] for i in random.integers(0, len(rows), _LOOKED_AT)]
    others = [other for other in drawn if other["answers"] and other["context"] != row["context"]]
    if not others:
        return ""
    best = max(others, key=lambda other: _shared(row["question"], other["context"]))
    spans, kept, _ = window(best["context"], *_answer(best), words, random)
    return stretch(best["context"], spans, kept)


def _shared(question: str, text: str) -> int:
    """How many words of the question the text has too."""
    return len(set(question.lower().split()) & set(text.lower().split()))


def _changed(
    asked: Example, words_alike: Mapping[tuple[str, str], Sequence[str]], random: np.random.Generator
) -> str | None:
    """The question with a word that the passage has changed for one alike that it has not; None where there is none."""
    passage = set(_WORD.findall(asked.passage.lower()))
    found = list(_WORD.finditer(asked.question))[1:]
    words = [word for word in found if word[0].lower() in passage and _shape(word[0])]
    for word in (words[i] for i in random.permutation(len(words))):
        alike = words_alike[asked.question_language, _shape(word[0])]
        others = [other for other in alike if other.lower() not in passage]
        if others:
            other = others[int(random.integers(len(others)))]
            return asked.question[: word.start()] + other + asked.question[word.end() :]
    return None


def _words_alike(rows: Sequence[Row]) -> Mapping[tuple[str, str], Sequence[str]]:
    """Words of the questions by language and shape, none twice."""
    alike = defaultdict[tuple[str, str], dict[str, None]](dict)
    for row in rows:
        for word in _WORD.findall(row["question"])[1:]:
            alike[language_of(row, "question"), _shape(word)][word] = None
    return {key: list(words) for key, words in alike.items()}


def _shape(word: str) -> str:
    """What words that can stand for each other have in common, roughly: number, name or ending; "" for a short one."""
    if word.isdigit():
        return f"{len(word)} digits"
    if word[0].isupper():
        return "name"
    return word[-2:] if len(word) >= _LONG_WORD else ""


def _answer(row: Row) -> tuple[int, int]:
    first = row["answers"][0]
    return first["start"], first["start"] + len(first["text"])
