"""Rows of questions have their text, from beside them or from another file."""

from pathlib import Path

from indexing.train.rows import read_rows, text_key
from tests.train.made import write_rows


def test_a_question_of_another_files_text_has_it_and_is_left_out_where_it_is_not_there(tmp_path: Path) -> None:
    texts = [{"lang": "nb", "context": "Det er i Oslo."}, {"lang": "en", "context": "It is\nin Oslo."}]
    write_rows(tmp_path / "texts.jsonl.gz", texts)
    asked: list[dict[str, object]] = [
        {"of": file, "text": text_key(text), "question_lang": "en", "question": "Where is it?", "answers": []}
        for file in ("texts", "missing")
        for text in ("Det er i Oslo.", "It is in Oslo.", "Another text.")
    ]
    assert read_rows(write_rows(tmp_path / "asked.jsonl.gz", asked)) == [
        {**asked[0], "lang": "nb", "context": "Det er i Oslo."},
        {**asked[1], "lang": "en", "context": "It is\nin Oslo."},
    ]


def test_rows_with_a_text_are_as_they_stand(tmp_path: Path) -> None:
    rows = [{"lang": "en", "query": "a", "passage": "b"}, {"lang": "nb", "question": "c", "context": "d"}]
    assert read_rows(write_rows(tmp_path / "rows.jsonl.gz", rows)) == rows
