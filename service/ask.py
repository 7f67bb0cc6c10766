"""Answers a question: prepare, retrieve, read; the one flow behind the terminal, HTTP and the benchmarks."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexing.chunk import MAX_CHARS
from indexing.encode import Encoder, load_encoder
from indexing.errors import SnapshotError
from indexing.language import Detection, Detector
from indexing.lexicon import Lexicon, load_lexicon
from indexing.store import Index, load, manifest_file, settings_manifest
from service.calibration import SHIPPED, Calibration
from service.candidates import collect
from service.question import check_question
from service.read import rank, read
from service.reader import Reader, Reads, load_reader
from service.retrieve import Query, Retriever
from service.types import Answer, Candidate, Hit, Mode, Reply, Timing

READ_PASSAGES = 3  # the reader looks at so many; with 4 it was right hardly more often, and a third slower
_GIVEN_NATS = 30.0  # the caller said which language it is: no doubt left


class CitationError(RuntimeError):
    """A quotation that is not in its document; a bug, and never sent."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What a running service holds: made once, shared by every question, never changed."""

    index: Index
    detector: Detector
    retriever: Retriever
    reader: Reads
    calibration: Calibration
    read_passages: int = READ_PASSAGES


def ask(
    pipeline: Pipeline,
    question: str,
    *,
    language: str | None = None,
    limit: int = 5,
    documents: Collection[str] | None = None,
    mode: Mode = Mode.HYBRID,
) -> Reply:
    """The answer with its passages; equal questions get equal answers, whatever ran before.

    Raises:
        QuestionError: a question that cannot be asked.
        UnknownDocumentError: an id in `documents` that the index does not have.
    """
    text = check_question(question)
    started = time.perf_counter()
    detected = _language(pipeline.detector, text, language)
    query = pipeline.retriever.prepare(text, detected)
    encoded = time.perf_counter()
    hits = pipeline.retriever.search(query, limit=max(limit, pipeline.read_passages), documents=documents, mode=mode)
    retrieved = time.perf_counter()
    ranked = compare(pipeline, query, hits)
    answer = read(text, ranked, pipeline.calibration)
    _check_citation(pipeline.index, answer)
    finished = time.perf_counter()
    timing = Timing((encoded - started) * 1e3, (retrieved - encoded) * 1e3, (finished - retrieved) * 1e3)
    return Reply(text, detected, language is not None, answer, tuple(hits[:limit]), tuple(ranked), timing)


def compare(pipeline: Pipeline, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences of the first hits, those that answer best first."""
    first = hits[: pipeline.read_passages]
    readings = pipeline.reader.read(query.text, [hit.chunk.text for hit in first])
    return rank(collect(pipeline.index, query, first, readings))


def open_pipeline(
    folder: Path, encoder_name: str, *, calibration: Calibration | None = None, read_passages: int = READ_PASSAGES
) -> Pipeline:
    """The pipeline over the current snapshot of an index folder.

    Args:
        folder: The index folder.
        encoder_name: As `load_encoder` and `load_reader` take it.
        calibration: None takes that of the index, or the shipped one where the index has none.
        read_passages: So many are read for an answer.

    Raises:
        SnapshotError: no index there, damaged, built with another encoder or analysis, or with a wrong calibration.
        EncoderError: the encoder or its reader cannot be loaded.
    """
    encoder, lexicon = load_encoder(encoder_name, threads=1), load_lexicon()
    settings = settings_manifest(encoder.card, max_chars=MAX_CHARS, lexicon_hash=lexicon.digest)
    index = load(folder, settings=settings)
    calibration = calibration or _calibration_of(index, folder)
    pipeline = make_pipeline(index, encoder, lexicon, reader=load_reader(encoder_name), calibration=calibration)
    return replace(pipeline, read_passages=read_passages)


def make_pipeline(
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    *,
    reader: Reads | None = None,
    calibration: Calibration = SHIPPED,
) -> Pipeline:
    """The pipeline over an index in memory, with the bundled reader where no other is given."""
    return Pipeline(index, Detector(), Retriever(index, encoder, lexicon), reader or Reader(), calibration)


def _calibration_of(index: Index, folder: Path) -> Calibration:
    if index.calibration is None:
        return SHIPPED
    try:
        return Calibration.from_dict(index.calibration)
    except ValueError as error:
        raise SnapshotError(
            f"calibration in '{manifest_file(folder, index)}' is wrong: {error}; "
            f"run: python -m eval calibrate --index {folder}"
        ) from error


def _language(detector: Detector, text: str, given: str | None) -> Detection:
    if given == "en":
        return Detection("en", -_GIVEN_NATS)
    if given is None:
        return detector.detect(text)
    form = detector.detect(text, hint=["nb"]).code
    return Detection("nn" if given == "nn" or (given == "no" and form == "nn") else "nb", _GIVEN_NATS)


def _check_citation(index: Index, answer: Answer) -> None:
    citation, span = answer.citation, answer.span
    if citation is None:
        return
    text = index.documents[citation.document_id].text
    if text[citation.start : citation.end] != citation.quote:
        raise CitationError(f"{citation.document_id}:{citation.start}-{citation.end} is not the quotation")
    if span is not None and text[span.start : span.end] != span.text:
        raise CitationError(f"{citation.document_id}:{span.start}-{span.end} is not the span")
