"""The translation lexicon: stems of one language to stems of the other, induced from parallel text word by word."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from indexing.analyze import Analyzer, Word
from indexing.train.align import AlignmentSettings, align

LARGEST_BYTES = 2_000_000  # it is loaded whole when the service starts

Dictionary = Mapping[str, Sequence[tuple[str, float]]]  # word to its translations with probabilities, likeliest first


@dataclass(frozen=True, slots=True)
class LexiconSettings:
    """What the lexicon keeps of the alignment."""

    alignment: AlignmentSettings  # of words
    fewest: float  # times two words are expected to stand for each other; below that they are no translation


@dataclass(frozen=True, slots=True)
class InducedLexicon:
    """Norwegian stems to English ones, and back."""

    to_english: Dictionary
    to_norwegian: Dictionary


def induce_lexicon(norwegian: Iterable[str], english: Iterable[str], settings: LexiconSettings) -> InducedLexicon:
    """The lexicon of texts and their translations.

    Words are cut and stemmed as they are in a query. Stop words take part, so that no other word has to explain them,
    but are no entries: a query's are not translated, and no index has them. Compounds are aligned whole. One that is
    rare, or that the texts do not have, is translated by its parts when it is asked for, and so is one that means no
    more than they do: it is left out, and the file is a quarter smaller.
    """
    analyzer = Analyzer()
    left = [[_key(word, word.norwegian) for word in analyzer.words(text)] for text in norwegian]
    right = [[_key(word, word.english) for word in analyzer.words(text)] for text in english]
    return InducedLexicon(
        to_english=without_plain_compounds(induce_dictionary(left, right, settings, keep=_is_entry)),
        to_norwegian=induce_dictionary(right, left, settings, keep=_is_entry),
    )


def induce_dictionary(
    source: Sequence[Sequence[str]], target: Sequence[Sequence[str]], settings: LexiconSettings,
    *, keep: Callable[[str], bool],
) -> Dictionary:  # fmt: skip
    """The translations of words, from texts and their translations as lists of words; only of and to words to keep.

    Probabilities are rounded to three digits; words are in their order as strings.
    """
    source_ids, source_words = _numbered(source)
    target_ids, target_words = _numbered(target)
    found = align(source_ids, target_ids, settings.alignment)
    rows = zip(
        found.source.tolist(), found.target.tolist(), found.probability.tolist(), found.count.tolist(), strict=True
    )
    kept = (
        (source_words[s], target_words[t], round(probability, 3))
        for s, t, probability, count in rows
        if count >= settings.fewest and keep(source_words[s]) and keep(target_words[t])
    )
    words = {word: [(other, p) for _, other, p in group] for word, group in groupby(kept, key=lambda row: row[0])}
    return dict(sorted(words.items()))


def without_plain_compounds(to_english: Dictionary) -> Dictionary:
    """The dictionary without Norwegian compounds whose translations are all among those of their two parts."""
    analyzer = Analyzer(to_english)
    kept: dict[str, Sequence[tuple[str, float]]] = {}
    for stem in sorted(to_english, key=lambda stem: (len(stem), stem)):  # parts, which are shorter, before the whole
        parts = [part for word in analyzer.words(stem) for part in word.parts]
        meant = {other for part in parts for other, _ in kept.get(part, ())}
        if not {other for other, _ in to_english[stem]} <= meant:
            kept[stem] = to_english[stem]
    return dict(sorted(kept.items()))


def _key(word: Word, stem: str) -> str:
    """The word's stem; of a stop word, or one with digits, what no stem looks like."""
    return f"-{word.surface}" if word.stop or not word.surface.isalpha() else stem


def _is_entry(key: str) -> bool:
    return not key.startswith("-")


def _numbered(texts: Sequence[Sequence[str]]) -> tuple[list[list[int]], list[str]]:
    """The texts with numbers for words, and the words by number, which is their order as strings."""
    words = sorted({word for text in texts for word in text})
    number = {word: i for i, word in enumerate(words)}
    return [[number[word] for word in text] for text in texts], words


def write_lexicon(lexicon: InducedLexicon, file: Path) -> int:
    """Writes the lexicon as the product reads it, and returns its bytes.

    Raises:
        ValueError: it is larger than `LARGEST_BYTES`.
    """
    content = {"no2en": lexicon.to_english, "en2no": lexicon.to_norwegian}
    encoded = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    if len(encoded) > LARGEST_BYTES:
        raise ValueError(
            f"the lexicon has {len(encoded)} bytes, {LARGEST_BYTES} are allowed; raise 'fewest' or 'least', or lower "
            "'most', under [lexicon] in the recipe"
        )
    file.write_bytes(encoded)
    return len(encoded)
