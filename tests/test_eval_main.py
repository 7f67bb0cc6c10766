import json
import shutil
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.beir import Judgements, read_beir
from eval.options import make_parser
from eval.provenance import describe, short_name
from indexing.store import Index
from service.settings import FEEDBACK
from tests.test_eval_beir import write_beir

_HIGH = '{"gates": [{"measure": "retrieval/hybrid/all/recall@5", "at_least": 1.1}]}'


def _set(folder: Path, index: Index) -> Path:
    """A question set of two items over the five documents, each in two languages."""
    document = index.documents["personalized-medicine-funding"]
    quote = "This scheme will receive NOK 20 million in funding."
    assert quote in document.text
    items = [
        {
            "id": "pilot",
            "kind": "amount",
            "questions": {"nb": "Hvor mye får Pilot Helse?", "en": "How much does Pilot Health get?"},
            "evidence": [{"document": document.id, "quote": quote, "language": "en"}],
            "answers": ["NOK 20 million"],
        },
        {"id": "ball", "kind": "off-topic", "questions": {"nb": "Hvem vant cupen?", "en": "Who won the cup?"}},
    ]
    file = folder / "set.jsonl"
    file.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), "utf-8")
    return file


def test_a_question_set_is_measured_and_its_files_written(
    tmp_path: Path, index: Index, index_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "--questions",
        str(_set(tmp_path, index)),
        "--index",
        str(index_folder),
        "--out",
        str(tmp_path / "run"),
    ]
    assert main([*arguments, "--json", str(tmp_path / "a.json")]) == 0
    assert "Citations exact to the character: 100.0%" in capsys.readouterr().out
    files = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"metrics.json", "timing.json", "per_query.jsonl", "run.trec", "report.html", "report.md"} <= files
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text("utf-8"))
    subsets = {subset["hf_subset"]: subset for subset in metrics["scores"]["test"]}
    assert subsets["no-en"]["languages"] == ["nob-Latn", "eng-Latn"]
    assert subsets["no-en"]["main_score"] == subsets["no-en"]["ndcg_at_10"]
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "a.json")]) == 0
    assert main([*arguments, "--base", str(tmp_path / "a.json"), "--json", "-"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed[printed.index("{\n") :])["kind"] == "questions"
    (tmp_path / "gates.json").write_text(_HIGH, "utf-8")
    assert main([*arguments, "--gates", str(tmp_path / "gates.json")]) == 1
    assert "gate broken: retrieval/hybrid/all/recall@5" in capsys.readouterr().err


def test_json_to_standard_output_is_one_object_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_beir(tmp_path / "small", "q1\tt1\t1\nq2\tt2\t1\n")
    arguments = ["retrieval", "--beir", str(folder), "--mode", "lexical", "--json", "-", "--out", str(tmp_path / "run")]
    assert main(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    assert list(result["retrieval"]) == ["lexical"]
    assert result["retrieval"]["lexical"]["all"]["recall@5"] == 1.0
    assert result["recall@5"] == 1.0
    assert result["en->en"]["n"] == 2


def test_a_summary_can_be_committed_as_it_is_and_the_readme_reads_it(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "small", "q1\tt1\t1\nq2\tt2\t1\n")
    (tmp_path / "results").mkdir()
    file, whole = tmp_path / "results" / "dev-small.json", tmp_path / "whole.json"
    arguments = ["retrieval", "--beir", str(folder), "--mode", "lexical", "--out", str(tmp_path / "run")]
    assert main([*arguments, "--json", str(whole), "--summary", str(file)]) == 0
    summary = json.loads(file.read_text("utf-8"))
    assert set(json.loads(whole.read_text("utf-8"))) - set(summary) == {"per_query"}
    assert str(tmp_path) not in file.read_text("utf-8")
    assert summary["encoders"] == ["bundled"]
    readme = tmp_path / "README.md"
    readme.write_text("<!-- results:dev-*/overview -->\n<!-- /results:dev-*/overview -->\n", "utf-8")
    assert main(["readme", "--file", str(readme), "--results", str(tmp_path / "results")]) == 0
    assert "| small | 2 | bundled | ndcg@10 | - | - | 1.000 | - | - |" in readme.read_text("utf-8")


def test_an_encoder_is_told_by_the_name_of_its_folder_wherever_that_lies(tmp_path: Path, index: Index) -> None:
    (tmp_path / "mine" / "model").mkdir(parents=True)
    for name, short in ((str(tmp_path / "mine"), "mine"), (str(tmp_path / "mine" / "model"), "mine"), ("org/e5", "e5")):
        assert short_name(name) == short
        manifest = {**index.manifest, "encoder": {**index.manifest["encoder"], "name": name}}
        assert describe(manifest)["index"]["encoder"]["name"] == short
    assert short_name("bundled") == "bundled"


def test_a_real_loss_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def result(value: float) -> str:
        rows = {f"q{i}": {"directions": ["en->en"], "f1": value} for i in range(50)}
        return json.dumps({"dataset": {"name": "small", "digest": "d"}, "measures": ["f1"], "per_query": rows})

    (tmp_path / "base.json").write_text(result(0.9), "utf-8")
    (tmp_path / "new.json").write_text(result(0.5), "utf-8")
    assert main(["compare", str(tmp_path / "base.json"), str(tmp_path / "new.json"), "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["losses"] == 2  # in the direction and over all
    assert main(["compare", str(tmp_path / "new.json"), str(tmp_path / "base.json")]) == 0


def test_wrong_data_ends_with_one_line_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_beir(tmp_path / "small", "q9\tt1\t1\n")
    target = tmp_path / "out.json"
    arguments = ["retrieval", "--beir", str(folder), "--json", str(target), "--out", str(tmp_path / "run")]
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("eval: ")
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small"]


def test_a_place_that_cannot_be_written_is_told_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_beir(tmp_path / "small", "q1\tt1\t1\n")
    (tmp_path / "file").write_text("", "utf-8")
    target = str(tmp_path / "file" / "out.json")
    assert main(["retrieval", "--beir", str(folder), "--json", target, "--out", str(tmp_path / "run")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert main(["compare", str(tmp_path / "none.json"), str(tmp_path / "none.json"), "--json", target]) == 1


def test_folders_for_results_are_made_once_there_are_results(tmp_path: Path) -> None:
    wrong, right = write_beir(tmp_path / "wrong", "q9\tt1\t1\n"), write_beir(tmp_path / "right", "q1\tt1\t1\n")
    new = ["--json", str(tmp_path / "new" / "a" / "out.json"), "--out", str(tmp_path / "new" / "b" / "run")]
    assert main(["retrieval", "--mode", "lexical", "--beir", str(wrong), *new]) == 1
    assert not (tmp_path / "new").exists()
    assert main(["retrieval", "--mode", "lexical", "--beir", str(right), *new]) == 0
    assert (tmp_path / "new" / "a" / "out.json").exists()
    assert (tmp_path / "new" / "b" / "run" / "run.trec").exists()


def test_a_starter_set_is_written_and_never_over_another(
    tmp_path: Path, index_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.jsonl"
    assert main(["init", str(file), "--index", str(index_folder), "--per-document", "2"]) == 0
    before = file.read_bytes()
    assert len(before.splitlines()) == 5 * 2
    assert main(["init", str(file), "--index", str(index_folder)]) == 1
    assert "is there already and stays as it is" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_a_starter_set_takes_the_feedback_kept_beside_the_index(tmp_path: Path, index_folder: Path) -> None:
    shutil.copytree(index_folder, tmp_path / "index")
    wrong = {"answer_id": "a" * 16, "helpful": False}
    (tmp_path / "index" / FEEDBACK).write_text(json.dumps(wrong) + "\n", "utf-8")
    file = tmp_path / "new" / "mine.jsonl"
    assert main(["init", str(file), "--index", str(tmp_path / "index"), "--per-document", "1"]) == 0
    assert json.loads(file.read_text("utf-8").splitlines()[-1])["id"] == f"feedback-{'a' * 16}"


def test_the_files_of_mlqa_are_read_as_one_set(tmp_path: Path) -> None:
    for language, context in (("no", "Mus spiser korn."), ("en", "Mice eat korn.")):
        qas = [{"id": "1", "question": "What do mice eat?", "answers": [{"text": "korn"}]}]
        content = {"data": [{"paragraphs": [{"context": context, "qas": qas}]}]}
        (tmp_path / f"test-context-{language}-question-en.json").write_text(json.dumps(content), "utf-8")
    files = [str(file) for file in tmp_path.glob("*.json")]
    assert main(["reading", *files, "--out", str(tmp_path / "run")]) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text("utf-8"))
    assert {subset["hf_subset"] for subset in metrics["scores"]["test"]} >= {"en-no", "en-en"}


def test_bitext_and_reading_run_from_files(tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("A cat.\tEn katt.\nA house.\tEt hus.\n", "utf-8")
    assert main(["bitext", str(tmp_path / "pairs.tsv"), "--out", str(tmp_path / "bitext")]) == 0
    row = {"id": "1", "lang": "en", "question": "What do mice eat?", "context": "Mice eat grain.", "answers": ["grain"]}
    (tmp_path / "dev.jsonl").write_text(json.dumps(row), "utf-8")
    assert main(["reading", str(tmp_path / "dev.jsonl"), "--out", str(tmp_path / "reading")]) == 0
    metrics = json.loads((tmp_path / "reading" / "metrics.json").read_text("utf-8"))
    assert metrics["scores"]["test"][0]["hf_subset"] == "en-en"


def test_every_command_tells_its_options() -> None:
    help_text = make_parser().format_help()
    for command in ("retrieval", "reading", "bitext", "compare", "init", "calibrate", "weigh", "readme"):
        assert command in help_text


def test_a_folder_read_twice_is_equal(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "small", "q1\tt1\t1\n")
    first: Judgements = read_beir(folder)
    assert first == read_beir(folder)
