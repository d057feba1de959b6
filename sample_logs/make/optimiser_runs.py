"""What goes wrong in the optimiser, logged by Lightning's CSVLogger from a plain loop.

`lightning.pytorch.utilities.grad_norm` measures the gradients, and names them, where a case looks at them one by one.
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from data import ALPHABET, Batch, digits, grainy, random_windows, spread_windows, stdlib_characters
from labels import Event, Labels
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.utilities import grad_norm
from loops import Row, Training, cosine
from models import mlp
from torch import Tensor, nn

LOGGER = "lightning CSVLogger (from a plain loop)"
CURVES: dict[str, str | None] = {
    "train_loss": "train/loss",
    "eval_loss": "eval/loss",
    "grad_norm": "train/grad_norm",
    "learning_rate": "train/lr",
}


def log(folder: Path, rows: Iterable[tuple[int, Row]], every: int = 1, **hyperparameters: Any) -> None:
    """Write every so many-th row of a training to metrics.csv, and the hyper-parameters beside it."""
    logger = CSVLogger(str(folder), name="lightning_logs", version=0)
    logger.log_hyperparams(hyperparameters)
    for step, row in rows:
        if step % every == 0:
            logger.log_metrics(row, step)
    logger.save()


def digit_batches(batch: int, noise: float, seed: int) -> Callable[[int], Batch]:
    """Batches of digits under noise that is drawn anew for every step."""
    images, answers, _, _ = digits()

    def batch_at(step: int) -> Batch:
        """The batch of a step."""
        generator = torch.Generator().manual_seed(1_000_003 * seed + step)
        chosen = torch.randint(len(images), (batch,), generator=generator)
        return images[chosen] + noise * torch.randn(images[chosen].shape, generator=generator), answers[chosen]

    return batch_at


def held_out_digits(noise: float) -> Batch:
    """The digits that no training sees, under noise of their own."""
    _, _, images, answers = digits()
    return grainy(images, noise, seed=0), answers


def deep(activation: type[nn.Module], layers: int, width: int = 48) -> nn.Sequential:
    """A deep perceptron for digits; ReLU layers get the initial scale that suits them."""
    sizes = [64] + [width] * layers
    network = nn.Sequential(nn.Flatten())
    for before, after in itertools.pairwise(sizes):
        linear = nn.Linear(before, after)
        if activation is nn.ReLU:
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
        network.extend([linear, activation()])
    return network.append(nn.Linear(width, 10))


def with_layers(training: Training, steps: int, every: int) -> Iterable[tuple[int, Row]]:
    """Train, and add the gradient norm of every parameter, as Lightning measures it, to the rows that are logged."""
    for step, row in training.run(range(steps)):
        if step % every == 0:
            weights = nn.ModuleDict({"network": training.model})
            row |= {name: value for name, value in grad_norm(weights, 2).items() if not name.endswith("bias")}
        yield step, row


def gradient_vanishing(folder: Path) -> Labels:
    """Fourteen sigmoid layers on top of each other: next to nothing of the gradient reaches the first."""
    torch.manual_seed(61)
    steps, every, model = 1200, 8, deep(nn.Sigmoid, 14)
    training = Training(
        model,
        torch.optim.SGD(model.parameters(), momentum=0.9),
        digit_batches(64, 0.3, seed=61),
        lambda step: 0.05,
        held_out_digits(0.3),
        eval_every=40,
    )
    log(folder, with_layers(training, steps, every), every, layers=14, activation="sigmoid", lr=0.05)
    return Labels(
        model="MLP (14 sigmoid layers of 48) on noisy 8x8 digits",
        logger=LOGGER,
        truth="Nothing is learnt, log(10) from the first step to the last, because the gradient vanishes: the norm of "
        "the first layer is many orders of magnitude below that of the last.",
        first_step=0,
        last_step=steps - every,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "gradient-vanishing",
                "warning",
                "grad_2.0_norm/network.1.weight",
                (0, steps // 10),
                None,
                "14 sigmoid layers without normalisation or residuals",
            ),
            Event("no-learning", "error", "train/loss", (0, steps // 10), None, "its consequence"),
        ],
        head=["no-learning", "gradient-vanishing"],
    )


def healthy_layers(folder: Path) -> Labels:
    """The same depth with ReLU and an initial scale that suits it: gradients reach every layer."""
    torch.manual_seed(62)
    steps, every, model = 1200, 4, deep(nn.ReLU, 8)
    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        digit_batches(64, 0.5, seed=62),
        cosine(2e-3, steps),
        held_out_digits(0.5),
        eval_every=40,
        clip=5.0,
    )
    log(folder, with_layers(training, steps, every), every, layers=8, activation="relu", lr=2e-3, gradient_clip_val=5.0)
    return Labels(
        model="MLP (8 ReLU layers of 48) on noisy 8x8 digits",
        logger=LOGGER,
        truth="Healthy: the gradient norms of all layers are of one order of magnitude, and the losses fall together.",
        first_step=0,
        last_step=steps - every,
        every=every,
        curves=CURVES,
        healthy=True,
    )


class Recurrent(nn.Module):
    """A plain ReLU RNN over characters with recurrent weights of the given gain: nothing keeps its state small."""

    def __init__(self, vocabulary: int, width: int, gain: float) -> None:
        super().__init__()
        self.tokens, self.rnn = (
            nn.Embedding(vocabulary, width),
            nn.RNN(width, width, nonlinearity="relu", batch_first=True),
        )
        self.head = nn.Linear(width, vocabulary)
        nn.init.orthogonal_(self.rnn.weight_hh_l0, gain)

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, context) tokens -> (batch, context, vocabulary) logits."""
        return self.head(self.rnn(self.tokens(tokens))[0])


