"""Turns texts into unit vectors: the bundled encoder, or any sentence-transformers model, behind one protocol."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from indexing.errors import EncoderError
from indexing.session import MODEL_FOLDER, open_graph, open_tokenizer, reading

BUNDLED = "bundled"
_BATCH_TEXTS = 32  # of a sentence-transformers model
_HASHED_BYTES = 1 << 20  # at a time: the embeddings are not to stand in memory twice

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class EncoderCard:
    """What shaped the vectors, kept in the index manifest: an index answers only to an equal card."""

    name: str
    weights_hash: str  # sha256 of the weights, first 16 hexadecimal digits
    dimension: int
    max_length: int  # tokens; what is longer is cut
    pooling: str
    query_prompt: str
    passage_prompt: str

    def as_dict(self) -> dict[str, Any]:
        """The card as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text, encoded: a vector for the whole, and one for each of its tokens but the special ones.

    `vector` is (d,), `tokens` (t, k), both float32 with rows of unit length; `spans` is (t, 2) int32, the code points
    of the text each token stands for; `ids` is (t,) int32, the tokens in the encoder's vocabulary.
    """

    vector: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.float32]
    spans: npt.NDArray[np.int32]
    ids: npt.NDArray[np.int32]


class Encoder(Protocol):
    """Texts to unit vectors; queries and passages may be prompted differently."""

    @property
    def card(self) -> EncoderCard:
        """What shapes the vectors."""
        ...

    def encode_query(self, text: str) -> Encoded:
        """The query, with the model's query prompt before it (the prompt's tokens are not among `tokens`)."""
        ...

    def encode_passages(self, texts: Sequence[str], *, on_progress: Progress | None = None) -> list[Encoded]:
        """The passages in the order given, with the model's passage prompt before them."""
        ...


def load_encoder(name: str = BUNDLED, *, threads: int | None = None) -> Encoder:
    """The encoder of this name: "bundled", a folder, or a sentence-transformers hub name.

    Args:
        name: "bundled", a folder with such an encoder, or what sentence-transformers can load.
        threads: Texts the bundled encoder takes on at a time; None takes one per processor.

    Raises:
        EncoderError: the model is not there, is damaged, or its library is not installed.
    """
    folder = model_folder(name)
    if folder:
        return OnnxEncoder(folder, threads=threads or os.cpu_count() or 1)
    return SentenceTransformersEncoder(name)


def model_folder(name: str) -> Path | None:
    """Where the files of the encoder of this name lie; None for one of sentence-transformers."""
    if name == BUNDLED:
        return MODEL_FOLDER
    return Path(name) if (Path(name) / "encoder.json").exists() else None


