import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.build import build_index, make_index
from indexing.chunk import split
from indexing.encode import BUNDLED, load_encoder
from indexing.errors import SnapshotError
from indexing.ingest import assemble
from indexing.language import Detector
from indexing.layout import Piece
from indexing.lexicon import Lexicon
from indexing.store import (
    SCHEMA_VERSION,
    Index,
    current_version,
    load,
    locked,
    read_manifest,
    save,
    save_calibration,
    settings_manifest,
)
from indexing.types import BlockKind, Document
from tests.fakes import FakeEncoder, encode
from tests.killed_build import REBUILT_EVERY

CURE = "run: python -m indexing"
LEXICON = Lexicon({}, {}, "none")
SETTINGS = settings_manifest(FakeEncoder().card, max_chars=700, lexicon_hash="none")


@pytest.fixture
def folder(tiny_corpus: Path, tmp_path: Path) -> Path:
    """An index of the tiny corpus."""
    folder = tmp_path / "index"
    build_index(tiny_corpus, folder, FakeEncoder(), LEXICON)
    return folder


def make(documents: Sequence[Document], *, schema: int = SCHEMA_VERSION) -> Index:
    detector = Detector()
    chunks = [chunk for document in documents for chunk in split(document, detector, max_chars=60)]
    return make_index(documents, chunks, FakeEncoder(), LEXICON, {**SETTINGS, "schema": schema})[0]


def document(document_id: str, *texts: str) -> Document:
    text, blocks = assemble([Piece(text, BlockKind.PARAGRAPH, context=("Over",)) for text in texts])
    return Document(document_id, document_id.upper(), text, blocks, ("nb",))


def snapshot(folder: Path) -> Path:
    return folder / str(current_version(folder))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_equal(first: Index, second: Index) -> None:
    for name in ("documents", "chunks", "text_hashes"):
        assert getattr(first, name) == getattr(second, name)
    assert first.card == second.card
    assert np.array_equal(first.vectors, second.vectors)
    for field in fields(first.tokens):
        mine, other = getattr(first.tokens, field.name), getattr(second.tokens, field.name)
        assert mine == other if isinstance(mine, dict) else np.array_equal(mine, other)
    assert first.analyzer.known == second.analyzer.known
    for text in ("kreft plan", "norge"):
        weights = dict.fromkeys(first.analyzer.terms(text), 1.0)
        assert np.array_equal(first.lexical.score(weights), second.lexical.score(weights))


WORDS = st.lists(st.sampled_from(["kreft", "plan", "Norge", "2024.", "«Æ»", "—", "helsekatapult"]), min_size=1)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=4)


@settings(max_examples=10)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), TEXTS, min_size=1))
def test_save_then_load_is_identity(tmp_path_factory: pytest.TempPathFactory, corpus: dict[str, list[str]]) -> None:
    index = make([document(name, *texts) for name, texts in sorted(corpus.items())])
    folder = tmp_path_factory.mktemp("index")
    version = save(index, folder)
    loaded = load(folder, settings=SETTINGS)
    assert_equal(index, loaded)
    assert loaded.manifest["version"] == version
    assert save(loaded, folder) == version


def test_snapshot_equal_to_the_current_one_is_not_written_again(folder: Path) -> None:
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    save(load(folder), folder)
    assert {path: path.stat().st_mtime_ns for path in written} == written


@pytest.fixture(scope="module")
def small() -> Index:
    """An index of one passage, in memory."""
    return make([document("a", "kreft plan")])


