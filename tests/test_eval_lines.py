from pathlib import Path

import pytest

from eval.errors import DataError
from eval.lines import check_new, read_records


def test_bad_json_on_line_17_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": "a"}\n' * 16 + '{"id": \n', "utf-8")
    with pytest.raises(DataError, match=r"questions\.jsonl, line 17: not JSON"):
        list(read_records(file))


def test_empty_lines_count_but_hold_nothing(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('\ufeff{"id": "a"}\r\n\n{"id": "b"}\n', "utf-8")
    assert [(record.line, record.text("id")) for record in read_records(file)] == [(1, "a"), (3, "b")]


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"id": "a\u2028b"}\n', "utf-8")
    assert [record.text("id") for record in read_records(file)] == ["a\u2028b"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a file that is there; give the path"):
        list(read_records(tmp_path / "none.jsonl"))


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(b'{"id": "a"}\n{"id": "\xe6"}\n')
    with pytest.raises(DataError, match="line 2: not UTF-8"):
        list(read_records(file))


def test_a_list_is_no_object(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text("[1, 2]\n", "utf-8")
    with pytest.raises(DataError, match="line 1: must be a JSON object"):
        list(read_records(file))


def test_a_gz_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "data.tsv.gz"
    file.write_bytes(b"a\tb\n")
    with pytest.raises(DataError, match="is not gzip"):
        list(read_records(file))


def test_an_id_names_one_thing() -> None:
    seen = {"a": 3}
    with pytest.raises(DataError, match="line 9: id 'a' stands on line 3 already"):
        check_new(seen, "a", (Path("data.jsonl"), 9))


def test_a_field_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"id": 7}\n', "utf-8")
    with pytest.raises(DataError, match="line 1: 'id' must be a text, it is 7"):
        next(iter(read_records(file))).text("id")
