"""More pairs to learn from: sentences of one language beside their glosses in the other.

Parallel text is of few subjects. A gloss has the wrong grammar, but its words are the right ones often enough that
the pair teaches what everyday words mean, and where: the teacher reads the English of a sentence as it was written,
or the English words of a Norwegian one in the order of the Norwegian.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexing.train.gloss import gloss, gloss_dictionary, known_share, words_of
from indexing.train.lexicon import Dictionary, LexiconSettings
from indexing.train.pairs import Pair

_COMMON = 0.2  # share of the texts from which a word without a translation is one of grammar


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """Words of each language to those of the other."""

    to_norwegian: Dictionary
    to_english: Dictionary


def make_dictionaries(pairs: Sequence[Pair], settings: LexiconSettings) -> Dictionaries:
    """Aligned over the pairs; words that were aligned too seldom have the translations of pairs of single words.

    What stands in many pairs and is aligned with nothing, as "the" is, has no word of its own: glosses leave it out.
    """
    english = [pair.left for pair in pairs]
    norwegian = [pair.right for pair in pairs]
    terms = [(term, pair.right.lower()) for pair in pairs if (term := _term(pair.left)) and _term(pair.right)]
    back = [(other, term) for term, other in terms]
    return Dictionaries(
        to_norwegian=_with_terms(gloss_dictionary(english, norwegian, settings), terms, _common(english)),
        to_english=_with_terms(gloss_dictionary(norwegian, english, settings), back, _common(norwegian)),
    )


def gloss_pairs(
    sentences: Mapping[str, Sequence[str]], dictionaries: Dictionaries, *, known: float, seed: int
) -> list[Pair]:
    """A pair for each sentence of "en", "nb" and "nn" of whose words the dictionaries have at least this share."""
    random = np.random.default_rng(seed)
    pairs = []
    for text in sentences["en"]:
        if known_share(text, dictionaries.to_norwegian) >= known:
            norwegian = gloss(text, dictionaries.to_norwegian, 1.0, random)
            pairs.append(Pair("glossed_en", text, norwegian, "en", "nb"))
    for language in ("nb", "nn"):
        for text in sentences[language]:
            if known_share(text, dictionaries.to_english) >= known:
                english = gloss(text, dictionaries.to_english, 1.0, random)
                pairs.append(Pair(f"glossed_{language}", english, text, "en", language))
    return pairs


def _term(text: str) -> str:
    """A single word as it stands in a text, without the mark of the infinitive, "" where it is no single word."""
    word = text.lower().removeprefix("to ")
    return word if word.isalpha() else ""


def _common(texts: Sequence[str]) -> set[str]:
    """The words that stand in a large share of the texts."""
    counts = Counter(word for text in texts for word in set(words_of(text)))
    return {word for word, count in counts.items() if count > _COMMON * len(texts)}


def _with_terms(aligned: Dictionary, terms: Sequence[tuple[str, str]], common: set[str]) -> Dictionary:
    listed: dict[str, dict[str, None]] = {}
    for word, other in terms:
        listed.setdefault(word, {})[other] = None
    added = {
        word: [(other, round(1 / len(others), 3)) for other in others]
        for word, others in listed.items()
        if word not in aligned
    }
    return {**aligned, **added, **{word: [("", 1.0)] for word in common if word not in aligned}}
