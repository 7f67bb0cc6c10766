"""Text to terms for the lexical arms: Norwegian and English analysis side by side, compounds split; pure.

A term is a stem with its analysis before it: "n:" Norwegian, "e:" English; numbers and codes stand as they are.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

ANALYZER_VERSION = 1  # raise it when equal text gives other terms: old indexes are then refused
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PART = 4  # letters of a compound part; shorter ones are found by chance
_REMEMBERED_WORDS = 65_536  # analysed once, then looked up: a text's words repeat
_LINKS = ("", "s", "e")  # between the parts of a Norwegian compound
STOP_WORDS = frozenset(
    # bokmål and nynorsk
    "og i jeg det at en et den til er som på de med av ikke der så var meg seg men ett har om vi min mitt ha hadde "
    "han hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv sjøl her alle vil bli ble "
    "blitt kunne inn når være kom noen noe ville dere som deres kun ja etter ned skulle denne for deg si sine sitt mot "
    "å meget hvorfor dette disse uten hvordan ingen din ditt blir samme hvilken hvilke sånn inni mellom vår hver hvem "
    "vors hvis både bare enn fordi før mange også slik vært begge siden henne hennar hennes eg ikkje ein eit ei dei "
    "kva kor kven korleis kvifor kvar frå noko nokon nokre vere vart blei verte desse mykje berre hjå då no sjølv "
    "finnes finst gjør gjer gjelder gjeld mye får går heter heiter hvilket sier seier "
    # English
    "a an and are as at be but by for from had has have he her hers him his how i if in into is it its me my no not of "
    "on or our ours she so than that the their them then there these they this those to too was we were what when "
    "where which who whom why will with you your do does did been being can could should would much many any some "
    "such about per via get gets".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, analysed.

    `terms` are the word's own: both stems, or the surface where there are digits in it; a stop word has none. `parts`
    are the stems of the two parts of a Norwegian compound, or none: "helsekatapulten" has ("helse", "katapult").
    """

    surface: str  # lower-case
    norwegian: str
    english: str
    stop: bool
    terms: tuple[str, ...]
    parts: tuple[str, ...]


class Analyzer:
    """Words and terms of a text. `known` are Norwegian stems: a longer word that two of them make up is split."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(stem for stem in known if len(stem) >= _SHORTEST_PART)
        self._norwegian = Stemmer.Stemmer("norwegian")
        self._english = Stemmer.Stemmer("english")
        self._word = lru_cache(maxsize=_REMEMBERED_WORDS)(self._analyse)

    def words(self, text: str) -> list[Word]:
        """The words of the text in order, stop words among them."""
        return [self._word(surface) for surface in _WORD.findall(unicodedata.normalize("NFC", text).lower())]

    def terms(self, text: str) -> list[str]:
        """The terms of the text in order, with those of compound parts after the compound's own."""
        found: list[str] = []
        for word in self.words(text):
            found.extend(word.terms)
            found.extend(f"n:{part}" for part in word.parts)
        return found

    def _analyse(self, surface: str) -> Word:
        norwegian, english = self._norwegian.stemWord(surface), self._english.stemWord(surface)
        if surface in STOP_WORDS:
            return Word(surface, norwegian, english, stop=True, terms=(), parts=())
        has_digits = any(character.isdigit() for character in surface)
        terms = (surface,) if has_digits else (f"n:{norwegian}", f"e:{english}")
        parts = () if has_digits else self._split(surface)
        return Word(surface, norwegian, english, stop=False, terms=terms, parts=parts)

    def _split(self, surface: str) -> tuple[str, ...]:
        """Of several ways to split, the one with the longest last part: there the head of the compound stands."""
        for cut in range(_SHORTEST_PART, len(surface) - _SHORTEST_PART + 1):
            head = self._norwegian.stemWord(surface[cut:])
            if head not in self.known:
                continue
            for link in _LINKS:
                modifier = surface[: cut - len(link)] if surface[:cut].endswith(link) else ""
                stem = self._norwegian.stemWord(modifier)
                if len(modifier) >= _SHORTEST_PART and stem in self.known:
                    return (stem, head)
        return ()
