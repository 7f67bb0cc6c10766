"""The sentences an answer may be chosen from, each with the signals that tell how well it answers; pure."""

from collections.abc import Iterator, Sequence

from indexing.late import Matrix
from indexing.store import Index
from indexing.types import BlockKind
from service.expect import Expected, expected_answer
from service.reader import Reading
from service.retrieve import Query
from service.types import Candidate, Hit, Signals
from service.values import find_new_values

_NOT_ANSWERS = frozenset({BlockKind.HEADING, BlockKind.NOTE})
_MATCHED = 0.4  # cosine; two tokens that share no meaning are as near as this by chance
_WHOLE = (-(2**31), 2**31)  # code points: of a passage and of what stands over it
_SURE = 8.0  # nats, of an answer or of none; trusting the reader beyond this made answers no better on the whole


def collect(index: Index, query: Query, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Candidate]:
    """The sentences of the passages hit, in the order of the hits and the text; headings and notes left out.

    `readings` are of the hits, in their order.
    """
    expected = expected_answer(query.text)
    read = zip(hits, readings, strict=True)
    return [candidate for hit, reading in read for candidate in _of_passage(index, query, hit, reading, expected)]


def _of_passage(index: Index, query: Query, hit: Hit, reading: Reading, expected: Expected) -> Iterator[Candidate]:
    chunk, weights = hit.chunk, query.tokens.weights
    spans = chunk.sentence_spans
    matches = index.tokens.match_spans(query.tokens, hit.row, [_WHOLE, *spans])
    unmatched = _unmatched(matches[0], weights)
    late = query.tokens.mean(matches[1:])
    for sentence, (start, end), sentence_late in zip(chunk.sentences, spans, late.tolist(), strict=True):
        if sentence.kind in _NOT_ANSWERS:
            continue
        text = chunk.text[start:end]
        new = find_new_values(text, expected, language=chunk.language, question=query.text)
        mark = reading.best(start, end)
        values = frozenset(text[a:b].casefold() for a, b in new)
        signals = Signals(
            late=sentence_late,
            read=max(-_SURE, min(_SURE, mark.score)) if mark else 0.0,
            passage=hit.score,
            expected=0.5 if expected is Expected.PROSE else float(bool(values)),
            opens_list=float(text.endswith(":")),
            question=float(text.rstrip('”"» ').endswith("?")),
            unmatched=unmatched,
            asked=len(weights) / 10,
        )
        yield Candidate(chunk, sentence, text, signals, values, mark)


def _unmatched(matches: Matrix, weights: Matrix) -> float:
    """The signal `unmatched` of a passage; a question without tokens fits nothing."""
    return float(weights[matches < _MATCHED].sum()) if len(matches) else 1.0
