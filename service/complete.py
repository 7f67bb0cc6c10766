"""Completes what somebody types: finds suggestions by the beginnings of their words, forgiving a slip."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import nsmallest

from indexing.analyze import STOP_WORDS
from service.suggest import Kind, Suggestion

MAX_TYPED_CHARS = 500  # as long as a question may be
_MIN_TYPED = 2  # letters; with one, everything is near
_MOST_WORDS = 12  # of what is typed; the rest is not looked at
_MOST_NEAR_WORDS = 200  # that begin as typed; more are not told apart by one letter anyhow
_MIN_INFIX = 4  # letters, before a word is looked for inside compounds ("budsjett" in "statsbudsjettet")
_MIN_SLIP = 4  # letters, before a slip is forgiven: of three letters, any other three are near
_PREFIX = 8  # letters within which a slip is forgiven at once; after them, one more may come

_WHOLE, _BEGUN, _INSIDE, _SLIPPED = 1.0, 0.9, 0.6, 0.4  # how well one typed word is met
_KIND_BONUS: dict[Kind, float] = {"question": 0.3, "title": 0.2, "heading": 0.0}
_BEGINS_BONUS = 0.5  # the suggestion begins with what is typed
_FILLER_BONUS = 0.2  # for each function word typed that the suggestion has too
_PER_WORD = 0.01  # a little less for long suggestions


class Completer:
    """Suggestions, ready to be found by the words in them; made once, never changed."""

    def __init__(self, suggestions: Iterable[Suggestion]) -> None:
        self._suggestions = tuple(suggestions)
        words_of = [fold(one.text) for one in self._suggestions]
        self._folded = [" ".join(words) for words in words_of]
        self._bonuses = [
            _KIND_BONUS[one.kind] - _PER_WORD * len(words)
            for one, words in zip(self._suggestions, words_of, strict=True)
        ]
        self._holders: defaultdict[str, list[int]] = defaultdict(list)  # word -> places of suggestions
        for place, words in enumerate(words_of):
            for word in dict.fromkeys(words):
                self._holders[word].append(place)
        self._begins = sorted((word, word) for word in self._holders)
        self._inside = sorted(
            (word[at:], word) for word in self._holders for at in range(1, len(word) - _MIN_INFIX + 1)
        )
        self._filler = frozenset(folded for word in STOP_WORDS for folded in fold(word))
        self._slips = _slips({word[:size] for word in self._holders for size in range(_MIN_SLIP - 1, _PREFIX + 1)})

    def complete(self, typed: str, *, limit: int = 6) -> list[Suggestion]:
        """The suggestions that hold every word typed, best first; ties in the order they were given.

        A word counts when it begins a word of the suggestion or stands inside one; where no suggestion has it, when it
        would begin one but for a letter added, lost, changed or swapped. Function words are not needed.
        """
        words = fold(typed[:MAX_TYPED_CHARS])[:_MOST_WORDS]
        if len("".join(words)) < _MIN_TYPED:
            return []
        needed = sorted([word for word in words if word not in self._filler] or words, key=len, reverse=True)
        totals = self._score_word(needed[0])
        for word in needed[1:]:
            scores = self._score_word(word)
            totals = {place: total + scores[place] for place, total in totals.items() if place in scores}
        begins, filler = " ".join(words), self._filler.intersection(words)
        ranked = nsmallest(
            limit, ((-total - self._bonus(place, begins, filler), place) for place, total in totals.items())
        )
        return [self._suggestions[place] for _, place in ranked]

    def _bonus(self, place: int, typed: str, filler: frozenset[str]) -> float:
        bonus = self._bonuses[place] + _BEGINS_BONUS * self._folded[place].startswith(typed)
        return bonus + _FILLER_BONUS * len(filler.intersection(self._folded[place].split())) if filler else bonus

    def _score_word(self, typed: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        near = list(self._words_as_typed(typed)) or ((word, _SLIPPED) for word in self._words_but_for_a_slip(typed))
        for word, score in near:
            for place in self._holders[word]:
                scores[place] = max(score, scores.get(place, 0.0))
        return scores

    def _words_as_typed(self, typed: str) -> Iterator[tuple[str, float]]:
        for word in _beginning_with(self._begins, typed):
            yield word, _WHOLE if word == typed else _BEGUN
        if len(typed) >= _MIN_INFIX:
            for word in _beginning_with(self._inside, typed):
                yield word, _INSIDE

    def _words_but_for_a_slip(self, typed: str) -> Iterator[str]:
        if len(typed) < _MIN_SLIP:
            return
        nearest = {prefix for key in _one_lost(typed[:_PREFIX]) for prefix in self._slips.get(key, ())}
        for prefix in sorted(nearest):
            if within_one_slip(typed[:_PREFIX], prefix):
                for word in _beginning_with(self._begins, prefix):
                    if _begins_but_for_slips(typed, word):
                        yield word


def fold(text: str) -> list[str]:
    """The words of a text without case and accents, so that any keyboard finds them: Ærø becomes aero."""
    plain = text.casefold().replace("ø", "o").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", plain)
    return re.findall(r"\w+", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def within_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter added, lost, changed or swapped with the next makes one word the other."""
    short, long = sorted((typed, meant), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    rest = short[same + 1 :] == long[same + 1 :]
    swapped = short[same : same + 2] == long[same : same + 2][::-1] and short[same + 2 :] == long[same + 2 :]
    return rest or swapped


def _beginning_with(pairs: Sequence[tuple[str, str]], start: str) -> Iterator[str]:
    """The words whose key in the sorted pairs begins so; no more than a list can show well."""
    first = bisect_left(pairs, (start, ""))
    for key, word in pairs[first : first + _MOST_NEAR_WORDS]:
        if not key.startswith(start):
            return
        yield word


def _begins_but_for_slips(typed: str, word: str) -> bool:
    if len(typed) <= _PREFIX:
        return True
    return any(within_one_slip(typed, word[:size]) for size in (len(typed) - 1, len(typed), len(typed) + 1))


def _slips(prefixes: Collection[str]) -> dict[str, list[str]]:
    """Each prefix by itself and by what is left of it without one letter (symmetric deletion)."""
    slips: defaultdict[str, list[str]] = defaultdict(list)
    for prefix in sorted(prefixes):
        for key in _one_lost(prefix):
            slips[key].append(prefix)
    return dict(slips)


def _one_lost(word: str) -> set[str]:
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}
