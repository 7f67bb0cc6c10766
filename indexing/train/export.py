"""The trained encoder as files: one int8 ONNX graph for the product, or a sentence-transformers folder to train on."""

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, PreTrainedTokenizerFast

from indexing.train.reader import Reader
from indexing.train.recipe import RecipeError
from indexing.train.student import Batch, Student, collate, pool

Weights = Literal["int8", "int7", "float32"]

MAX_LENGTH = 256  # tokens
_OPSET = 17
_LARGEST = 127.0  # of int8
_SCALED = "a scale for each row of the embeddings and each channel of the layers"
_TOLD = {"int8": f"int8 weights, {_SCALED}", "int7": f"int8 weights of 7 bits, {_SCALED}", "float32": "none"}
_PROJECTION = "/MatMul"  # the one product outside the body: small, and every token vector comes out of it
HEADS = "/heads/MatMul"
_SHARED = "rows.bin"


class _Rows(nn.Module):
    """An embedding table as int8 with a scale for each row: a single scale for the table would coarsen rare words."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-12) / _LARGEST
        self.register_buffer("rows", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        rows, scale = self.get_buffer("rows"), self.get_buffer("scale")
        return functional.embedding(ids, rows).to(torch.float32) * functional.embedding(ids, scale)


class _Graph(nn.Module):
    """What the ONNX graph computes: token vectors and the text's vector, both of unit length."""

    def __init__(self, body: BertModel, projection: Tensor) -> None:
        super().__init__()
        self.m = body
        self.projection = nn.Parameter(projection)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.m(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        whole, tokens = pool(hidden, attention_mask, self.projection)
        return tokens, whole


def write_onnx(
    student: Student, tokenizer: Tokenizer, card: Mapping[str, Any], folder: Path, *, weights: Weights
) -> None:
    """model.onnx, tokenizer.json and encoder.json.

    Args:
        student: Its weights; not changed.
        tokenizer: Of its vocabulary.
        card: What encoder.json says besides what is known here.
        folder: Where to, made if it is not there.
        weights: "int8" to ship; "int7" for processors without VNNI, where the sums of 8 bits may overflow; "float32"
            to compare with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    body = deepcopy(student.body)
    if weights != "float32":
        body.embeddings.word_embeddings = _Rows(student.rows.detach())  # type: ignore[assignment]
    graph = _Graph(body, student.projection.detach().clone()).eval()
    shapes = {"token_embeddings": {0: "b", 1: "t"}, "sentence_embedding": {0: "b"}}
    _write_graph(graph, ("input_ids", "attention_mask"), shapes, folder / "model.onnx", weights, kept=_PROJECTION)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    told = {
        **card,
        "dimension": student.rows.shape[1],
        "token_dimension": student.projection.shape[1],
        "max_length": MAX_LENGTH,
        "prompts": {"query": "", "passage": ""},
        "inputs": {"input_ids": "int64 (b, t)", "attention_mask": "int64 (b, t)"},
        "outputs": {
            "token_embeddings": f"float32 (b, t, {student.projection.shape[1]}), unit length",
            "sentence_embedding": f"float32 (b, {student.rows.shape[1]}), unit length, mean over attended tokens",
        },
        "quantisation": _TOLD[weights],
    }
    (folder / "encoder.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def write_reader(reader: Reader, student: Student, folder: Path, *, weights: Weights) -> None:
    """reader.onnx, beside the encoder's model.onnx, whose token embeddings it shares.

    Args:
        reader: Its weights; not changed.
        student: The encoder, with the same token embeddings.
        folder: Where the encoder was written to.
        weights: As there.

    Raises:
        RecipeError: the reader was trained on the token embeddings of another encoder.
    """
    if not torch.equal(reader.rows, student.rows):
        raise RecipeError("reader.pt was trained on another encoder; take reader*.pt away and run 'reader' again")
    graph = deepcopy(reader).eval()
    if weights != "float32":
        graph.body.embeddings.word_embeddings = _Rows(student.rows.detach())  # type: ignore[assignment]
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    _write_graph(graph, inputs, {"logits": {0: "b", 1: "t"}}, folder / "reader.onnx", weights, kept=HEADS)


def _write_graph(
    graph: nn.Module,
    inputs: Sequence[str],
    outputs: Mapping[str, Mapping[int, str]],
    file: Path,
    weights: Weights,
    *,
    kept: str,
) -> None:
    """An ONNX graph of a module that takes int64 (b, t), `kept` the product that stays float32."""
    ids = torch.ones((2, 9), dtype=torch.int64)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own future
        whole = file if weights == "float32" else Path(scratch) / "whole.onnx"
        torch.onnx.export(
            graph, tuple(torch.ones_like(ids) for _ in inputs), str(whole), opset_version=_OPSET, dynamo=False,
            input_names=list(inputs), output_names=list(outputs),
            dynamic_axes={**{name: {0: "b", 1: "t"} for name in inputs}, **outputs},
        )  # fmt: skip
        if weights == "float32":
            return
        quantize_dynamic(
            str(whole), str(file), weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=weights == "int7", op_types_to_quantize=["MatMul"], nodes_to_exclude=[kept],
        )  # fmt: skip
    _share_rows(file)


def _share_rows(file: Path) -> None:
    """Moves a graph's token embeddings into rows.bin beside it: graphs with the same ones load them once."""
    model = onnx.load(str(file))
    rows = next(tensor for tensor in model.graph.initializer if tensor.name.endswith("word_embeddings.rows"))
    (file.parent / _SHARED).write_bytes(rows.raw_data)
    onnx.external_data_helper.set_external_data(rows, location=_SHARED, offset=0, length=len(rows.raw_data))
    rows.ClearField("raw_data")
    file.write_bytes(model.SerializeToString())


def write_sentence_transformers(student: Student, tokenizer: Tokenizer, folder: Path) -> None:
    """A folder that sentence-transformers loads: float16 weights, mean pooling; the token projection beside it."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds to import
    from sentence_transformers.sentence_transformer.modules import (  # noqa: PLC0415
        Normalize,
        Pooling,
        Transformer,
    )

    with tempfile.TemporaryDirectory() as scratch:
        student.body.save_pretrained(scratch)
        special = {f"{name}_token": f"[{name.upper()}]" for name in ("cls", "sep", "pad", "unk", "mask")}
        wrapped: Any = PreTrainedTokenizerFast
        wrapped(tokenizer_object=tokenizer, model_max_length=MAX_LENGTH, **special).save_pretrained(scratch)
        words = Transformer(scratch, max_seq_length=MAX_LENGTH)
    model = SentenceTransformer(
        modules=[words, Pooling(words.get_embedding_dimension(), "mean"), Normalize()], device="cpu"
    ).half()
    model.save(str(folder))
    np.save(folder / "projection.npy", student.projection.detach().numpy().astype(np.float16))


def fidelity(student: Student, tokenizer: Tokenizer, folder: Path, texts: list[str]) -> tuple[float, float]:
    """The mean and the least cosine between the graph's vectors and the student's own, over texts."""
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    cosines = []
    for text in texts:
        batch = collate([tokenizer.encode(text).ids[:MAX_LENGTH]], tokenizer)
        inputs = {"input_ids": batch.ids.numpy(), "attention_mask": batch.attention.numpy()}
        with torch.no_grad():
            own = student(Batch(batch.ids, batch.attention, batch.text)).whole[0].numpy()
        cosines.append(float(session.run(["sentence_embedding"], inputs)[0][0] @ own))
    return float(np.mean(cosines)), float(np.min(cosines))
