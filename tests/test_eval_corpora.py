from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.corpora import Source, make_document, open_texts
from indexing.chunk import MAX_CHARS, split
from indexing.encode import BUNDLED
from indexing.language import Detector

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
    texts = [Source("a", "", "Mice eat cheese."), Source("b", "", "Katter jakter på mus.")]
    told: list[int] = []
    open_texts(texts, BUNDLED, folder=tmp_path / "index", on_progress=lambda done, _: told.append(done))
    assert told[-1] == 2
    open_texts(texts, BUNDLED, folder=tmp_path / "index", on_progress=lambda _, total: told.append(-total))
    assert min(told) >= 0  # nothing was encoded the second time
