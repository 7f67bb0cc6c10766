import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.corpora import Source, cut_texts, make_document, open_corpus
from indexing.chunk import MAX_CHARS, split
from indexing.encode import BUNDLED
from indexing.errors import EncoderError
from indexing.language import Detector
from indexing.session import MODEL_FOLDER
from indexing.store import current_version

_DETECTOR = Detector()


@given(st.text(alphabet="abc æø.\n\t\u2028é", max_size=200))
def test_the_passages_of_any_text_hold_every_character_that_is_not_white_space(text: str) -> None:
    document = make_document(Source("a", "", text))
    chunks = split(document, _DETECTOR)
    held = "".join(chunk.text for chunk in chunks)
    assert "".join(held.split()) == "".join(document.text.split())
    assert all(document.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)


def test_a_title_stands_over_every_passage_of_a_long_text() -> None:
    document = make_document(Source("a", "Mice", "Mice eat cheese and grain. " * 60))
    chunks = split(document, _DETECTOR)
    assert len(chunks) > 1
    assert all(chunk.context == "Mice" and len(chunk.text) <= MAX_CHARS for chunk in chunks)


def test_a_text_without_words_has_no_passage() -> None:
    assert split(make_document(Source("a", "", " \n ")), _DETECTOR) == []


@pytest.mark.slow
def test_an_index_is_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    corpus = cut_texts([Source("a", "Animals", "Mice eat cheese."), Source("b", "", "Katter jakter på mus.")])
    told: list[int] = []
    first = open_corpus(corpus, BUNDLED, folder=tmp_path / "index", on_progress=lambda done, _: told.append(done))
    assert told[-1] == 2
    second = open_corpus(corpus, BUNDLED, folder=tmp_path / "index", on_progress=lambda _, total: told.append(-total))
    assert min(told) >= 0  # nothing was encoded the second time
    assert second.index.manifest["version"] == current_version(tmp_path / "index")  # taken as it stands
    assert second.index.chunks == first.index.chunks


@pytest.mark.slow
def test_an_index_kept_of_other_texts_gives_its_vectors_and_no_more(tmp_path: Path) -> None:
    mice, cats = Source("a", "", "Mice eat cheese."), Source("b", "", "Katter jakter på mus.")
    open_corpus(cut_texts([mice]), BUNDLED, folder=tmp_path / "index")
    totals: list[int] = []
    both = cut_texts([mice, cats])
    pipeline = open_corpus(both, BUNDLED, folder=tmp_path / "index", on_progress=lambda _, total: totals.append(total))
    assert set(totals) == {1}
    assert pipeline.index.chunks == tuple(both.chunks)
    titled = cut_texts([Source("a", "Animals", mice.text), cats])  # the same text under a title is another passage
    pipeline = open_corpus(titled, BUNDLED, folder=tmp_path / "index")
    assert pipeline.index.chunks[0].context == "Animals"


def test_an_encoder_reads_with_the_reader_that_lies_beside_it(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))
    (folder / "reader.onnx").write_bytes(b"no graph")
    with pytest.raises(EncoderError, match=r"model.reader\.onnx"):
        open_corpus(cut_texts([Source("a", "", "Mice eat cheese.")]), str(folder))


def test_cutting_tells_how_many_texts_are_done() -> None:
    told: list[tuple[int, int]] = []
    corpus = cut_texts(
        [Source("a", "", "Mice."), Source("b", "", " ")], on_progress=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 2), (2, 2)]
    assert [document.id for document in corpus.documents] == ["a", "b"]
    assert [chunk.document_id for chunk in corpus.chunks] == ["a"]
