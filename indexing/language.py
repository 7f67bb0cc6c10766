"""Tells Norwegian (bokmål, nynorsk) and English apart, in short questions and in passages; never raises.

Only wording and the order of hits lean on it: retrieval works whether it is right or not.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import langdetect
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from indexing.types import Family, Language

_PROFILES = ("no", "en")  # with all 55 profiles 47 of 100 short questions come out right, with these two 93
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_NORWEGIAN_WORDS = frozenset(
    "og ikke ikkje jeg eg hva kva hvor kor hvem kven hvordan korleis hvorfor kvifor når hvilke hvilken hvilket er på "
    "av til som det den de dei en ei et eit har hadde ble blei vart skal kan vil med om fra frå mye mykje mange får "
    "går der ved gjør gjer heter heiter være vere blir bli sin sitt sine etter før enn bare berre også dette disse "
    "desse hvilkje noe noko noen nokon".split()
)
_ENGLISH_WORDS = frozenset(
    "the of what how is are was were who which where when why does did do many much and to in by with from has have "
    "will can it its this that these those an be been their they we you your there about into than should would could "
    "as at get gets or".split()
)
_NYNORSK_WORDS = frozenset(
    "ikkje eg kva kven korleis kvifor kor dei vere frå eit ein noko nokon mykje berre desse heiter gjer vart blei "
    "hjå saman ho korfor kvar kvart mellom sjølv sidan fekk skulle kunne gjekk".split()
) - frozenset({"mellom", "skulle", "kunne", "ho", "kor"})
_BOKMAAL_WORDS = frozenset(
    "ikke jeg hva hvem hvordan hvorfor hvor de være fra et en noe noen mye bare disse heter gjør ble hos sammen hun "
    "hver hvert selv siden fikk gikk hvilke hvilken hvilket".split()
)
_PROFILE_LIMIT = 3.0  # nats the letter profiles may give: langdetect says 0.99999 when it is wrong, too
_BEYOND_DOUBT = 12.0  # nats; the profiles, a hundred times slower, could not change the verdict of so many words
_PER_WORD = 1.5  # nats a function word of one language gives
_PER_LETTER = 2.0  # nats æ, ø or å gives, once; names bring it into English ("Who is Bjørn?")
_HINT = 2.0  # nats of what the caller expects; 4 did harm when wrong
_UNDECIDED = 1.0  # nats; under this the language is not told


@dataclass(frozen=True, slots=True)
class Detection:
    """A language, and the evidence for Norwegian against English in nats (above 0: Norwegian)."""

    code: Language
    score: float

    @property
    def p_norwegian(self) -> float:
        """The share of the evidence that says Norwegian, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.score))))


class Detector:
    """langdetect held to two profiles, seeded, plus function words; loaded when made, then only read."""

    def __init__(self) -> None:
        self._factory = DetectorFactory()
        profiles = Path(langdetect.__file__).parent / "profiles"
        self._factory.load_json_profile([(profiles / name).read_text("utf-8") for name in _PROFILES])
        self._factory.set_seed(0)  # without it langdetect draws n-grams anew at every call

    def detect(self, text: str, *, hint: Iterable[Language] = ()) -> Detection:
        """The language of a text: nb, nn, en, or und when the evidence is thin; equal text gives equal answers.

        Args:
            text: A question or a passage; addresses, digits and signs do not count.
            hint: Languages expected here (a document's, a page's); counts only when all of one family.
        """
        plain = unicodedata.normalize("NFC", _ADDRESS.sub(" ", text)).lower()  # capitals are skipped by langdetect
        words = _WORD.findall(plain)
        score = self._score(words) + _hint(hint)
        if not words or abs(score) < _UNDECIDED:
            return Detection("und", score)
        return Detection(_norwegian_form(words) if score > 0 else "en", score)

    def _score(self, words: list[str]) -> float:
        score = _PER_WORD * sum((w in _NORWEGIAN_WORDS) - (w in _ENGLISH_WORDS) for w in words)
        score += _PER_LETTER if any(c in "æøå" for w in words for c in w) else 0.0
        if abs(score) >= _BEYOND_DOUBT:
            return score
        return score + self._profile_score(" ".join(words))

    def _profile_score(self, text: str) -> float:
        detector = self._factory.create()
        detector.append(text)
        try:
            found = {language.lang: language.prob for language in detector.get_probabilities()}
        except LangDetectException:  # no letters it knows
            return 0.0
        norwegian, english = found.get("no", 0.0), found.get("en", 0.0)
        score = math.log((norwegian + 1e-9) / (english + 1e-9))
        return max(-_PROFILE_LIMIT, min(_PROFILE_LIMIT, score))


def family(language: Language) -> Family | None:
    """The family retrieval tells apart: nb and nn are "no"; und is none."""
    return None if language == "und" else "en" if language == "en" else "no"


def _hint(hint: Iterable[Language]) -> float:
    families = {family(language) for language in hint}
    if families == {"no"}:
        return _HINT
    return -_HINT if families == {"en"} else 0.0


def _norwegian_form(words: list[str]) -> Language:
    nynorsk = sum(w in _NYNORSK_WORDS for w in words)
    bokmaal = sum(w in _BOKMAAL_WORDS for w in words)
    return "nn" if nynorsk > bokmaal else "nb"
