"""Compares answers with gold answers as SQuAD does, with Norwegian beside English: exact match and token F1; pure."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_ARTICLES = {
    "en": frozenset({"a", "an", "the"}),
    "no": frozenset({"en", "ei", "et", "ein", "eit"}),
}
_GROUPED = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")  # "1 000" is one number


def normalise_answer(text: str, language: str) -> str:
    """Tokens joined by one blank: case folded, punctuation and the language's indefinite articles left out.

    English comes out as in SQuAD's own script; Norwegian loses en, ei, et, ein, eit, its dashes and quotation marks.
    Other languages keep their articles.
    """
    return " ".join(token for token in _tokens(text) if token not in _ARTICLES.get(language, frozenset()))


def exact_match(said: str, gold: Sequence[str], language: str) -> float:
    """1 where what was said equals a gold answer as `normalise_answer` has both; without gold, 1 for saying nothing."""
    if not gold:
        return float(not said)
    return float(any(normalise_answer(said, language) == normalise_answer(answer, language) for answer in gold))


def token_f1(said: str, gold: Sequence[str], language: str) -> float:
    """The best over gold answers of 2PR / (P + R) over tokens; without gold, 1 for saying nothing.

    P is the share of tokens said that are gold, R of gold tokens that were said. Source: Rajpurkar et al., EMNLP 2016.
    """
    if not gold:
        return float(not said)
    said_tokens = normalise_answer(said, language).split()
    return max(_overlap(said_tokens, normalise_answer(answer, language).split()) for answer in gold)


def contains_answer(sentence: str, gold: Iterable[str]) -> bool:
    """Whether a gold answer stands in the sentence, letters and digits compared alone."""
    said = " ".join(_tokens(sentence))
    return any(" ".join(_tokens(answer)) in said for answer in gold)


def _tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    joined = _GROUPED.sub("", folded)
    return "".join(c for c in joined if c not in string.punctuation and unicodedata.category(c)[0] != "P").split()


def _overlap(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = sum((Counter(said) & Counter(gold)).values())
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(gold)
    return 2 * precision * recall / (precision + recall)
