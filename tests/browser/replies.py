"""The canned replies: a question names the state of the search box that it brings about."""

from http import HTTPStatus
from typing import Any

ENGLISH_SOURCE = "Hvor mye får NorTrials?"
NORWEGIAN_SOURCE = "How much do test facilities get?"
SEVERAL = "Hva er satt av til persontilpasset medisin?"
ONLY_PASSAGES = "Hva er bakgrunnen?"
NO_ANSWER = "Hvem vant fotballkampen?"
RATE_LIMITED = "For mange spørsmål?"
BROKEN = "Noe går galt?"
NOT_READY = "Er indeksen klar?"
SLOW = "Et tregt svar?"
CUT_OFF = "Tjenesten stopper?"
HOSTILE = "Er dokumentet ondsinnet?"
REJECTED = "???"

REPLY_ID = "00112233445566aa"

BIDI = "\u202egnirts\u202c \u2066isolated"
HOSTILE_TITLE = f'"><img src=x onerror=alert(1)> {BIDI} <script>alert(2)</script>'
HOSTILE_QUOTE = f"<script>alert(3)</script> {BIDI} <b>30</b> 'x' \"y\" &amp; javascript:alert(4)"

BUDGET = ("state-budget-2024", "Statsbudsjettet 2024: de viktigste sakene for Oslo Cancer Clusters medlemmer", "nb")
FUNDING = ("personalized-medicine-funding", "Norwegian government increases funding for personalized medicine", "en")
# Two characters outside the basic plane stand before the span: a box that counts UTF-16 units marks the wrong words.
NORTRIALS = (
    "\U0001d6fc\U0001d6fd The establishment of NorTrials, a partnership between industry and hospitals on clinical "
    "studies, will receive NOK 30 million."
)
FACILITIES = "Konkret vil det si 26 millioner kroner mer til testfasiliteter gjennom Sivas katapultordning i 2024."
MEDICINE = "Et tilskudd på 110,9 millioner kroner foreslås videreført fra 2023 til persontilpasset medisin."
INCREASE = (
    "The Norwegian government increases the funding for personalized medicine with NOK 30 million to a total of "
    "NOK 61.3 million."
)

Source = tuple[str, str, str]


def citation(number: int, source: Source, quote: str, start: int, origin: str = "") -> dict[str, Any]:
    """Returns one citation of `quote`, which begins `start` code points into its document."""
    document_id, title, language = source
    end = start + len(quote)
    return {
        "number": number,
        "document_id": document_id,
        "title": title,
        "language": language,
        "source": origin,
        "start": start,
        "end": end,
        "quote": quote,
        "url": f"/documents/{document_id}?start={start}&end={end}",
    }


def passage(rank: int, source: Source, text: str, start: int) -> dict[str, Any]:
    """Returns one ranked passage."""
    cited = citation(rank, source, text, start)
    kept = {key: cited[key] for key in ("document_id", "title", "language", "start", "end", "url")}
    more = {"context": "Persontilpasset medisin", "rank_translated": None}
    return {**kept, **more, "rank": rank, "text": text, "score": 1 / rank, "rank_dense": rank, "rank_lexical": None}


PASSAGES = [passage(1, BUDGET, MEDICINE, 900), passage(2, FUNDING, INCREASE, 300), passage(3, BUDGET, FACILITIES, 2400)]


def body(
    question: str, language: str, citations: list[dict[str, Any]], span: str = "", confidence: float = 0.91
) -> dict[str, Any]:
    """Returns a whole reply; without citations there is no answer, with a span its place is computed from the quote."""
    answer = None
    if citations:
        quote, offset = citations[0]["quote"], citations[0]["start"]
        at = offset + quote.index(span)
        answer = {
            "text": quote,
            "language": citations[0]["language"],
            "span": {"text": span, "start": at, "end": at + len(span)} if span else None,
            "confidence": confidence,
            "citation": 1,
        }
    return {
        "id": REPLY_ID,
        "question": question,
        "language": {"code": language, "source": "detected"},
        "outcome": "answered" if citations else "passages_only" if question == ONLY_PASSAGES else "no_answer",
        "answer": answer,
        "citations": citations,
        "passages": PASSAGES,
        "timing_ms": {"total": 9.1, "encode": 1.2, "retrieve": 0.8, "read": 6.7},
    }


def error(kind: str) -> dict[str, Any]:
    """Returns the body every refusal has."""
    return {"error": {"type": kind, "message": "value, rule and cure"}}


def reply(question: str) -> tuple[HTTPStatus, dict[str, Any], dict[str, str]]:
    """Returns status, body and headers for a question."""
    refusals: dict[str, tuple[HTTPStatus, str, dict[str, str]]] = {
        RATE_LIMITED: (HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", {"Retry-After": "7"}),
        BROKEN: (HTTPStatus.INTERNAL_SERVER_ERROR, "internal", {}),
        NOT_READY: (HTTPStatus.SERVICE_UNAVAILABLE, "index_not_ready", {}),
        REJECTED: (HTTPStatus.BAD_REQUEST, "bad_question", {}),
    }
    if question in refusals:
        status, kind, headers = refusals[question]
        return status, error(kind), headers
    hostile = ("hostile", HOSTILE_TITLE, "en")
    answers: dict[str, dict[str, Any]] = {
        ENGLISH_SOURCE: body(
            question, "nb", [citation(1, FUNDING, NORTRIALS, 1604, "https://example.org/news#top")], "NOK 30 million"
        ),
        NORWEGIAN_SOURCE: body(question, "en", [citation(1, BUDGET, FACILITIES, 2400)], "26 millioner kroner", 0.6),
        SEVERAL: body(
            question,
            "nb",
            [citation(1, BUDGET, MEDICINE, 900), citation(2, FUNDING, INCREASE, 300)],
            "110,9 millioner kroner",
        ),
        HOSTILE: body(
            question,
            "nb",
            [{**citation(1, hostile, HOSTILE_QUOTE, 0, "javascript:alert(5)"), "url": "javascript:alert(6)"}],
            "<b>30</b>",
        ),
    }
    return HTTPStatus.OK, answers.get(question, body(question, "nb", [])), {}


def suggestions(typed: str) -> dict[str, Any]:
    """Returns the suggestions that begin as typed."""
    known: list[dict[str, Any]] = [
        {"text": ENGLISH_SOURCE, "kind": "question", "language": "nb", "url": None},
        {"text": "Hvor stort er tilskuddet?", "kind": "question", "language": "nb", "url": None},
        {"text": BUDGET[1], "kind": "title", "language": "nb", "url": "/documents/state-budget-2024"},
        {"text": HOSTILE_TITLE, "kind": "title", "language": "en", "url": "javascript:alert(7)"},
    ]
    matching = [one for one in known if one["text"].casefold().startswith(typed.casefold())]
    return {"suggestions": matching}
