"""The reader while it is trained: a question and a passage to where in the passage the answer is, or that it is not."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from indexing.joined import join
from indexing.train.batches import Rows
from indexing.train.examples import Example
from indexing.train.student import collate, half_precision, special_id

_IMPOSSIBLE = -1e4  # the logit of a place where no answer can begin or end


@dataclass(frozen=True, slots=True)
class Read:
    """Token ids `[CLS] question [SEP] passage [SEP]`, where the passage begins, and the answer's first and last token.

    Both are 0, the place of [CLS], where the passage does not tell.
    """

    ids: list[int]
    passage: int
    first: int
    last: int


class Reader(nn.Module):
    """A BERT body with two heads, for the first and the last token of the answer.

    Source: Devlin et al., NAACL 2019 (arXiv 1810.04805), as for SQuAD 2.0.
    """

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body
        self.heads = nn.Linear(body.config.hidden_size, 2)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """(b, t, 2) logits; while it is trained, the body computes in bfloat16 where the processor can."""
        with half_precision() if self.training else nullcontext():
            hidden = self.body(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
        logits: Tensor = self.heads(hidden.float())
        return logits

    @property
    def rows(self) -> nn.Parameter:
        """(vocabulary, d): the token embeddings, the encoder's own."""
        weight = self.body.embeddings.word_embeddings.weight
        assert isinstance(weight, nn.Parameter)
        return weight


def tokenise(examples: Sequence[Example], tokenizer: Tokenizer, *, longest: int) -> list[Read]:
    """The examples' tokens; what is longer is cut, and an example whose answer was cut off is left out."""
    questions = tokenizer.encode_batch([example.question for example in examples])
    passages = tokenizer.encode_batch([example.passage for example in examples], add_special_tokens=False)
    read = []
    for example, question, passage in zip(examples, questions, passages, strict=True):
        ids, begin = join(question.ids, passage.ids, longest=longest)
        spans = passage.offsets[:longest]
        inside = [i for i, (start, end) in enumerate(spans) if end > example.start and start < example.end]
        if example.answerable and not inside:
            continue
        places = [begin + i for i in inside] if example.answerable else [0]
        read.append(Read(ids, begin, places[0], places[-1]))
    return read


def reading_losses(
    reader: Reader, examples: Sequence[Read], rows: Rows, tokenizer: Tokenizer, *, masked: float = 0.0
) -> Mapping[str, Tensor]:
    """Cross entropy of the first and of the last token, among those of the passage and [CLS].

    A share of the tokens is masked, drawn anew each time: no word alone is to tell.
    """
    asked = [examples[i] for i in rows]
    batch = collate([read.ids for read in asked], tokenizer)
    begins = torch.tensor([read.passage for read in asked])
    types = batch.attention * (torch.arange(batch.ids.shape[1]) >= begins[:, None])
    possible = batch.text & (types == 1)
    possible[:, 0] = True
    drawn = batch.text & (torch.rand(batch.ids.shape) < masked)
    ids = batch.ids.masked_fill(drawn, special_id(tokenizer, "[MASK]"))
    logits = reader(ids, batch.attention, types).masked_fill(~possible[..., None], _IMPOSSIBLE)
    first = functional.cross_entropy(logits[..., 0], torch.tensor([read.first for read in asked]))
    last = functional.cross_entropy(logits[..., 1], torch.tensor([read.last for read in asked]))
    return {"first": first / 2, "last": last / 2}