CREEPING = "no clipping, and a learning rate that grows by 0.8 % a step"


def gradient_explosion(folder: Path) -> Labels:
    """A ReLU RNN without clipping whose learning rate creeps up: the gradient bursts, ever higher."""
    torch.manual_seed(63)
    train, held_out = stdlib_characters()
    steps, model = 620, Recurrent(len(ALPHABET), 96, gain=1.0)
    training = Training(
        model,
        torch.optim.SGD(model.parameters(), momentum=0.9),
        random_windows(train, 64, 16, seed=63),
        lambda step: 0.03 * math.exp(step / 130),
        spread_windows(held_out, 64, 64),
        eval_every=50,
    )
    log(folder, training.run(range(steps)), lr=0.03, growth=130)
    return Labels(
        model="character RNN (ReLU, width 96)",
        logger=LOGGER,
        truth="The gradient norm bursts as the learning rate grows, from about step 480 on, and is no number any more "
        "a little later, nor is the loss: nothing clips it. Go back to before 480, clip, and keep the rate down.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event("gradient-explosion", "warning", "train/grad_norm", (470, 510), None, CREEPING, "measurement"),
            Event("divergence", "error", "train/loss", (470, 510), None, CREEPING, "measurement"),
            Event("nonfinite-loss", "error", "train/loss", (505, 510), None, CREEPING, "measurement"),
        ],
        head=["divergence", "nonfinite-loss", "gradient-explosion"],
    )


def missing_warmup(folder: Path) -> Labels:
    """Adam starts at its full, high rate: its first steps throw a wide model far off, and the loss leaps at first."""
    torch.manual_seed(64)
    steps, peak, model = 800, 0.06, mlp(1024)
    training = Training(
        model,
        torch.optim.Adam(model.parameters()),
        digit_batches(32, 0.5, seed=64),
        lambda step: peak * (1 - step / steps),
        held_out_digits(0.5),
        eval_every=40,
    )
    log(folder, training.run(range(steps)), lr=peak, warmup_steps=0)
    return Labels(
        model="MLP (two hidden layers of 1024) on noisy 8x8 digits",
        logger=LOGGER,
        truth="Sound in the end, but the learning rate begins at its peak of 0.06: Adam's first steps drive the loss "
        "from log(10) to ten times as much, and it takes a few steps to come back. A warm-up would spare that.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[Event("missing-warmup", "info", "train/lr", (0, 8), None, f"Adam at {peak:g} from the first step on")],
        healthy=True,
    )


def clipping_saturation(folder: Path) -> Labels:
    """Gradients are clipped at a twentieth of their usual norm: every step has the same length."""
    torch.manual_seed(65)
    steps, every, model = 1000, 2, deep(nn.ReLU, 3)
    training = Training(
        model,
        torch.optim.SGD(model.parameters(), momentum=0.9),
        digit_batches(32, 0.6, seed=65),
        cosine(0.3, steps),
        held_out_digits(0.6),
        eval_every=40,
        clip=0.1,
    )
    log(folder, training.run(range(steps)), every, lr=0.3, gradient_clip_val=0.1)
    return Labels(
        model="MLP (3 ReLU layers of 48) on noisy 8x8 digits",
        logger=LOGGER,
        truth="Sound losses, but the gradient is clipped at 0.1 in every step and is usually about 2: each step has "
        "the same length whatever the gradient says. Raise the ceiling to where it catches the few largest.",
        first_step=0,
        last_step=steps - every,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "clipping-saturation", "warning", "train/grad_norm", (0, 200), None, "clipped at 0.1, usually about 2"
            )
        ],
        head=["clipping-saturation"],
    )


CASES = {
    "gradient-vanishing": gradient_vanishing,
    "healthy-layers": healthy_layers,
    "gradient-explosion": gradient_explosion,
    "missing-warmup": missing_warmup,
    "clipping-saturation": clipping_saturation,
}
