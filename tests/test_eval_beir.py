import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.beir import common_language, read_beir
from eval.errors import DataError


def write_beir(folder: Path, qrels: str, *, texts: Sequence[object] = (), queries: Sequence[object] = ()) -> Path:
    """A BEIR folder of texts t1, t2 and queries q1, q2, unless given otherwise."""
    folder.mkdir(exist_ok=True)
    made_texts = texts or [{"_id": "t1", "title": "Mice", "text": "Mice eat cheese."}, {"_id": "t2", "text": "Cats."}]
    made_queries = queries or [{"_id": "q1", "text": "what do mice eat"}, {"_id": "q2", "text": "cats"}]
    for name, rows in (("corpus", made_texts), ("queries", made_queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "qrels.tsv").write_text(qrels, "utf-8")
    return folder


@pytest.mark.parametrize("header", ["", "query-id\tcorpus-id\tscore\n"])
def test_qrels_are_read_with_and_without_header(tmp_path: Path, header: str) -> None:
    data = read_beir(write_beir(tmp_path, f"{header}q1\tt1\t2\nq1\tt2\t0\n"))
    assert data.qrels == {"q1": {"t1": 2, "t2": 0}}
    assert data.queries == {"q1": "what do mice eat"}


def test_the_split_is_preferred_to_the_plain_file(tmp_path: Path) -> None:
    folder = write_beir(tmp_path, "q1\tt1\t1\n")
    (folder / "qrels").mkdir()
    (folder / "qrels" / "dev.tsv").write_text("q2\tt2\t1\n", "utf-8")
    assert read_beir(folder, split="dev").qrels == {"q2": {"t2": 1}}
    assert read_beir(folder).qrels == {"q1": {"t1": 1}}


def test_a_text_without_words_has_its_title(tmp_path: Path) -> None:
    folder = write_beir(tmp_path, "q1\tt1\t1\n", texts=[{"_id": "t1", "title": "Mice", "text": " "}])
    assert (read_beir(folder).texts["t1"].title, read_beir(folder).texts["t1"].text) == ("", "Mice")


def test_languages_are_taken_from_the_object_or_its_metadata(tmp_path: Path) -> None:
    queries = [{"_id": "q1", "text": "mus", "lang": "nn"}]
    texts = [{"_id": "t1", "text": "Mice", "metadata": {"lang": "en", "parallel_group": "g"}}]
    data = read_beir(write_beir(tmp_path, "q1\tt1\t1\n", texts=texts, queries=queries))
    assert data.languages == {"q1": "no"}
    assert (data.texts["t1"].language, data.texts["t1"].group) == ("en", "g")


@pytest.mark.parametrize(
    ("qrels", "told"),
    [
        ("q1\tt1\t1\nq9\tt1\t1\n", r"qrels\.tsv, line 2: query 'q9' is not in queries\.jsonl"),
        ("q1\tt9\t1\n", r"qrels\.tsv, line 1: text 't9' is not in corpus\.jsonl"),
        ("q1\tt1\t1\nq1\tt1\t2\n", "line 2: 'q1' and 't1' had grade 1"),
        ("q1\tt1\t1\nq1\tt2\thigh\n", "line 2: grade 'high' must be a whole number"),
        ("q1\tt1\t1.0\nq2\tt2\t1\n", r"line 1: grade '1\.0' must be a whole number"),
        ("q1 t1 1\n", "line 1: 1 columns, must be 3"),
        ("q1\tt1\t0\n", "names nothing relevant"),
        ("query-id\tcorpus-id\tscore\n", "names nothing relevant"),
    ],
)
def test_wrong_judgements_are_told_with_their_line(tmp_path: Path, qrels: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_beir(write_beir(tmp_path, qrels))


def test_an_id_that_stands_twice_is_told(tmp_path: Path) -> None:
    texts = [{"_id": "t1", "text": "a"}, {"_id": "t1", "text": "b"}]
    with pytest.raises(DataError, match=r"corpus\.jsonl, line 2: id 't1' stands on line 1"):
        read_beir(write_beir(tmp_path, "q1\tt1\t1\n", texts=texts))


@pytest.mark.parametrize(
    ("texts", "queries", "told"),
    [
        ([{"_id": "t1", "title": " ", "text": ""}], [], r"corpus\.jsonl holds no text"),
        ([{"_id": "t1", "text": "a"}, {"_id": " ", "text": "b"}], [], r"corpus\.jsonl, line 2: '_id' is empty"),
        ([], [{"_id": "q1", "text": " "}], r"queries\.jsonl, line 1: the query is empty"),
    ],
)
def test_nothing_where_something_must_be_is_told(
    tmp_path: Path, texts: list[object], queries: list[object], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        read_beir(write_beir(tmp_path, "q1\tt1\t1\n", texts=texts, queries=queries))


def test_missing_judgements_name_the_splits_there_are(tmp_path: Path) -> None:
    folder = write_beir(tmp_path, "")
    (folder / "qrels.tsv").rename(folder / "moved")
    (folder / "qrels").mkdir()
    (folder / "qrels" / "dev.tsv").write_text("", "utf-8")
    with pytest.raises(DataError, match=r"neither qrels/test\.tsv nor qrels\.tsv.*\(dev\)"):
        read_beir(folder)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist; give one with"):
        read_beir(tmp_path / "none")


def test_the_common_language_is_that_of_most() -> None:
    assert common_language(["en", "no", "no", ""]) == "no"
    assert common_language(["no", "en"]) == "en"
    assert common_language([""]) == ""
