"""Tells an administrator how a reply came about: the sentences compared, what counted, and why the outcome; pure."""

from collections.abc import Mapping

from service.calibration import Calibration
from service.expect import Expected, expected_answer
from service.read import Preference, confidence_features
from service.schemas import CandidateOut, ConfidenceOut, ExpectedOut, ExplanationOut, PartOut
from service.types import Candidate, Outcome, Reply

SHOWN = 10  # sentences; those further down were never near

_MEANINGS = {
    "late": "how close the sentence's words are to the question's, rare words counting most; 1 is the same words",
    "read": "how much rather the reader would mark a part of the sentence as the answer than say that its passage does "
    "not tell; above 0 it would",
    "passage": "how well the passage fits the question, with what stands around it: the score that it was found with",
    "expected": "whether the sentence holds the kind of answer the question asks for and does not name: {kind}",
    "opens_list": "1 where the sentence ends in a colon: what follows it would be the answer",
    "question": "1 where the sentence asks a question itself",
    "margin": "how far the best sentence's score is ahead of the next one's that says something else",
    "asked": "the length of the question in word pieces, divided by ten",
}
_KINDS = {
    Expected.AMOUNT: "an amount of money",
    Expected.QUANTITY: "an amount of money, or a share",
    Expected.PERCENTAGE: "a share",
    Expected.YEAR: "a year",
    Expected.DATE: "a date",
    Expected.DURATION: "a span of time",
    Expected.COUNT: "a number",
    Expected.PERSON: "a person's name",
    Expected.PROSE: "no particular kind, so that every sentence gets one half",
}


def explain(reply: Reply, calibration: Calibration) -> ExplanationOut:
    """What the reader compared, best first, and how the outcome follows from it.

    The contributions of a sentence's signals, added in their order, are its score; those of the confidence's features
    and the bias are its log-odds.
    """
    ranked, kind = reply.candidates, expected_answer(reply.question)
    meanings = {name: meaning.format(kind=_KINDS[kind]) for name, meaning in _MEANINGS.items()}
    confidence = _confidence(ranked, calibration, meanings)
    return ExplanationOut(
        expected=ExpectedOut(kind=kind.value, meaning=_KINDS[kind]),
        norwegian=reply.language.p_norwegian,
        why=_why(reply, calibration),
        confidence=confidence,
        compared=len(ranked),
        candidates=[_candidate(place, c, meanings) for place, c in enumerate(ranked[:SHOWN], start=1)],
    )


def _candidate(place: int, candidate: Candidate, meanings: Mapping[str, str]) -> CandidateOut:
    preference, signals = Preference(), candidate.signals
    return CandidateOut(
        rank=place,
        text=candidate.text,
        document_id=candidate.chunk.document_id,
        start=candidate.sentence.start,
        end=candidate.sentence.end,
        score=preference.score(signals),
        signals=[
            PartOut(
                name=name,
                value=getattr(signals, name),
                weight=getattr(preference, name),
                contribution=contribution,
                meaning=meanings[name],
            )
            for name, contribution in preference.contributions(signals).items()
        ],
    )


def _confidence(
    ranked: tuple[Candidate, ...], calibration: Calibration, meanings: Mapping[str, str]
) -> ConfidenceOut | None:
    if not ranked:
        return None
    features = confidence_features(ranked)
    return ConfidenceOut(
        value=calibration.confidence(features),
        log_odds=calibration.log_odds(features),
        bias=calibration.bias,
        features=[
            PartOut(
                name=name,
                value=features[name],
                weight=getattr(calibration, name),
                contribution=contribution,
                meaning=meanings[name],
            )
            for name, contribution in calibration.contributions(features).items()
        ],
        answer_at=calibration.answer_at,
        show_at=calibration.show_at,
        most_unmatched=calibration.most_unmatched,
    )


def _why(reply: Reply, calibration: Calibration) -> str:
    """The rule that decided, with the numbers it compared."""
    if not reply.candidates:
        return "no passage was found with a sentence that could answer"
    unmatched = reply.candidates[0].signals.unmatched
    if calibration.is_elsewhere(unmatched):
        share, most = _apart(unmatched, calibration.most_unmatched)
        return f"{share} of the question has nothing near it in the passage; from {most} on nothing is said"
    confidence = reply.answer.confidence
    value, answer_at = _apart(confidence, calibration.answer_at)
    if reply.answer.outcome is Outcome.ANSWERED:
        return f"confidence {value} is not below {answer_at}, the least for an answer"
    if reply.answer.outcome is Outcome.PASSAGES_ONLY:
        shown_from = f"passages are shown from {calibration.show_at:.2f}"
        return f"confidence {value} is below {answer_at}, the least for an answer; {shown_from}"
    value, show_at = _apart(confidence, calibration.show_at)
    return f"confidence {value} is below {show_at}, the least for passages to be shown"


def _apart(value: float, limit: float) -> tuple[str, str]:
    """Both numbers with two decimals, or as many more as tell them apart."""
    places = next((n for n in range(2, 9) if round(value, n) != round(limit, n)), 2)
    return f"{value:.{places}f}", f"{limit:.{places}f}"
