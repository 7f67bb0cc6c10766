"""A pipeline over a handful of paragraphs, with an encoder and a lexicon whose results can be worked out by hand."""

from collections.abc import Mapping, Sequence

import numpy as np

from indexing.build import make_index
from indexing.chunk import MAX_CHARS, split
from indexing.encode import Encoder
from indexing.ingest import assemble
from indexing.language import Detector
from indexing.layout import Piece
from indexing.lexicon import Lexicon
from indexing.store import settings_manifest
from indexing.types import BlockKind, Document, Language
from service.ask import Pipeline, make_pipeline
from service.calibration import Calibration
from service.reader import Reading, Reads
from tests.fakes import FakeEncoder


class BlindReader:
    """Marks nothing."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """No token of any passage."""
        none = np.empty(0, dtype=np.float32)
        return [Reading(none, none, np.empty((0, 2), dtype=np.int32)) for _ in passages]


BLIND = BlindReader()
NO_LEXICON = Lexicon({}, {})


def make_calibration(*, answer_at: float, show_at: float, **given: float) -> Calibration:
    """A calibration whose weights are 0 but for those given, and that never finds too much of a question unmatched."""
    weights = {
        "read": 0.0,
        "passage": 0.0,
        "margin": 0.0,
        "asked": 0.0,
        "bias": 0.0,
        **given,
    }
    return Calibration(**{"most_unmatched": 2.0, **weights}, answer_at=answer_at, show_at=show_at)


ALWAYS_ANSWER = make_calibration(passage=1, answer_at=0.0, show_at=0.0)
NEVER_ANSWER = make_calibration(answer_at=1.0, show_at=1.0)


def make_document(document_id: str, paragraphs: Sequence[str], *, languages: tuple[Language, ...] = ()) -> Document:
    """A document of these paragraphs; its title is its id in capitals."""
    text, blocks = assemble([Piece(paragraph, BlockKind.PARAGRAPH) for paragraph in paragraphs])
    return Document(document_id, document_id.upper(), text, blocks, languages)


def open_tiny(
    documents: Mapping[str, Sequence[str]],
    *,
    encoder: Encoder | None = None,
    lexicon: Lexicon = NO_LEXICON,
    reader: Reads = BLIND,
    calibration: Calibration = ALWAYS_ANSWER,
    max_chars: int = MAX_CHARS,
) -> Pipeline:
    """A pipeline over documents given as id to paragraphs."""
    made = [make_document(document_id, paragraphs) for document_id, paragraphs in documents.items()]
    detector, used = Detector(), encoder or FakeEncoder()
    chunks = [chunk for document in made for chunk in split(document, detector, max_chars=max_chars)]
    settings = settings_manifest(used.card, max_chars=max_chars, lexicon_hash=lexicon.digest)
    index, _ = make_index(made, chunks, used, lexicon, settings)
    return make_pipeline(index, used, lexicon, reader=reader, calibration=calibration)