class OnnxEncoder:
    """An int8 ONNX graph with pooling and normalisation inside, and its own tokenizer; no torch, no network."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        with reading(folder / "encoder.json") as file:
            described = json.loads(file.read_text("utf-8"))
        self._tokenizer = open_tokenizer(folder / "tokenizer.json")
        self._tokenizer.enable_truncation(described["max_length"])
        self._session = open_graph(folder / "model.onnx")
        self._threads = threads
        self.card = EncoderCard(
            name=described["name"],
            weights_hash=_files_hash(folder / name for name in ("model.onnx", "rows.bin")),
            dimension=described["dimension"],
            max_length=described["max_length"],
            pooling="mean",
            query_prompt=described["prompts"]["query"],
            passage_prompt=described["prompts"]["passage"],
        )

    def encode_query(self, text: str) -> Encoded:
        """The query; see `Encoder`."""
        return self._encode(text, self.card.query_prompt)

    def encode_passages(self, texts: Sequence[str], *, on_progress: Progress | None = None) -> list[Encoded]:
        """The passages in the order given; see `Encoder`.

        Each is encoded by itself: the graph's int8 scales are taken over a whole batch, so that in one a text's
        vectors would depend on its neighbours.
        """
        encoded: list[Encoded] = []
        with ThreadPoolExecutor(self._threads) as executor:
            for passage in executor.map(partial(self._encode, prompt=self.card.passage_prompt), texts):
                encoded.append(passage)
                if on_progress:
                    on_progress(len(encoded), len(texts))
        return encoded

    def _encode(self, text: str, prompt: str) -> Encoded:
        encoding = self._tokenizer.encode(prompt + text)
        ids = np.array(encoding.ids, dtype=np.int32)
        inputs = {"input_ids": ids[None, :].astype(np.int64), "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}
        tokens, vectors = self._session.run(["token_embeddings", "sentence_embedding"], inputs)
        is_text = np.array(encoding.special_tokens_mask) == 0
        spans = np.array(encoding.offsets, dtype=np.int32)
        return _keep_text(Encoded(vectors[0], tokens[0], spans, ids), is_text, len(prompt))


class SentenceTransformersEncoder:
    """Any sentence-transformers model, by folder or hub name; its own prompts "query" and "passage" are respected."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - torch takes seconds to import
        except ImportError as error:
            raise EncoderError(
                f"encoder '{name}' needs sentence-transformers; install the extra in the project's folder: "
                "pip install '.[models]', or use the bundled encoder"
            ) from error
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"encoder '{name}' cannot be loaded ({' '.join(str(error).split())}); give the folder of a "
                "sentence-transformers model, or a hub name where there is a network"
            ) from error
        prompts = self._model.prompts
        self.card = EncoderCard(
            name=name,
            weights_hash=_weights_hash(self._model),
            dimension=int(self._model.get_embedding_dimension() or 0),
            max_length=int(self._model.max_seq_length or 0),
            pooling="model",
            query_prompt=prompts.get("query") or "",
            passage_prompt=prompts.get("passage") or prompts.get("document") or "",
        )

    def encode_query(self, text: str) -> Encoded:
        """The query; see `Encoder`."""
        return self._encode([text], self.card.query_prompt)[0]

    def encode_passages(self, texts: Sequence[str], *, on_progress: Progress | None = None) -> list[Encoded]:
        """The passages in the order given; see `Encoder`."""
        encoded: list[Encoded] = []
        for start in range(0, len(texts), _BATCH_TEXTS):
            encoded += self._encode(texts[start : start + _BATCH_TEXTS], self.card.passage_prompt)
            if on_progress:
                on_progress(len(encoded), len(texts))
        return encoded

    def _encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        prompted = [prompt + text for text in texts]
        outputs: Any = self._model.encode(prompted, output_value=None, show_progress_bar=False)
        return [self._keep(text, output, len(prompt)) for text, output in zip(prompted, outputs, strict=True)]

    def _keep(self, text: str, outputs: Mapping[str, Any], prompt_chars: int) -> Encoded:
        encoding = self._model.tokenizer(
            text, truncation=True, max_length=self.card.max_length or None,
            return_offsets_mapping=True, return_special_tokens_mask=True,
        )  # fmt: skip
        is_text = np.array(encoding["special_tokens_mask"]) == 0
        tokens = outputs["token_embeddings"].cpu().numpy()[: len(is_text)]
        spans = np.array(encoding["offset_mapping"], dtype=np.int32)
        vector = outputs["sentence_embedding"].cpu().numpy()
        ids = np.array(encoding["input_ids"], dtype=np.int32)
        return _keep_text(Encoded(vector, tokens, spans, ids), is_text, prompt_chars)


def _keep_text(whole: Encoded, is_text: npt.NDArray[np.bool_], prompt_chars: int) -> Encoded:
    """The encoding of the text alone: special tokens, padding and the prompt's tokens left out, spans moved."""
    keep = is_text & (whole.spans[:, 0] >= prompt_chars)
    return Encoded(
        vector=unit_rows(whole.vector[None, :])[0],
        tokens=unit_rows(whole.tokens[keep]),
        spans=whole.spans[keep] - prompt_chars,
        ids=whole.ids[keep].astype(np.int32),
    )


def unit_rows(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(n, d) float32, each row divided by its length; rows of zeros stay."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.maximum(lengths, 1e-12), dtype=np.float32)


def _files_hash(files: Iterable[Path]) -> str:
    """Of those that are there: the float32 graph holds its token embeddings itself."""
    digest = hashlib.sha256()
    for file in files:
        if file.exists():
            with file.open("rb") as stream:
                for part in iter(partial(stream.read, _HASHED_BYTES), b""):
                    digest.update(part)
    return digest.hexdigest()[:16]


def _weights_hash(model: Any) -> str:  # a torch module; torch is not imported for its type alone
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
