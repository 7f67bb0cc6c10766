"""What kind of answer a question asks for, told from its words in Norwegian and English; pure."""

import re
from enum import StrEnum


class Expected(StrEnum):
    """The kind of value that answers; `PROSE` when no short value does."""

    AMOUNT = "amount"
    QUANTITY = "quantity"  # "how much": money or a share
    PERCENTAGE = "percentage"
    YEAR = "year"
    DATE = "date"
    DURATION = "duration"
    COUNT = "count"
    PERSON = "person"
    PROSE = "prose"


_ASKS = (  # the first that matches tells; the word a question opens with, then specific before general
    (Expected.DATE, r"^\W*(?:når|when)\b"),
    (Expected.PERSON, r"^\W*(?:hvem|kven|who|whom|whose)\b"),
    (
        Expected.PERCENTAGE,
        r"\b(?:prosent\w*|prosentandel\w*|andel\w*|per ?cent|percentage|proportion|(?:what|which|how (?:big|large)) "
        r"(?:a )?(?:share|fraction|part))\b|%",
    ),
    (Expected.YEAR, r"\b(?:hvilket år|kva år|hvilke år|(?:what|which) years?|årstall\w*)\b"),
    (
        Expected.DURATION,
        r"\b(?:h?v?or lenge|kor lenge|hvor lang tid|kor lang tid|hvor mange (?:år|måneder|uker|dager)"
        r"|kor mange (?:år|månader|veker|dagar)|how long|how many (?:years|months|weeks|days)|varighet\w*|varigheit\w*"
        r"|duration|antall år|number of years)\b",
    ),
    (
        Expected.AMOUNT,
        r"\b(?:(?:hvor mye|kor mykje|how much) (?:\w+ )?(?:penger|pengar|støtte|midler|midlar|money|funding|support)"
        r"|(?:what|which) (?:amount|sum|budget|cost|price|slice)|hvilket beløp|hvilken sum"
        r"|(?:(?:hvor|kor) stort?(?: er| var| blir| ble| vart)?|how (?:big|large) (?:is|was|a)(?: the)?) "
        r"(?:sum|beløp|bevilgning|budsjett|ramme|tilskudd|grant|fund)\w*"
        r"|beløp\w*|kroner|euros?|tilskudd\w*|bevilg\w*|kostnad\w*|koste[rt]?|costs?|funding|grant(?:ed)?|budget|turnover"
        r"|omsetning\w*|omsette\w*|milliard\w*|billions?)\b",
    ),
    (Expected.QUANTITY, r"\b(?:hvor mye|kor mykje|how much)\b"),
    (Expected.COUNT, r"\b(?:hvor mange|kor mange|how many|antall\w*|antal|tal(?:et)? på|number of|count of)\b"),
    (
        Expected.DATE,
        r"\b(?:(?:fra|innen|since|until|by) (?:når|when)|hvilken (?:dato|måned|dag)|kva dato"
        r"|kva månad|(?:what|which) (?:date|month|day)|dato(?:en)?|tidspunkt\w*|deadline|frist\w*)\b",
    ),
    (Expected.PERSON, r"\b(?:hvem|kven|who|whom|whose)\b"),
)
_PATTERNS = tuple((expected, re.compile(pattern, re.IGNORECASE)) for expected, pattern in _ASKS)


def expected_answer(question: str) -> Expected:
    """The kind of value the question asks for; `PROSE` when its words do not tell."""
    for expected, pattern in _PATTERNS:
        if pattern.search(question):
            return expected
    return Expected.PROSE
