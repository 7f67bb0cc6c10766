"""How a reply looks in a terminal; pure."""

from collections.abc import Iterator

from indexing.store import Index
from service.schemas import ConfidenceOut, ExplanationOut, PartOut
from service.types import Hit, Outcome, Reply

_BOLD, _MARK, _DIM, _PLAIN = "\033[1m", "\033[1;32m", "\033[2m", "\033[0m"
_WORDS = {
    "no": ("Jeg er ikke sikker på svaret. Nærmest:", "Jeg fant ikke svaret i dokumentene.", "Andre avsnitt:"),
    "en": ("I am not sure of the answer. Nearest:", "The documents do not tell.", "Other passages:"),
}
_EXCERPT_CHARS = 110


def show(reply: Reply, index: Index, *, colour: bool) -> str:
    """The answer, its citation and the other passages, as lines of text."""
    unsure, none, others = _WORDS["en" if reply.language.code == "en" else "no"]
    lines = []
    answer, citation = reply.answer, reply.answer.citation
    if citation is not None:
        quote = citation.quote
        if answer.span is not None:
            start, end = answer.span.start - citation.start, answer.span.end - citation.start
            quote = quote[:start] + _paint(quote[start:end], _MARK, colour) + quote[end:]
        title = index.documents[citation.document_id].title
        place = f"{citation.document_id} [{citation.start}:{citation.end}]"
        lines += [quote, "", f"  {_paint(title, _BOLD, colour)}", f"  {_paint(place, _DIM, colour)}"]
    else:
        lines.append(unsure if answer.outcome is Outcome.PASSAGES_ONLY else none)
    passages = [hit.chunk for hit in reply.hits if citation is None or hit.chunk.id != citation.chunk.id]
    if answer.outcome is not Outcome.NO_ANSWER and passages:
        lines += ["", others] if citation is not None else []
        for chunk in passages:
            place = f"{chunk.document_id} [{chunk.start}:{chunk.end}]"
            lines += [f"  {_excerpt(chunk.text)}", f"  {_paint(place, _DIM, colour)}"]
    return "\n".join(lines)


def show_explanation(explanation: ExplanationOut, reply: Reply, *, colour: bool) -> str:
    """How the reply came about, as lines of text, in English: for administrators."""
    language = f"{reply.language.code} ({'given' if reply.language_given else 'detected'})"
    lines = [
        _paint(f"Outcome: {reply.answer.outcome.value}", _BOLD, colour),
        f"  {explanation.why}",
        f"  language of the question: {language}, {explanation.norwegian:.0%} of the evidence for Norwegian",
        f"  kind of answer it asks for: {explanation.expected.kind}: {explanation.expected.meaning}",
    ]
    if explanation.confidence is not None:
        lines += ["", *_confidence_lines(explanation.confidence, colour=colour)]
    if explanation.candidates:
        shown = f"{explanation.compared} compared, the best {len(explanation.candidates)}"
        lines += ["", _paint(f"Sentences: {shown}", _BOLD, colour)]
        lines += [f"  {part.name:<10} × {part.weight:g}: {part.meaning}" for part in explanation.candidates[0].signals]
    for candidate in explanation.candidates:
        sum_of = " + ".join(f"{part.name} {_product(part)}" for part in candidate.signals if part.value)
        lines += [
            "",
            f"  {candidate.rank}. {_excerpt(candidate.text)}",
            f"     {candidate.score:.3f} = {sum_of or 0}",
            _paint(f"     {candidate.document_id} [{candidate.start}:{candidate.end}]", _DIM, colour),
        ]
    if reply.hits:
        lines += ["", _paint("Passages, by rank in each arm", _BOLD, colour)]
        lines += [f"  {rank}. {_ranks(hit)}" for rank, hit in enumerate(reply.hits, start=1)]
    return "\n".join(lines)


def _confidence_lines(confidence: ConfidenceOut, *, colour: bool) -> Iterator[str]:
    yield _paint(f"Confidence: {confidence.value:.3f} = 1 / (1 + e^-({confidence.log_odds:.3f}))", _BOLD, colour)
    for part in confidence.features:
        product = f"{part.value:.3f} × {part.weight:g}"
        yield f"  {part.name:<10} {product:>16} = {part.contribution + 0.0:+.3f}  {part.meaning}"  # no -0.000
    yield f"  {'bias':<10} {'':>16}   {confidence.bias:+.3f}"
    yield f"  an answer from {confidence.answer_at:g}, passages from {confidence.show_at:g}"
    yield f"  nothing where unmatched is {confidence.most_unmatched:g} or more"


def _product(part: PartOut) -> str:
    return f"{part.value:.3f}" if part.weight == 1.0 else f"{part.value:g} × {part.weight:g}"


def _ranks(hit: Hit) -> str:
    ranks = {"dense": hit.rank_dense, "lexical": hit.rank_lexical, "translated": hit.rank_translated}
    told = ", ".join(f"{arm} {rank or '–'}" for arm, rank in ranks.items())
    return f"{told}; score {hit.score:.3f}; {hit.chunk.document_id} [{hit.chunk.start}:{hit.chunk.end}]"


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line[:_EXCERPT_CHARS] + ("…" if len(line) > _EXCERPT_CHARS else "")


def _paint(text: str, code: str, colour: bool) -> str:
    return f"{code}{text}{_PLAIN}" if colour else text
