"""Text to terms for the lexical arms: Norwegian and English analysis side by side, compounds split; pure.

A term is a stem with its analysis before it: "n:" Norwegian, "e:" English; numbers and codes stand as they are.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import Stemmer

ANALYZER_VERSION = 1  # raise it when equal text gives other terms: old indexes are then refused
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PART = 4  # letters of a compound part; shorter ones are found by chance
_LINKS = ("", "s", "e")  # between the parts of a Norwegian compound
STOP_WORDS = frozenset(
    # bokmål and nynorsk
    "og i jeg det at en et den til er som på de med av ikke der så var meg seg men ett har om vi min mitt ha hadde "
    "han hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv sjøl her alle vil bli ble "
    "blitt kunne inn når være kom noen noe ville dere som deres kun ja etter ned skulle denne for deg si sine sitt mot å "
    "meget hvorfor dette disse uten hvordan ingen din ditt blir samme hvilken hvilke sånn inni mellom vår hver hvem "
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
    """One word of a text and its stems; `stop` words carry no terms."""

    surface: str  # lower-case
    norwegian: str
    english: str
    stop: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of this word alone: both stems, or the surface where there are digits in it."""
        if self.stop:
            return ()
        if any(c.isdigit() for c in self.surface):
            return (self.surface,)
        return (f"n:{self.norwegian}", f"e:{self.english}")


class Analyzer:
    """Words and terms of a text. `known` are Norwegian stems: a longer word that two of them make up is split."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(stem for stem in known if len(stem) >= _SHORTEST_PART)
        self._norwegian = Stemmer.Stemmer("norwegian")
        self._english = Stemmer.Stemmer("english")

    def words(self, text: str) -> list[Word]:
        """The words of the text in order, stop words among them."""
        surfaces = _WORD.findall(unicodedata.normalize("NFC", text).lower())
        norwegian = self._norwegian.stemWords(surfaces)
        english = self._english.stemWords(surfaces)
        return [Word(w, n, e, w in STOP_WORDS) for w, n, e in zip(surfaces, norwegian, english, strict=True)]

    def terms(self, text: str) -> list[str]:
        """The terms of the text in order, with those of compound parts after the compound's own."""
        found: list[str] = []
        for word in self.words(text):
            found.extend(word.terms)
            if not word.stop:
                found.extend(f"n:{part}" for part in self.parts(word))
        return found

    def parts(self, word: Word) -> tuple[str, ...]:
        """The stems of the two parts of a Norwegian compound, or none: "helsekatapulten" to ("helse", "katapult").

        Of several ways to split, the one with the longest last part: the head of a Norwegian compound stands last.
        """
        surface = word.surface
        if not surface.isalpha() or len(surface) < 2 * _SHORTEST_PART:
            return ()
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
