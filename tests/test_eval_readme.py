import json
from pathlib import Path

import pytest

from eval.errors import DataError
from eval.readme import refresh

_RESULTS = Path(__file__).parent.parent / "eval" / "results"
_RESULT = '{"answers": {"all": {"n": 4, "correct": 0.5}}}'


def test_the_tables_of_the_readme_are_those_of_the_committed_results(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    assert refresh(text, _RESULTS) == text, "stale: run python -m eval readme"


def test_a_table_is_put_between_its_markers(tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(_RESULT, "utf-8")
    text = "before\n<!-- results:small/answers -->\nold\n<!-- /results:small/answers -->\nafter\n"
    fresh = refresh(text, tmp_path)
    assert fresh == (
        "before\n<!-- results:small/answers -->\n| direction | n | correct |\n| --- | ---: | ---: |\n"
        "| all | 4 | 0.500 |\n<!-- /results:small/answers -->\nafter\n"
    )
    assert refresh(fresh, tmp_path) == fresh


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<!-- results:none/answers -->\n<!-- /results:none/answers -->", "names no file"),
        ("<!-- results:small/scores -->\n<!-- /results:small/scores -->", "names no table 'scores'"),
        ("<!-- results:small/answers -->\n", "is not closed"),
    ],
)
def test_a_wrong_marker_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "small.json").write_text(_RESULT, "utf-8")
    with pytest.raises(DataError, match=told):
        refresh(text, tmp_path)


def test_an_overview_has_a_row_for_each_data_set_and_encoder(tmp_path: Path) -> None:
    values = {"all": {"n": 2, "ndcg@10": 0.5}}
    retrieval = {"hybrid": values, "dense": values, "bm25-english": values, "hybrid (other)": values}
    result = {"command": "python -m eval retrieval --beir a", "dataset": {"name": "a"}, "retrieval": retrieval}
    (tmp_path / "dev-a.json").write_text(json.dumps(result), "utf-8")
    bitext = {"command": "python -m eval bitext b", "dataset": {"name": "b"}}
    pairs = {"bundled": {"n": 3, "accuracy": 0.75}}
    (tmp_path / "dev-b.json").write_text(json.dumps({**bitext, "bitext": pairs}), "utf-8")
    table = refresh("<!-- results:dev-*/overview -->\n<!-- /results:dev-*/overview -->", tmp_path)
    assert "| a | 2 | bundled | ndcg@10 | 0.500 | 0.500 | - | - | 0.500 |" in table
    assert "| a | 2 | other | ndcg@10 | 0.500 | - | - | - | - |" in table
    assert "| b | 3 | bundled | accuracy | - | 0.750 | - | - | - |" in table
    assert "    python -m eval bitext b\n" in table


def test_the_first_encoder_has_the_name_it_was_measured_under(tmp_path: Path) -> None:
    values = {"all": {"n": 2, "ndcg@10": 0.5}}
    result = {"command": "python -m eval retrieval --beir a --encoder mine", "dataset": {"name": "a"}}
    result |= {"encoders": ["mine"], "retrieval": {"hybrid": values}}
    (tmp_path / "dev-a.json").write_text(json.dumps(result), "utf-8")
    table = refresh("<!-- results:dev-*/overview -->\n<!-- /results:dev-*/overview -->", tmp_path)
    assert "| a | 2 | mine | ndcg@10 | 0.500 | - | - | - | - |" in table


def test_reading_is_told_by_the_sentence_and_by_the_span(tmp_path: Path) -> None:
    reading = {"isolated": {"all": {"n": 4, "sentence": 0.75, "f1": 0.5}}}
    result = {"command": "python -m eval reading a.jsonl", "dataset": {"name": "a"}, "reading": reading}
    (tmp_path / "dev-a.json").write_text(json.dumps(result), "utf-8")
    table = refresh("<!-- results:dev-*/overview -->\n<!-- /results:dev-*/overview -->", tmp_path)
    assert "| a | 4 | bundled | sentence, isolated | 0.750 | - | - | - | - |" in table
    assert "| a | 4 | bundled | f1, isolated | 0.500 | - | - | - | - |" in table
