import json
from pathlib import Path

import ir_measures
import pytest
from ir_measures import AP, RR, R, nDCG

from eval.beir import Judgements, Text
from eval.measured import Measured
from eval.provenance import describe
from eval.report import html_report
from eval.retrieval import find_directions, run_retrieval
from eval.runs import trec, write_run
from tests.eval_data import TEXTS, described, open_fake, open_systems

_QUERIES = {"q1": "what do mice eat", "q2": "hva spiser mus", "q3": "cats at night", "q 4": "nothing here matches"}
_QRELS = {"q1": {"mice": 2, "mus": 1}, "q2": {"mus": 1, "mice": 1}, "q3": {"cats": 1, "mix": 0}, "q 4": {"mix": 1}}
_LANGUAGES = {"mice": "en", "cats": "en", "mus": "no", "mix": "no"}


def _data(*, told: bool = True) -> Judgements:
    groups = {"mice": "g", "mus": "g"}
    texts = {
        name: Text(name, "", text, _LANGUAGES[name] if told else "", groups.get(name, ""))
        for name, text in TEXTS.items()
    }
    languages = {"q1": "en", "q2": "no", "q3": "en", "q 4": "en"} if told else dict.fromkeys(_QUERIES, "")
    return Judgements("small", "test", (), texts, _QUERIES, languages, _QRELS)


@pytest.fixture(scope="module")
def measured() -> Measured:
    return described("retrieval", run_retrieval(open_systems(), _data()))


def test_the_run_file_gives_the_same_measures_in_ir_measures(measured: Measured, tmp_path: Path) -> None:
    write_run(tmp_path / "run", measured, {})
    qrels = {query_id.replace(" ", "%20"): grades for query_id, grades in _QRELS.items()}
    run = list(ir_measures.read_trec_run(str(tmp_path / "run" / "run.trec")))  # type: ignore[no-untyped-call]  # theirs
    oracle = ir_measures.calc_aggregate([nDCG @ 10, R @ 1, R @ 5, RR, AP], qrels, run)
    ours = measured.result["retrieval"]["hybrid"]["all"]
    pairs = {"ndcg@10": nDCG @ 10, "recall@1": R @ 1, "recall@5": R @ 5, "mrr": RR, "map": AP}
    for name, theirs in pairs.items():
        assert ours[name] == pytest.approx(oracle[theirs], abs=1e-9), name


def test_every_system_stands_side_by_side(measured: Measured) -> None:
    assert list(measured.result["retrieval"]) == ["hybrid", "dense", "lexical", "translated", "bm25-english"]


def test_directions_go_from_the_language_of_the_query_to_that_of_what_is_relevant(measured: Measured) -> None:
    counts = {name: row["n"] for name, row in measured.result["retrieval"]["hybrid"].items()}
    assert counts == {"en->en": 1, "en->no": 1, "en->both": 1, "no->both": 1, "all": 4}


def test_languages_that_are_not_told_are_detected() -> None:
    data = _data(told=False)
    directions = find_directions(open_fake(), data)
    assert directions["q3"] == ("en->en",)


def test_parallel_texts_tell_which_language_is_preferred(measured: Measured) -> None:
    bias = measured.result["bias"]
    assert bias["en"]["preference"] == 1.0  # "mice" before "mus" for the English question
    assert bias["no"]["preference"] == 1.0
    assert bias["en"]["n"] == bias["no"]["n"] == 1


def test_two_runs_leave_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        run = described("retrieval", run_retrieval(open_systems(), _data()))
        run.result["seconds"] = 1.0
        write_run(tmp_path / name, run, {})
    files = sorted(path.name for path in (tmp_path / "first").iterdir() if path.name != "timing.json")
    assert "metrics.json" in files
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


def test_what_was_not_found_or_stands_low_is_told_as_the_cause(measured: Measured) -> None:
    by_id = {row["id"]: row for row in measured.rows}
    assert by_id["q1"]["cause"] is None
    page = html_report(measured, None, [])
    assert page.count("<polyline") >= len(measured.result["retrieval"])  # a curve for each system
    assert {row["cause"] for row in measured.rows} <= {None, "retrieval miss", "ranked low"}
    assert all(row["cause"] == "retrieval miss" for row in measured.rows if row["first_relevant"] is None)


def test_an_index_made_now_and_one_that_was_kept_are_described_alike() -> None:
    manifest = dict(open_fake().index.manifest)
    assert json.dumps(describe(manifest)) == json.dumps(describe(dict(reversed(manifest.items()))))


def test_a_run_is_written_whole_and_leaves_other_files_alone(measured: Measured, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", "utf-8")
    write_run(folder, measured, {"report.md": "# Report\n"})
    write_run(folder, measured, {"report.md": "# Report\n"})
    assert (folder / "notes.txt").read_text("utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_the_run_file_orders_by_score_and_marks_blanks(measured: Measured) -> None:
    lines = [line.split() for line in trec(measured.rankings["hybrid"], "my tag").splitlines()]
    assert all(len(line) == 6 and line[5] == "my-tag" for line in lines)
    assert {line[0] for line in lines} == {"q1", "q2", "q3", "q%204"}
    scores = [float(line[4]) for line in lines if line[0] == "q1"]
    assert scores == sorted(scores, reverse=True)
