"""Repairs text that a PDF or a web page has broken: characters, hyphens at line ends, footnote marks."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN_WORD = re.compile(r"[^\W\d_]+-[ \t]*\n[ \t]*[^\W\d_]+|[^\W\d_]+-(?=[ \t])")  # or "helse- og"
_JOINERS = "\u200c\u200d"  # part of words and emoji; every other format character is dropped
_CONJUNCTIONS = frozenset({"og", "eller", "samt", "and", "or"})
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_STUCK_NUMBER = re.compile(r"(?<=[a-zß-öø-ÿ]{3})(\d{1,2})(?=[.,;:!?)»”\"]*(?:\s|$))")
_COMPOUND_REST = 4  # letters; a shorter rest is an inflection ("huben"), not a compound


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a corpus, case-folded: `words` closed and sorted, `hyphenated` those with an inner hyphen."""

    words: tuple[str, ...]
    hyphenated: tuple[str, ...]

    def knows(self, word: str) -> bool:
        """Whether the corpus has this word, unbroken, somewhere."""
        return _holds(self.words, word.casefold())

    def knows_hyphenated(self, word: str) -> bool:
        """Whether the corpus has this word with its hyphen, inside a line, somewhere."""
        return _holds(self.hyphenated, word.casefold())

    def prefers_closed(self, first: str) -> bool:
        """Whether compounds that begin with `first` are written closed rather than with a hyphen."""
        prefix = first.casefold()
        closed = [w for w in _starting(self.words, prefix) if len(w) >= len(prefix) + _COMPOUND_REST]
        return len(closed) > len(_starting(self.hyphenated, prefix + "-"))


def build_vocabulary(texts: Iterable[str]) -> Vocabulary:
    """The words of all texts; a word broken at a line end, or hung on a hyphen, does not count."""
    found: set[str] = set()
    for text in texts:
        found.update(w.casefold() for w in _WORD.findall(_BROKEN_WORD.sub(" ", text)))
    hyphenated = {word for word in found if "-" in word}
    parts = {part for word in hyphenated for part in word.split("-")}
    return Vocabulary(tuple(sorted((found - hyphenated) | parts)), tuple(sorted(hyphenated)))


def clean_characters(raw: str) -> str:
    """NFC text with plain line ends and plain blanks; soft hyphens, U+FFFD, control and format characters gone.

    Tabs, line feeds and form feeds stay: layout reads them.
    """
    text = re.sub("\u00ad[ \t]*\r?\n[ \t]*", "", raw)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffd", " ")
    return unicodedata.normalize("NFC", "".join(_clean_character(c) for c in text))


def join_lines(lines: Sequence[str], vocabulary: Vocabulary) -> str:
    """One line of text from wrapped lines: words broken by a hyphen made whole, real hyphens kept, blanks single."""
    joined = ""
    for line in lines:
        right = " ".join(line.split())
        joined = _join(joined, right, vocabulary) if joined and right else joined or right
    return joined


def mark_footnotes(text: str, numbers: frozenset[str]) -> str:
    """The text with footnote numbers that stick to a word ("kreft1.") as superscripts ("kreft¹.").

    Only numbers of notes the document has are marks; "EU4Health" and "NOU 9" stay as they are.
    """
    return _STUCK_NUMBER.sub(
        lambda m: m[1].translate(_SUPERSCRIPT) if m[1] in numbers else m[1],
        text,
    )


def stuck_numbers(text: str) -> frozenset[str]:
    """The numbers of one or two digits that stick to the end of a word somewhere in the text."""
    return frozenset(_STUCK_NUMBER.findall(text))


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category == "Cc" and character not in "\n\t\f":
        return " "
    if (category == "Cf" and character not in _JOINERS) or category == "Cs":
        return ""
    return character


def _join(left: str, right: str, vocabulary: Vocabulary) -> str:
    first = re.search(r"[^\W\d_]+(?=-$)", left)
    second = re.match(r"[^\W\d_]+", right)
    if re.search(r"://\S*[/-]$", left):
        return left + right  # an address goes on
    if not left.endswith("-") or left.endswith(" -") or (second and second[0].casefold() in _CONJUNCTIONS):
        return f"{left} {right}"
    if first and second and _is_broken_word(first[0], second[0], vocabulary):
        return left[:-1] + right
    return left + right


def _is_broken_word(first: str, second: str, vocabulary: Vocabulary) -> bool:
    if vocabulary.knows(first + second):
        return True
    if vocabulary.knows_hyphenated(f"{first}-{second}"):
        return False
    if not vocabulary.knows(first):
        return True
    return second[0].islower() and vocabulary.prefers_closed(first)


def _holds(words: Sequence[str], word: str) -> bool:
    position = bisect_left(words, word)
    return position < len(words) and words[position] == word


def _starting(words: Sequence[str], prefix: str) -> Sequence[str]:
    return words[bisect_left(words, prefix) : bisect_left(words, prefix + "\U0010ffff")]
