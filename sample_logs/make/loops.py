"""A plain training loop, as people write it, with the few handles that a fault needs.

The logged loss is that of the weights *before* the step's update, and so is the evaluation of that step: a bad update
at step s shows from step s + 1 on, a bad batch at step s shows at s itself.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator

import torch
from data import Batch, BatchAt
from torch import Tensor, nn
from torch.nn import functional

Row = dict[str, float]
Schedule = Callable[[int], float]  # step -> learning rate


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    """Mean cross-entropy in nats, over tokens or over images."""
    logits = model(batch[0])
    return functional.cross_entropy(logits.flatten(0, -2), batch[1].flatten())


@torch.no_grad()
def evaluate(model: nn.Module, held_out: Batch, chunk: int = 64) -> float:
    """Mean loss over a fixed held-out set."""
    model.eval()
    pieces = zip(held_out[0].split(chunk), held_out[1].split(chunk), strict=True)
    total = sum(loss_of(model, piece).item() * len(piece[0]) for piece in pieces)
    model.train()
    return total / len(held_out[0])


def cosine(peak: float, steps: int, warmup: int = 50, floor: float = 0.05) -> Schedule:
    """Linear warmup, then a cosine from `peak` down to `floor * peak` at `steps`, where it stays."""

    def rate(step: int) -> float:
        if step < warmup:
            return peak * (step + 1) / warmup
        share = min(1.0, (step - warmup) / (steps - warmup))
        return peak * (floor + (1 - floor) * (1 + math.cos(math.pi * share)) / 2)

    return rate


@dataclasses.dataclass
class Training:
    """One training: what is trained, on what, how fast. `run` yields what a logger should log, step by step."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    batch_at: BatchAt
    schedule: Schedule
    held_out: Batch
    eval_every: int
    clip: float = math.inf

    def run(self, steps: Iterable[int]) -> Iterator[tuple[int, Row]]:
        """Train over `steps`, yielding (step, values)."""
        for step in steps:
            for group in self.optimizer.param_groups:
                group["lr"] = self.schedule(step)
            row: Row = {}
            if step % self.eval_every == 0:
                row["eval/loss"] = evaluate(self.model, self.held_out)
            loss = loss_of(self.model, self.batch_at(step))
            self.optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            self.optimizer.step()
            row |= {"train/loss": loss.item(), "train/grad_norm": norm.item(), "train/lr": self.schedule(step)}
            yield step, row
