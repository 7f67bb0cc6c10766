"""Word-by-word glosses: a text with words of the other language in their place, from aligned parallel text.

Source: code-switched training for retrieval across languages, Litschko et al., 2023 (arXiv 2305.05295).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexing.train.lessons import Lesson
from indexing.train.lexicon import Dictionary, LexiconSettings, induce_dictionary

_WORD = re.compile(r"[^\W\d_]+")


def gloss_dictionary(source: Sequence[str], target: Sequence[str], settings: LexiconSettings) -> Dictionary:
    """Words as they are written, lower-cased, to those of the other language that stood for them in translations."""
    from_words, to_words = ([words_of(text) for text in texts] for texts in (source, target))
    return induce_dictionary(from_words, to_words, settings, keep=bool)


def words_of(text: str) -> list[str]:
    """The words of a text, lower-cased."""
    return _WORD.findall(text.lower())


def gloss(text: str, dictionary: Dictionary, share: float, random: np.random.Generator) -> str:
    """The text with this share of the words that the dictionary has replaced by a translation drawn from it."""

    def replaced(found: re.Match[str]) -> str:
        known = dictionary.get(found.group().lower())
        if known is None or random.random() >= share:
            return found.group()
        reached = np.cumsum([probability for _, probability in known])
        return known[int(np.searchsorted(reached, random.random() * reached[-1]))][0]

    return _WORD.sub(replaced, text)


def known_share(text: str, dictionary: Dictionary) -> float:
    """How many of the text's words the dictionary has, 0 to 1; words with a capital inside a sentence are names."""
    words = _WORD.findall(text)
    words = [word.lower() for i, word in enumerate(words) if i == 0 or word[0].islower()]
    return sum(word in dictionary for word in words) / max(1, len(words))


def gloss_lesson(
    lesson: Lesson, to_norwegian: Dictionary, to_english: Dictionary, share: float, random: np.random.Generator
) -> Lesson:
    """The lesson as it is, or its query, its passage or both glossed, each of the four as often.

    One that crosses the language border already stays as it is.
    """
    if (lesson.query_language == "en") != (lesson.passage_language == "en"):
        return lesson
    from_english = lesson.query_language == "en"
    dictionary, language = (to_norwegian, "nb") if from_english else (to_english, "en")
    if random.integers(2):
        lesson = replace(lesson, query=gloss(lesson.query, dictionary, share, random), query_language=language)
    if random.integers(2):
        sentences = tuple(gloss(sentence, dictionary, share, random) for sentence in lesson.sentences)
        passage = " ".join(sentences) if sentences else gloss(lesson.passage, dictionary, share, random)
        other = gloss(lesson.other, dictionary, share, random)
        lesson = replace(lesson, passage=passage, other=other, passage_language=language, sentences=sentences)
    return lesson
