"""What the student is held to: the teacher's vectors, and its own where the text is bokmål."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from indexing.train.pairs import Pair
from indexing.train.student import Student, new_body
from indexing.train.teach import teach, with_student

PAIRS = [
    Pair("a", "milk", "melk", "en", "nb"),
    Pair("b", "melk", "mjølk", "nb", "nn"),
    Pair("a", "bread", "brød", "en", "nb"),
]


def by_length(texts: list[str]) -> npt.NDArray[np.float32]:
    """A teacher to be computed by hand: a text's vector is its length."""
    return np.array([[len(text)] * 8 for text in texts], dtype=np.float32)


def make_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "melk": 4}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def test_english_is_the_teacher_s_and_bokmal_the_student_s(tmp_path: Path) -> None:
    teach(PAIRS, by_length, tmp_path / "teacher.npy")
    taught = np.load(tmp_path / "teacher.npy")
    assert taught[:, 0].tolist()[::2] == [4.0, 5.0]
    assert np.isnan(taught[1]).all()
    body = new_body(5, dimension=8, layers=1, heads=2, inner=16)
    student = Student(body, np.eye(8, 4, dtype=np.float32)).eval()
    target = with_student(PAIRS, taught, student, make_tokenizer(), longest=10)
    assert target[[0, 2], 0].tolist() == [4.0, 5.0]
    assert float(np.linalg.norm(target[1].astype(np.float32))) == pytest.approx(1.0, abs=1e-2)
