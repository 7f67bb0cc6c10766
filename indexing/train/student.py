"""The encoder while it is trained: a BERT body, mean pooling, and a projection of the token vectors."""

from collections.abc import Sequence
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

PROJECTED = 128  # dimensions of a projected token vector
Model = TypeVar("Model", bound=nn.Module)
_SPECIAL = ("[CLS]", "[SEP]", "[PAD]")


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids (b, t) int64, padded; attention mask (b, t); mask of the text's own tokens (b, t), bool."""

    ids: Tensor
    attention: Tensor
    text: Tensor


@dataclass(frozen=True, slots=True)
class Vectors:
    """`whole` (b, d), `tokens` (b, t, k), both of unit length; `text` (b, t) bool, which tokens are of the text."""

    whole: Tensor
    tokens: Tensor
    text: Tensor
    ids: Tensor

    def part(self, rows: slice) -> "Vectors":
        """Some of the texts."""
        return Vectors(self.whole[rows], self.tokens[rows], self.text[rows], self.ids[rows])


class Student(nn.Module):
    """Token ids to a vector for the whole text and a projected one for each token."""

    def __init__(self, body: BertModel, projection: npt.NDArray[np.float32]) -> None:
        super().__init__()
        self.body = body
        self.projection = nn.Parameter(torch.from_numpy(projection.copy()))

    def forward(self, batch: Batch) -> Vectors:
        """The vectors of a batch; while it is trained, the body computes in bfloat16 where the processor can."""
        with half_precision() if self.training else nullcontext():
            hidden = self.body(input_ids=batch.ids, attention_mask=batch.attention).last_hidden_state
        whole, tokens = pool(hidden.float(), batch.attention, self.projection)
        return Vectors(whole, tokens, batch.text, batch.ids)

    @property
    def rows(self) -> nn.Parameter:
        """(vocabulary, d): the token embeddings."""
        weight = self.body.embeddings.word_embeddings.weight
        assert isinstance(weight, nn.Parameter)
        return weight


def mean_of(one: Model, other: Model, share: float) -> Model:
    """A student or reader between two of one shape, this share of the weights those of the first.

    Source: Wortsman et al., CVPR 2022 (arXiv 2109.01903): the mean keeps what fine-tuning would have undone.
    """
    mean, weights = deepcopy(other), one.state_dict()
    mean.load_state_dict({
        name: torch.lerp(tensor, weights[name], share) if tensor.is_floating_point() else tensor
        for name, tensor in other.state_dict().items()
    })  # fmt: skip
    return mean


def half_precision() -> torch.autocast:
    """A context in which layers compute in bfloat16: twice as fast where the processor has it, else left as it is."""
    can = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(can["avx512_bf16"] or can["amx_bf16"]))


def pool(hidden: Tensor, attention: Tensor, projection: Tensor) -> tuple[Tensor, Tensor]:
    """Of the output (b, t, d) of the body: the texts (b, d), a mean, and projected tokens (b, t, k); unit rows."""
    mask = attention.unsqueeze(-1).to(hidden.dtype)
    whole = (hidden * mask).sum(1) / mask.sum(1)
    return functional.normalize(whole, dim=-1), functional.normalize(hidden @ projection, dim=-1)


def new_body(
    vocabulary: int, *, dimension: int = 384, layers: int = 6, heads: int = 12, inner: int = 1536
) -> BertModel:
    """A BERT body without dropout: distillation regresses to fixed vectors, noise in the student only slows it."""
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=dimension, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=inner, max_position_embeddings=512, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config._attn_implementation = "eager"  # half as fast again as the fused one on short texts; ONNX can be made of it
    return BertModel(config, add_pooling_layer=False)


def collate(texts: Sequence[Sequence[int]], tokenizer: Tokenizer) -> Batch:
    """Token ids with [CLS] and [SEP], padded to the longest."""
    ids = torch.full((len(texts), max(map(len, texts))), special_id(tokenizer, "[PAD]"), dtype=torch.int64)
    attention = torch.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = torch.tensor(text)
        attention[row, : len(text)] = 1
    is_text = attention.bool()
    for token in _SPECIAL:
        is_text &= ids != special_id(tokenizer, token)
    return Batch(ids, attention, is_text)


def special_id(tokenizer: Tokenizer, token: str) -> int:
    """The id of "[CLS]", "[SEP]", "[PAD]" or "[MASK]"."""
    found = tokenizer.token_to_id(token)
    assert found is not None, f"a WordPiece tokenizer of BERT's kind has {token}"
    return int(found)