@settings(max_examples=5)
@given(st.dictionaries(st.text(min_size=1, max_size=5), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_calibration_comes_back_as_it_was_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, small: Index, calibration: dict[str, float]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    first = save(small, folder)
    before = load(folder)
    assert before.calibration is None
    version = save_calibration(folder, calibration)
    after = load(folder, settings=SETTINGS)
    assert after.calibration == calibration
    assert version == current_version(folder) != first  # who looks for a new version finds one
    assert_equal(before, after)
    assert after.manifest["files"] == before.manifest["files"]
    assert save(after, folder) == save_calibration(folder, calibration) == version


def test_a_calibration_takes_the_place_of_the_one_before(folder: Path) -> None:
    first = save_calibration(folder, {"bias": 1.0, "old": 2.0})
    assert save_calibration(folder, {"bias": -1.0}) != first
    assert load(folder).calibration == {"bias": -1.0}
    assert [path for path in folder.iterdir() if path.is_dir()] == [snapshot(folder)]


def test_a_calibration_needs_a_whole_index_that_nobody_is_writing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=CURE):
        save_calibration(tmp_path / "nowhere", {"bias": 1.0})
    with locked(folder), pytest.raises(SnapshotError, match=r"another process is writing .* wait for it to end"):
        save_calibration(folder, {"bias": 1.0})
    (snapshot(folder) / "chunks.json").write_bytes(b"[]")
    before = files(folder)
    with pytest.raises(SnapshotError, match=f"is damaged: chunks.json .*; {CURE}"):
        save_calibration(folder, {"bias": 1.0})
    assert files(folder) == before


def test_the_manifest_can_be_read_alone_and_is_empty_where_it_cannot(folder: Path) -> None:
    (snapshot(folder) / "chunks.json").unlink()
    assert read_manifest(folder)["version"] == current_version(folder)
    (snapshot(folder) / "manifest.json").write_bytes(b"{}")
    assert read_manifest(folder) == {}
    assert read_manifest(folder.with_name("nowhere")) == {}


def test_nearest_passages_come_best_first_with_their_cosine(tmp_path: Path) -> None:
    index = make([document("a", "kreft plan"), document("b", "kreft"), document("c", "eksport")])
    save(index, tmp_path)
    query = encode("kreft").vector
    for held in (index, load(tmp_path)):
        texts = [(held.chunks[row].text, round(score, 5)) for row, score in held.search_dense(query, 2)]
        plain = [(text, score) for text, score in texts if score]
        assert plain[0][0] == "kreft"
        assert len(held.search_dense(query, 99)) == 3  # k > n


@pytest.mark.parametrize("make_folder", [lambda path: None, lambda path: path.mkdir(), lambda path: path.touch()])
def test_missing_index_is_told_with_the_cure(tmp_path: Path, make_folder: Callable[[Path], None]) -> None:
    folder = tmp_path / "index"
    make_folder(folder)
    with pytest.raises(SnapshotError, match=f"no index in '{folder}'; {CURE}"):
        load(folder)


@pytest.mark.parametrize("pointer", [b"000000000000", b"\xff\xfe\x00", b"../..", b"a\0b", b"\n", b"."])
def test_pointer_to_nothing_is_damage(folder: Path, pointer: bytes) -> None:
    (folder / "CURRENT").write_bytes(pointer)
    with pytest.raises(SnapshotError, match=CURE):
        load(folder)


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def halve(content: bytes) -> bytes:
    return content[: len(content) // 2]


def empty(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [flip, halve, empty])
def test_damage_to_any_file_is_found_and_named_and_not_mended_in_silence(
    folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    names = sorted(files(snapshot(folder)))
    assert len(names) > 10
    for name in names:
        file = snapshot(folder) / name
        content = file.read_bytes()
        file.write_bytes(damage(content))
        before = files(folder)
        with pytest.raises(SnapshotError, match=f"is damaged: {name} .*; {CURE}"):
            load(folder)
        assert files(folder) == before
        file.write_bytes(content)
    load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "chunks.json", "tokens.npy", "lexical/terms.json", "../CURRENT"])
def test_damage_is_cured_by_the_command_the_message_names(folder: Path, tiny_corpus: Path, name: str) -> None:
    whole = load(folder)
    file = snapshot(folder) / name
    content = file.read_bytes()
    file.unlink()  # `whole` still reads the old one
    file.write_bytes(flip(content))
    with pytest.raises(SnapshotError, match=CURE):
        load(folder)
    build_index(tiny_corpus, folder, FakeEncoder(), LEXICON)
    assert_equal(load(folder), whole)


def test_file_missing_from_a_snapshot_is_named(folder: Path) -> None:
    for name in files(snapshot(folder)):
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy)
        (snapshot(copy) / name).unlink()
        with pytest.raises(SnapshotError, match=f"is damaged: {name} .*; {CURE}"):
            load(copy)
        shutil.rmtree(copy)


