"""How a reply looks in a terminal; pure."""

from indexing.store import Index
from service.types import Outcome, Reply

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
            excerpt = " ".join(chunk.text.split())
            excerpt = excerpt[:_EXCERPT_CHARS] + ("…" if len(excerpt) > _EXCERPT_CHARS else "")
            place = f"{chunk.document_id} [{chunk.start}:{chunk.end}]"
            lines += [f"  {excerpt}", f"  {_paint(place, _DIM, colour)}"]
    return "\n".join(lines)


def _paint(text: str, code: str, colour: bool) -> str:
    return f"{code}{text}{_PLAIN}" if colour else text
