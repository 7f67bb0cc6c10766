import gzip
from pathlib import Path

import pytest

from eval.bitext import Pair, read_pairs, run_bitext
from eval.errors import DataError
from tests.fakes import FakeEncoder


def test_a_translation_with_the_same_words_is_nearest() -> None:
    pairs = [Pair("mice eat cheese", "cheese mice eat"), Pair("cats hunt", "cats hunt birds")]
    result = run_bitext({"fake": FakeEncoder()}, pairs).result["bitext"]
    assert result == {"fake": {"n": 2, "first->second": 1.0, "second->first": 1.0, "accuracy": 1.0}}


def test_a_translation_is_missed_when_another_sentence_is_nearer() -> None:
    pairs = [Pair("mice eat", "dogs bark"), Pair("dogs bark loudly", "mice eat cheese")]
    result = run_bitext({"fake": FakeEncoder()}, pairs).result["bitext"]["fake"]
    assert result["accuracy"] == 0.0


def test_pairs_are_read_packed_and_plain_with_further_columns(tmp_path: Path) -> None:
    content = "A bird.\tEin fugl.\tnn\r\n\nA cat.\tEin katt.\tnn\n"
    (tmp_path / "pairs.tsv").write_text(content, "utf-8")
    (tmp_path / "pairs.tsv.gz").write_bytes(gzip.compress(content.encode()))
    expected = [Pair("A bird.", "Ein fugl."), Pair("A cat.", "Ein katt.")]
    assert read_pairs(tmp_path / "pairs.tsv") == read_pairs(tmp_path / "pairs.tsv.gz") == expected


@pytest.mark.parametrize("line", ["alone", "\tsecond", "first\t "])
def test_a_line_without_two_sentences_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text(f"A bird.\tEin fugl.\n{line}\n", "utf-8")
    with pytest.raises(DataError, match=r"pairs\.tsv, line 2: must be a sentence, a tab and its translation"):
        read_pairs(file)


def test_a_file_without_pairs_is_told(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("\n", "utf-8")
    with pytest.raises(DataError, match="holds no pair"):
        read_pairs(file)