def test_every_part_of_the_manifest_counts(folder: Path) -> None:
    manifest = snapshot(folder) / "manifest.json"
    content = manifest.read_bytes()
    for i in range(0, len(content), 7):
        manifest.write_bytes(content[:i] + bytes([content[i] ^ 0x11]) + content[i + 1 :])
        with pytest.raises(SnapshotError, match=rf"is damaged: manifest\.json .*; {CURE}"):
            load(folder)


@pytest.mark.parametrize(
    ("settings_asked", "both"),
    [
        (
            settings_manifest(FakeEncoder("other").card, max_chars=700, lexicon_hash="none"),
            "encoder name 'fake', settings ask for 'other'",
        ),
        (
            settings_manifest(FakeEncoder().card, max_chars=500, lexicon_hash="none"),
            "chunking max_chars 700, settings ask for 500",
        ),
        (
            settings_manifest(FakeEncoder().card, max_chars=700, lexicon_hash="f00"),
            "lexicon 'none', settings ask for 'f00'",
        ),
        ({**SETTINGS, "analyzer": 99}, "analyzer 1, settings ask for 99"),
    ],
)
def test_index_made_with_other_settings_is_refused_with_both_values(
    folder: Path, settings_asked: dict[str, object], both: str
) -> None:
    before = files(folder)
    with pytest.raises(SnapshotError, match=f"was built with {both}; {CURE}"):
        load(folder, settings=settings_asked)
    assert files(folder) == before


def test_index_of_the_fake_encoder_is_refused_for_the_bundled_one(folder: Path, lexicon: Lexicon) -> None:
    bundled = load_encoder(BUNDLED).card
    with pytest.raises(SnapshotError, match=f"encoder name 'fake', settings ask for '{bundled.name}'; {CURE}"):
        load(folder, settings=settings_manifest(bundled, max_chars=700, lexicon_hash=lexicon.digest))


def test_index_of_another_schema_is_refused_with_both_numbers(tmp_path: Path) -> None:
    save(make([document("a", "kreft")], schema=SCHEMA_VERSION + 1), tmp_path)
    with pytest.raises(
        SnapshotError, match=f"has schema {SCHEMA_VERSION + 1}, this version reads {SCHEMA_VERSION}; {CURE}"
    ):
        load(tmp_path)


def test_second_writer_is_refused_and_the_first_goes_on(folder: Path, tiny_corpus: Path) -> None:
    before = files(folder)
    with locked(folder), pytest.raises(SnapshotError, match=r"another process is writing .* wait for it to end"):
        build_index(tiny_corpus, folder, FakeEncoder(), LEXICON)
    assert files(folder) == before
    build_index(tiny_corpus, folder, FakeEncoder(), LEXICON)


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index").touch()
    for folder in (tmp_path / "index", tmp_path / "index" / "below"):
        with (
            pytest.raises(SnapshotError, match=f"'{folder}' cannot be written .*; give a folder that you may write to"),
            locked(folder),
        ):
            pass


def test_the_passages_of_the_nearest_sentences_are_found_among_those_allowed(tmp_path: Path) -> None:
    texts = ["kreft plan norge. eksport i år.", "plan.", "kreft kreft.", "styret møtes."]
    save(make([document(f"d{i}", text) for i, text in enumerate(texts)]), tmp_path)
    for index in (make([document(f"d{i}", text) for i, text in enumerate(texts)]), load(tmp_path)):
        query = encode("kreft").vector
        assert index.search_sentences(query, 1) == [2]
        assert index.search_sentences(query, 2) == [0, 2]
        assert index.search_sentences(query, 99) == [0, 1, 2, 3]  # k > n
        assert index.search_sentences(query, 1, passages=[0, 1]) == [0]
        assert index.search_sentences(query, 99, passages=[1, 3]) == [1, 3]
        assert index.search_sentences(query, 5, passages=[]) == []


def test_a_search_runs_on_the_thread_that_asks_and_no_other() -> None:
    index, query = make([document("d", "kreft plan norge.")]), encode("kreft").vector
    searches = (lambda: index.search_sentences(query, 1), lambda: index.search_dense(query, 1))
    for search in searches:
        with ThreadPoolExecutor(1) as thread:  # a new one: how many OpenMP may use is told of each thread apart
            thread.submit(search).result()
            assert thread.submit(faiss.omp_get_max_threads).result() == 1


