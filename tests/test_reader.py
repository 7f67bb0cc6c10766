"""The reader: the best part of a stretch of a passage, and passages read one by one."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.errors import EncoderError
from indexing.joined import LONGEST_QUESTION
from indexing.session import MODEL_FOLDER
from service.reader import LONGEST_ANSWER, LONGEST_PASSAGE, Reader, Reading, load_reader

LOGITS = st.floats(min_value=-9, max_value=9, width=32)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def reading(first: list[float], last: list[float]) -> Reading:
    """Of tokens of two characters with a blank after each."""
    spans = np.array([(3 * i, 3 * i + 2) for i in range(len(first))], dtype=np.int32).reshape(-1, 2)
    return Reading(np.array(first, dtype=np.float32), np.array(last, dtype=np.float32), spans)


@given(st.lists(st.tuples(LOGITS, LOGITS), max_size=40), st.data())
def test_the_best_part_is_the_one_of_the_highest_sum_that_is_inside_and_short_enough_scored_with_all_of_these(
    logits: list[tuple[float, float]], data: st.DataObject
) -> None:
    first, last = [one for one, _ in logits], [other for _, other in logits]
    start = data.draw(st.integers(min_value=0, max_value=3 * len(logits)))
    end = data.draw(st.integers(min_value=start, max_value=3 * len(logits) + 1))
    inside = [i for i in range(len(logits)) if 3 * i >= start and 3 * i + 2 <= end]
    sums = [
        (np.float32(first[i]) + np.float32(last[j]), i, j)
        for i in inside
        for j in inside
        if i <= j < i + LONGEST_ANSWER
    ]
    mark = reading(first, last).best(start, end)
    if not sums:
        assert mark is None
        return
    assert mark is not None
    assert mark.score == pytest.approx(math.log(sum(math.exp(value) for value, _, _ in sums)), abs=1e-4)
    assert start <= mark.start < mark.end <= end
    assert (mark.start // 3, mark.end // 3) in [(i, j) for value, i, j in sums if value == max(sums)[0]]


def test_equal_parts_go_to_the_first() -> None:
    mark = reading([1.0, 1.0], [0.0, 0.0]).best(0, 5)
    assert mark is not None
    assert (mark.start, mark.end) == (0, 2)


def test_a_passage_is_read_alike_whatever_is_read_beside_it(reader: Reader) -> None:
    question, passage = "Hvor ligger sykehuset?", "Sykehuset ligger i Bergen. Det ble åpnet i 1912."
    (alone,) = reader.read(question, [passage])
    beside = reader.read(question, ["Noe helt annet her.", passage, "Mer om budsjettet for 2024."])[1]
    assert np.array_equal(alone.first, beside.first)
    assert np.array_equal(alone.last, beside.last)
    assert [passage[a:b] for a, b in alone.spans[:2]] == ["Sykehuset", "ligger"]


@pytest.mark.parametrize("passage", ["", "   ", "ord " * (2 * LONGEST_PASSAGE)])
def test_empty_and_long_passages_are_read_as_far_as_they_go(reader: Reader, passage: str) -> None:
    (read,) = reader.read("spørsmål " * (2 * LONGEST_QUESTION), [passage])
    assert len(read.spans) == len(read.first) == len(read.last) == min(len(passage.split()), LONGEST_PASSAGE)


@pytest.mark.parametrize("file", ["reader.onnx", "tokenizer.json"])
def test_a_reader_that_is_missing_is_refused_by_its_file(tmp_path: Path, file: str) -> None:
    folder = Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))
    (folder / file).unlink()
    with pytest.raises(EncoderError, match=f"{file}.*install the package again"):
        Reader(folder)


def test_the_reader_beside_an_encoder_is_the_one_that_reads(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))
    (folder / "reader.onnx").write_bytes(b"no graph")
    with pytest.raises(EncoderError, match=r"model.reader\.onnx"):
        load_reader(str(folder))
    (folder / "reader.onnx").unlink()
    assert load_reader(str(folder)).read("Hva?", []) == []  # the bundled one


def test_no_passage_gives_no_reading(reader: Reader) -> None:
    assert reader.read("Hva?", []) == []


@pytest.mark.parametrize(
    ("question", "passage", "answer"),
    [
        ("When was the hospital opened?", "The hospital was opened in 1912. It has 300 beds.", "1912"),
        ("Hvor mange senger har sykehuset?", "Sykehuset ble åpnet i 1912. Det har 300 senger.", "300"),
        ("How many beds are there?", "Sykehuset ble åpnet i 1912. Det har 300 senger.", "300"),
    ],
)
def test_the_mark_is_where_the_answer_is(reader: Reader, question: str, passage: str, answer: str) -> None:
    (read,) = reader.read(question, [passage])
    mark = read.best(0, len(passage))
    assert mark is not None
    assert answer in passage[mark.start : mark.end]
