"""The reader's training: labels stand at the answer's tokens, and what it learns it can tell."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch import Tensor

from indexing.session import MODEL_FOLDER, open_tokenizer
from indexing.train.examples import Example
from indexing.train.optimise import optimise
from indexing.train.reader import Reader, reading_losses, tokenise
from indexing.train.recipe import Phase
from indexing.train.student import new_body, special_id


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return open_tokenizer(MODEL_FOLDER / "tokenizer.json")


def example(passage: str, answer: str) -> Example:
    start = passage.index(answer) if answer else 0
    return Example("made", "en", "en", "Where is it?", passage, start, start + len(answer))


def test_the_first_and_last_token_are_those_of_the_answer(tokenizer: Tokenizer) -> None:
    (read,) = tokenise([example("It is in the old town of Bergen now.", "old town of Bergen")], tokenizer, longest=60)
    assert tokenizer.decode(read.ids[read.first : read.last + 1]) == "old town of bergen"
    assert tokenizer.decode(read.ids[read.passage :]).startswith("it is in")


def test_without_an_answer_both_are_the_first_place(tokenizer: Tokenizer) -> None:
    (read,) = tokenise([example("It is not told.", "")], tokenizer, longest=60)
    assert (read.first, read.last) == (0, 0)


def test_an_answer_that_was_cut_off_is_not_learnt_from(tokenizer: Tokenizer) -> None:
    assert tokenise([example("It is in the old town of Bergen now.", "Bergen")], tokenizer, longest=4) == []


def test_it_learns_to_tell_where_the_answer_is_and_leaves_the_rows(tokenizer: Tokenizer, tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader = Reader(new_body(tokenizer.get_vocab_size(), dimension=16, layers=1, heads=2, inner=32))
    read = tokenise([example("We are in Oslo.", "Oslo"), example("No one knows.", "")], tokenizer, longest=60)
    before = reader.rows.detach().clone()
    phase = Phase(pairs=0, batch=2, steps=0, rows_rate=0.0, body_rate=3e-2, warm_up=0.1, last_rate=0.1)
    tasks = [np.array([0, 1])] * 40
    losses = []

    def step(rows: np.ndarray) -> dict[str, torch.Tensor]:
        named = reading_losses(reader, read, rows, tokenizer)
        losses.append(sum(float(loss.detach()) for loss in named.values()))
        return dict(named)

    optimise(reader, tasks, step, phase, checkpoint=tmp_path / "c.pt")
    assert losses[-1] < 0.3 * losses[0]
    assert torch.equal(reader.rows, before)


def test_masked_tokens_are_drawn_of_question_and_passage_alone(tokenizer: Tokenizer) -> None:
    torch.manual_seed(0)
    reader = Reader(new_body(tokenizer.get_vocab_size(), dimension=16, layers=1, heads=2, inner=32))
    given: list[Tensor] = []
    reader.body.register_forward_pre_hook(lambda _, args, named: given.append(named["input_ids"]), with_kwargs=True)
    read = tokenise([example("We are in Oslo.", "Oslo"), example("No one knows that now.", "")], tokenizer, longest=60)
    for masked in (0.0, 0.5, 1.0):
        reading_losses(reader, read, np.array([0, 1]), tokenizer, masked=masked)
    none, some, every = given
    mask = special_id(tokenizer, "[MASK]")
    special = torch.tensor([special_id(tokenizer, token) for token in ("[CLS]", "[SEP]", "[PAD]")])
    assert not none.eq(mask).any()
    assert torch.equal(every.eq(mask), ~torch.isin(none, special))
    assert some.eq(mask).any()
    assert torch.equal(torch.where(some.eq(mask), none, some), none)