@given(st.lists(st.lists(st.sampled_from("kreft plan norge eksport styret".split())), min_size=1, max_size=9))
def test_the_nearest_sentence_is_in_the_passage_that_scores_best(texts: list[list[str]]) -> None:
    index = make([document(f"d{i}", " ".join([f"tekst{i}", *words]) + ".") for i, words in enumerate(texts)])
    query = encode("kreft norge").vector
    scores = index.sentences.score(query, range(len(index.chunks)))
    for row in index.search_sentences(query, 1):
        assert scores[row] == pytest.approx(scores.max(), abs=0.01)


def test_reader_of_an_old_snapshot_goes_on_when_it_is_removed(tmp_path: Path) -> None:
    save(make([document("a", "kreft plan")]), tmp_path)
    reader = load(tmp_path)
    first = snapshot(tmp_path)
    save(make([document("a", "eksport")]), tmp_path)
    assert not first.exists()
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [snapshot(tmp_path)]
    tokens = reader.tokens.query(encode("kreft"))
    assert reader.tokens.score(tokens, [0])[0] == pytest.approx(1.0, abs=0.01)  # int8


@pytest.mark.parametrize("name", [".writing-1", ".discarded-0123456789ab", "0123456789ab"])
def test_left_over_of_a_killed_build_is_cleared_away(folder: Path, tiny_corpus: Path, name: str) -> None:
    shutil.copytree(snapshot(folder), folder / name)
    load(folder)
    build_index(tiny_corpus, folder, FakeEncoder(), LEXICON)
    assert sorted(path.name for path in folder.iterdir()) == sorted([".lock", "CURRENT", snapshot(folder).name])


def test_calibrating_killed_before_any_of_its_writes_leaves_the_old_numbers_or_the_new_ones(
    folder: Path, tiny_corpus: Path, tmp_path: Path, root: Path
) -> None:
    save_calibration(folder, {"bias": 0.0})
    work = tmp_path / "work"
    work.mkdir()
    command = [sys.executable, "-m", "tests.killed_build", *map(str, (folder, tiny_corpus, work)), "calibrate"]
    subprocess.run(command, check=True, cwd=root)
    moments = [json.loads((work / f"{i}.json").read_text()) for i in range(len(list(work.glob("*.json"))))]
    assert [moment["killed"] for moment in moments] == [True] * (len(moments) - 1) + [False]
    assert not any(moment["error"] for moment in moments)
    biases = [moment["calibration"]["bias"] for moment in moments]
    assert biases == sorted(biases)  # once new, never old again
    assert (biases[0], biases[-1]) == (0.0, 1.0)


def test_build_killed_before_any_of_its_writes_leaves_the_old_index_or_the_new_one(
    folder: Path, tiny_corpus: Path, tmp_path: Path, root: Path
) -> None:
    (tiny_corpus / "norsk.txt").write_text("Den første endringen.", "utf-8")
    build_index(tiny_corpus, folder, FakeEncoder(), LEXICON)  # a second snapshot: the next build has one to remove
    old = sorted(document.text for document in load(folder).documents.values())
    (tiny_corpus / "norsk.txt").write_text("Den andre endringen.", "utf-8")
    new = sorted(text.replace("første", "andre") for text in old)
    work = tmp_path / "work"
    work.mkdir()
    subprocess.run([sys.executable, "-m", "tests.killed_build", folder, tiny_corpus, work], check=True, cwd=root)
    moments = [json.loads((work / f"{i}.json").read_text()) for i in range(len(list(work.glob("*.json"))))]
    assert len(moments) > 20
    assert [moment["killed"] for moment in moments] == [True] * (len(moments) - 1) + [False]
    assert not any(moment["error"] for moment in moments)
    is_new = ["Den andre endringen." in moment["texts"] for moment in moments]
    assert is_new == sorted(is_new)  # once new, never old again
    assert is_new[-1]
    for moment, changed in zip(moments, is_new, strict=True):
        assert sorted(moment["texts"]) == (new if changed else old)
    for moment in moments[::REBUILT_EVERY]:
        assert moment["rebuilt"] == moments[0]["rebuilt"]
        assert not [name for name in moment["rebuilt"] if name.startswith(".writing")]
