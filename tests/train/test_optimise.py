"""The training loop: learns, goes on where it was stopped, keeps the best, leaves the body alone when told to."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from indexing.train.optimise import optimise
from indexing.train.recipe import Phase
from indexing.train.student import Batch, Student, new_body

PHASE = Phase(pairs=0, batch=4, steps=0, rows_rate=1e-2, body_rate=1e-3, warm_up=0.1, last_rate=0.1)


def student() -> Student:
    torch.manual_seed(0)
    return Student(new_body(20, dimension=8, layers=1, heads=2, inner=16), np.eye(8, 4, dtype=np.float32))


def losses(learner: Student, seed: int) -> Mapping[str, torch.Tensor]:
    ids = torch.randint(0, 20, (4, 5), generator=torch.Generator().manual_seed(seed % 7))
    whole = learner(Batch(ids, torch.ones_like(ids), torch.ones_like(ids).bool())).whole
    return {"to_first": (1 - whole[:, 0]).mean()}


def train(learner: Student, folder: Path, steps: int, phase: Phase = PHASE) -> list[dict[str, float]]:
    optimise(learner, range(steps), lambda task: losses(learner, task), phase, checkpoint=folder / "c.pt")
    return [json.loads(line) for line in (folder / "c.log.jsonl").read_text().splitlines()]


def test_the_loss_falls(tmp_path: Path) -> None:
    log = train(student(), tmp_path, 200)
    assert log[-1]["to_first"] < 0.5 * log[0]["to_first"]


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path, dropout: float) -> None:
    phase = replace(PHASE, dropout=dropout)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = student()
    train(whole, tmp_path / "whole", 150, phase)
    stopped, resumed = student(), student()

    def stop(task: int) -> Mapping[str, torch.Tensor]:
        if task == 120:
            raise KeyboardInterrupt
        return losses(stopped, task)

    with pytest.raises(KeyboardInterrupt):
        optimise(stopped, range(150), stop, phase, checkpoint=tmp_path / "parts" / "c.pt")
    train(resumed, tmp_path / "parts", 150, phase)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_is_dropped_changes_what_is_learnt(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "some").mkdir()
    whole, dropped = student(), student()
    train(whole, tmp_path / "all", 5)
    train(dropped, tmp_path / "some", 5, replace(PHASE, dropout=0.5))
    assert not torch.equal(whole.rows, dropped.rows)


def test_the_weights_of_attention_are_not_dropped(tmp_path: Path) -> None:
    learner = student()
    train(learner, tmp_path, 1, replace(PHASE, dropout=0.5))
    shares = {n: m.p for n, m in learner.named_modules() if isinstance(m, torch.nn.Dropout)}
    assert {name for name, share in shares.items() if share == 0} == {"body.encoder.layer.0.attention.self.dropout"}
    assert set(shares.values()) == {0.0, 0.5}


def test_without_a_body_rate_only_the_rows_move(tmp_path: Path) -> None:
    before, learner = student(), student()
    train(learner, tmp_path, 20, replace(PHASE, body_rate=0.0))
    for (name, one), other in zip(before.named_parameters(), learner.parameters(), strict=True):
        assert torch.equal(one, other) == ("word_embeddings" not in name), name


def test_the_weights_watched_as_best_are_kept(tmp_path: Path) -> None:
    learner, seen, figures = student(), [], iter([0.5, 0.9, 0.2])

    def watch() -> Mapping[str, float]:
        seen.append({name: tensor.clone() for name, tensor in learner.state_dict().items()})
        return {"worst": next(figures)}

    optimise(
        learner, range(30), lambda task: losses(learner, task), PHASE, checkpoint=tmp_path / "c.pt", watch=watch,
        watch_every=10,
    )  # fmt: skip
    for name, tensor in learner.state_dict().items():
        assert torch.equal(tensor, seen[1][name])


def test_without_a_body_rate_the_first_rows_are_kept_too_when_told(tmp_path: Path) -> None:
    before, learner = student(), student()
    optimise(
        learner, range(20), lambda task: losses(learner, task), replace(PHASE, body_rate=0.0),
        checkpoint=tmp_path / "c.pt", kept_rows=12,
    )  # fmt: skip
    assert torch.equal(before.rows[:12], learner.rows[:12])
    assert not torch.equal(before.rows[12:], learner.rows[12:])


def test_with_a_body_rate_all_rows_move(tmp_path: Path) -> None:
    before, learner = student(), student()
    optimise(learner, range(20), lambda task: losses(learner, task), PHASE, checkpoint=tmp_path / "c.pt", kept_rows=12)
    assert not torch.equal(before.rows[:12], learner.rows[:12])
