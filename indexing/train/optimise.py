"""The loop all training shares: warm-up, falling rate, checkpoints, and a log of figures."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from indexing.train.reader import Reader
from indexing.train.recipe import Phase
from indexing.train.student import Student

_SAVE_EVERY = 100  # steps
_LOG_EVERY = 20
_LONGEST_GRADIENT = 1.0
_BODY_BETAS = (0.9, 0.999)
_ROWS_BETAS = (0.9, 0.98)  # a rare token's row is seen once in many steps: with .999 it would then leap 30 rates far
_ATTENTION = ".self.dropout"  # kept without: numbers drawn for all its weights take as long as the rest of a step

Task = TypeVar("Task")


def optimise(
    student: Student | Reader,
    tasks: Sequence[Task],
    losses: Callable[[Task], Mapping[str, Tensor]],
    phase: Phase,
    *,
    checkpoint: Path,
    kept_rows: int = 0,
    watch: Callable[[], Mapping[str, float]] | None = None,
    watch_every: int = 100,
) -> None:
    """One step per task, in order; goes on from the checkpoint where there is one.

    Leaves the student with the best weights watched, or else the last.

    Args:
        student: Changed in place: an encoder, or a reader.
        tasks: What each step learns from.
        losses: The named losses of one task, already weighted; their sum is made small.
        phase: Rates and how they fall.
        kept_rows: While the body is kept, so are the first rows of the token embeddings, this many.
        checkpoint: Where the state is kept; figures go beside it, one JSON line each.
        watch: Figures worth logging now and then; with "worst" among them the weights are kept that had it highest.
        watch_every: Steps between two looks.
    """
    body = [p for name, p in student.named_parameters() if "word_embeddings" not in name]
    for parameter in body:
        parameter.requires_grad_(phase.body_rate > 0)
    student.rows.requires_grad_(phase.rows_rate > 0)
    rates = {"rows": phase.rows_rate, "body": phase.body_rate}
    parameters = {"rows": [student.rows], "body": body}
    betas = {"rows": _ROWS_BETAS, "body": _BODY_BETAS}
    groups = [{"params": parameters[name], "lr": rate, "betas": betas[name]} for name, rate in rates.items() if rate]
    for name, layer in student.named_modules():
        if isinstance(layer, nn.Dropout) and not name.endswith(_ATTENTION):
            layer.p = phase.dropout
    hook = _keep_first(student.rows, kept_rows) if kept_rows and phase.body_rate == 0 else None
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0, fused=True)
    rate = _rate(len(tasks), phase)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    best = checkpoint.with_suffix(".best.pt")
    first = _restore(checkpoint, student, optimizer, schedule)
    student.train()
    started, sums, count = time.monotonic(), dict[str, float](), 0
    for step in range(first, len(tasks)):
        named = losses(tasks[step])
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(named.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(student.parameters(), _LONGEST_GRADIENT)
        optimizer.step()
        schedule.step()
        count += 1
        for name, loss in named.items():
            sums[name] = sums.get(name, 0.0) + float(loss.detach())
        done = step + 1
        if done % _LOG_EVERY == 0 or done == len(tasks):
            left = (time.monotonic() - started) / (done - first) * (len(tasks) - done)
            means = {name: round(total / count, 4) for name, total in sums.items()}
            _log(checkpoint, {"step": done, "of": len(tasks), "minutes_left": round(left / 60, 1), **means})
            sums, count = {}, 0
        if watch and (done % watch_every == 0 or done == len(tasks)):
            student.eval()
            figures = watch()
            _log(checkpoint, {"step": done, **figures})
            student.train()
            if "worst" in figures and figures["worst"] > _worst_kept(best):
                _write(best, {"worst": figures["worst"], "student": student.state_dict()})
        if done % _SAVE_EVERY == 0 or done == len(tasks):
            _save(checkpoint, done, student, optimizer, schedule)
    if hook:
        hook.remove()
    if best.exists():
        student.load_state_dict(torch.load(best, weights_only=True)["student"])
    student.eval()


def _keep_first(rows: nn.Parameter, kept: int) -> RemovableHandle:
    """Takes away what the first rows would learn."""
    return rows.register_hook(  # type: ignore[no-untyped-call, no-any-return]
        lambda gradient: gradient.index_fill(0, torch.arange(kept), 0.0)
    )


def _worst_kept(best: Path) -> float:
    return float(torch.load(best, weights_only=True)["worst"]) if best.exists() else float("-inf")


def _rate(steps: int, phase: Phase) -> Callable[[int], float]:
    warm = max(1, round(steps * phase.warm_up))

    def rate(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 1.0 - (1.0 - phase.last_rate) * (step - warm) / max(1, steps - warm)

    return rate


def _save(
    file: Path,
    step: int,
    student: Student | Reader,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> None:
    state = {
        "step": step, "student": student.state_dict(), "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(), "random": torch.get_rng_state(),
    }  # fmt: skip
    _write(file, state)


def _write(file: Path, state: Mapping[str, object]) -> None:
    partial = file.with_suffix(".partial")
    torch.save(dict(state), partial)
    os.replace(partial, file)


def _restore(
    file: Path,
    student: Student | Reader,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    student.load_state_dict(state["student"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["random"])
    return int(state["step"])


def _log(checkpoint: Path, figures: Mapping[str, object]) -> None:
    line = json.dumps(figures)
    print(line, flush=True)  # noqa: T201 - hours may pass
    with checkpoint.with_suffix(".log.jsonl").open("a", encoding="utf-8") as log:
        log.write(line + "\n")
