"""Finds amounts, shares, dates, spans of time, counts and names in a sentence, in Norwegian and English; pure."""

import re

from indexing.types import Language
from service.expect import Expected

_NUMBER = r"\d+(?:[ ,.]\d{3})*(?:[.,]\d+)?"
_SMALL = (
    r"(?:to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|elleve|tolv|tretten|fjorten|femten|seksten|sytten|atten|nitten|tjue|"
    r"tretti|førti|femti|hundre|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
)
_SCALE = (
    r"(?:millioner|million(?:en|s)?|milliarder|milliard(?:en)?|billions?|trillions?|mill\.?|mrd\.?|tusen|thousand|M)"
)
_CURRENCY = r"(?:NOK|EUR|USD|SEK|DKK|GBP|€|\$|£|kr\.?)"
_MONEY_WORD = (  # a sign before a number is that number's: "in 2024 NOK 61 million"
    r"(?:(?:av disse |norske |statsbudsjett)?kron(?:er|ene|e)|statsbudsjettkroner|euros?|dollars?"
    r"|(?:€|\$|£|NOK)(?!\s?\d))"
)
_MONTH = (
    r"(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|january|february|march|may|"
    r"june|july|october|december)"
)
_SEASON = r"(?:vår(?:en)?|sommer(?:en)?|høst(?:en)?|haust(?:en)?|vinter(?:en)?|spring|summer|autumn|fall|winter)"
_YEAR = r"(?:19|20)\d\d"
_DASH = r"\s?[-–−/]\s?"
_YEARS = rf"{_YEAR}(?:{_DASH}(?:{_YEAR}|\d\d))?"
_UNIT_OF_TIME = (
    r"(?:års?|åra|måned(?:er)?|månad(?:er)?|uker?|veker?|dag(?:er|ar)?|timer?|minutter?|years?|months?|weeks?|days?"
    r"|hours?|minutes?)"
)
_ENGLISH_WORDS = frozenset({"to", "fire"})  # Norwegian numbers that are other words in English
_NAME = r"[A-ZÆØÅ][\w’'-]*[a-zæøåéö](?:[ -](?:[A-ZÆØÅ]\.|[A-ZÆØÅ][\w’'-]+|(?:de|der|van|von)(?= )))+"

_PATTERNS = {
    Expected.AMOUNT: (
        rf"{_CURRENCY}\s?{_NUMBER}(?:\s?{_SCALE}\b)?|{_NUMBER}\s?{_SCALE}?\s?{_MONEY_WORD}|{_NUMBER}\s{_SCALE}\b"
        rf"|{_SMALL} {_SCALE} {_MONEY_WORD}"
    ),
    Expected.PERCENTAGE: (
        rf"(?:{_NUMBER}|{_SMALL})\s?(?:%|prosent\b|per ?cent\b|pst\b)"
        r"|\b(?:en|to|ein|one|a|two)[ -](?:tredjedel(?:er)?|tredel(?:er|ar)?|third|thirds|fjerdedel|quarter|femdel)\b"
        r"|\b(?:halvparten|half)\b"
    ),
    Expected.YEAR: rf"\b{_YEARS}\b",
    Expected.DATE: (
        rf"\b(?:\d{{1,2}}\.? )?{_MONTH}(?: \d{{1,2}},?)?(?: {_YEAR})?\b|\b\d{{1,2}}\.\d{{1,2}}\.{_YEAR}\b"
        rf"|\b{_SEASON}(?: (?:of|i))? {_YEAR}\b|\b{_YEARS}\b"
    ),
    Expected.DURATION: (
        rf"\b(?:{_NUMBER}|{_SMALL}|one|et|ett|eit|en|ein)(?: (?:eller|or|til|to|-) (?:{_NUMBER}|{_SMALL}))?[ -]"
        rf"{_UNIT_OF_TIME}\b|\b{_YEAR}{_DASH}(?:{_YEAR}|\d\d)\b"
        rf"|\b{_MONTH} {_YEAR}{_DASH}{_MONTH} {_YEAR}\b"
    ),
    Expected.COUNT: rf"\b(?:{_NUMBER}(?:{_DASH}\d+)?|{_SMALL})\b",
    Expected.PERSON: _NAME,
}
_PATTERNS[Expected.QUANTITY] = f"{_PATTERNS[Expected.AMOUNT]}|{_PATTERNS[Expected.PERCENTAGE]}"
_COMPILED = {
    expected: re.compile(pattern, 0 if expected is Expected.PERSON else re.IGNORECASE)
    for expected, pattern in _PATTERNS.items()
}


def find_values(text: str, expected: Expected, *, language: Language) -> list[tuple[int, int]]:
    """Spans of the values of this kind in a text in this language, in order, not overlapping; none for prose."""
    pattern = _COMPILED.get(expected)
    if pattern is None:
        return []
    spans = (match.span() for match in pattern.finditer(text))
    return [(start, end) for start, end in spans if not _is_other_word(text[start:end], language)]


def find_new_values(text: str, expected: Expected, *, language: Language, question: str) -> list[tuple[int, int]]:
    """Spans of those values that the question does not name itself, whatever their case."""
    asked = question.casefold()
    spans = find_values(text, expected, language=language)
    return [(start, end) for start, end in spans if text[start:end].casefold() not in asked]


def _is_other_word(value: str, language: Language) -> bool:
    return language == "en" and value.casefold() in _ENGLISH_WORDS
