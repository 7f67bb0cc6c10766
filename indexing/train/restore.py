"""What `export` wrote, read back: an encoder or a reader in float32, to be trained further."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor
from transformers import BertModel

from indexing.train.export import HEADS
from indexing.train.reader import Reader
from indexing.train.recipe import RecipeError
from indexing.train.student import Student, new_body

Arrays = Mapping[str, npt.NDArray[np.generic]]

_CURE = "name with --encoder a folder that 'export' wrote with int8 weights"


def restore_student(file: Path) -> Student:
    """The student of an int8 ONNX encoder.

    Raises:
        RecipeError: no such file, or not one that `export` wrote with int8 weights.
    """
    graph, arrays = _open(file, needed="projection")
    return Student(_body(graph, arrays, "m"), arrays["projection"].astype(np.float32))


def restore_reader(file: Path) -> Reader:
    """The reader of an int8 ONNX reader.

    Raises:
        RecipeError: no such file, or not one that `export` wrote with int8 weights.
    """
    graph, arrays = _open(file, needed="heads.bias")
    reader = Reader(_body(graph, arrays, "body"))
    (heads,) = (node.input[1] for node in graph.node if node.name == HEADS)
    weights = {"weight": arrays[heads].T, "bias": arrays["heads.bias"]}
    reader.heads.load_state_dict({name: torch.from_numpy(array.astype(np.float32)) for name, array in weights.items()})
    return reader


def _open(file: Path, *, needed: str) -> tuple[onnx.GraphProto, Arrays]:
    """The graph, and its weights by their names."""
    if not file.exists():
        raise RecipeError(f"'{file}' is not there; {_CURE}")
    graph = onnx.load(str(file)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    if needed not in arrays or all(node.op_type != "MatMulInteger" for node in graph.node):
        raise RecipeError(f"'{file}' has no int8 weights of this training; {_CURE}")
    return graph, arrays


def _body(graph: onnx.GraphProto, arrays: Arrays, name: str) -> BertModel:
    """The body that has this name in an int8 graph, in float32.

    A weight comes back as scale * (quantised - zero point): what the int8 graph multiplies by, not what it was
    rounded from.
    """
    state: dict[str, Tensor] = {}
    for key, array in arrays.items():
        if key.startswith(f"{name}.") and key.endswith((".weight", ".bias")):
            state[key.removeprefix(f"{name}.")] = torch.from_numpy(array.astype(np.float32))
        if key.endswith("word_embeddings.rows"):
            scale = arrays[key.removesuffix("rows") + "scale"].astype(np.float32)
            state["embeddings.word_embeddings.weight"] = torch.from_numpy(array.astype(np.float32) * scale)
        if key.startswith(f"{name}.") and key.endswith(".weight_quantized"):
            whole = _dequantised(arrays, key.removesuffix("_quantized"))
            state[key.removeprefix(f"{name}.").removesuffix("_quantized")] = torch.from_numpy(whole)
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.name.startswith(f"/{name}/"):
            layer = node.name.removeprefix(f"/{name}/").removesuffix("/MatMul_quant").replace("/", ".")
            whole = _dequantised(arrays, node.input[1].removesuffix("_quantized"))
            state[f"{layer}.weight"] = torch.from_numpy(np.ascontiguousarray(whole.T))
    words = state["embeddings.word_embeddings.weight"]
    body = new_body(words.shape[0], dimension=words.shape[1], layers=1 + max(map(_layer_number, state)))
    body.load_state_dict(state, strict=True)
    return body


def _dequantised(arrays: Arrays, name: str) -> npt.NDArray[np.float32]:
    quantised, zero, scale = (arrays[f"{name}_{part}"] for part in ("quantized", "zero_point", "scale"))
    return (quantised.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)


def _layer_number(name: str) -> int:
    parts = name.split(".")
    return int(parts[2]) if parts[:2] == ["encoder", "layer"] else 0
