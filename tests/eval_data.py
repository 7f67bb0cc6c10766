"""Small data for the tests of the measurements, over encoders and documents that can be worked out by hand."""

from eval.commands import finish
from eval.corpora import Source, make_document, open_chunks
from eval.english import EnglishBm25
from eval.measured import Measured
from eval.systems import Systems
from indexing.chunk import split
from indexing.language import Detector
from service.ask import Pipeline
from service.types import Mode
from tests.fakes import FakeEncoder

TEXTS = {
    "mice": "Mice eat cheese and grain in the barn.",
    "cats": "Cats hunt mice at night. They sleep all day.",
    "mus": "Mus spiser ost og korn på låven.",
    "mix": "Regjeringen gir 30 millioner kroner til forskning på mus.",
}


def open_fake(texts: dict[str, str] = TEXTS) -> Pipeline:
    """A pipeline over these texts with the fake encoder."""
    documents, detector = [make_document(Source(name, "", text)) for name, text in texts.items()], Detector()
    chunks = [chunk for document in documents for chunk in split(document, detector)]
    return open_chunks(documents, chunks, FakeEncoder())


def open_systems(texts: dict[str, str] = TEXTS) -> Systems:
    """Every mode and the baseline over these texts."""
    pipeline = open_fake(texts)
    return Systems({"": pipeline}, list(Mode), EnglishBm25(pipeline.index))


def described(kind: str, measured: Measured) -> Measured:
    """The run as a command would leave it."""
    dataset = {"name": "small", "split": "test", "digest": "0" * 16, "questions": len(measured.rows)}
    return finish(
        kind, measured, f"python -m eval {kind}", dataset, open_fake().index, encoders=["bundled"], started=0.0
    )
