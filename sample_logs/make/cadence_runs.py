"""How often a run is logged and evaluated, and what its losses are a mean of. Lightning's CSVLogger, SummaryWriter."""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from data import ALPHABET, random_windows, spread_windows, stdlib_characters
from fit_runs import labels
from labels import Event, Labels
from loops import Row, Training, cosine, evaluate, loss_of
from machine_runs import digits_training, waiting
from machine_runs import labels as machine_labels
from machine_runs import log as log_events
from models import GPT, mlp
from optimiser_runs import digit_batches, held_out_digits, log
from torch import nn

DIGITS = "MLP (two hidden layers of 32) on noisy 8x8 digits"


def digits(seed: int, steps: int, eval_every: int) -> Training:
    """A small, sound training on digits."""
    torch.manual_seed(seed)
    model = mlp(32)
    return Training(
        model,
        torch.optim.AdamW(model.parameters()),
        digit_batches(32, 0.5, seed),
        cosine(2e-3, steps),
        held_out_digits(0.5),
        eval_every,
    )


def rare_points(folder: Path) -> Labels:
    """Loss every 500 steps, as a Trainer logs that nobody told otherwise, and three evaluations in 6000 steps."""
    steps, every = 6500, 500
    log(folder, digits(91, steps, 3000).run(range(steps)), every, logging_steps=every, eval_steps=3000)
    return labels(
        DIGITS,
        steps,
        every,
        "Sound as far as can be seen, which is not far: thirteen points of the train loss and three evaluations cannot "
        "show a spike, a plateau or the best step.",
        Event("sparse-logging", "info", "train/loss", (0, steps - every), None, "logged every 500 steps"),
        Event("sparse-eval", "info", "eval/loss", (0, steps - every), None, "evaluated every 3000 steps"),
    )


def dense_evaluation(folder: Path) -> Labels:
    """An evaluation every other step."""
    steps, every = 1200, 2
    log(folder, digits(92, steps, every).run(range(steps)), every, eval_steps=every)
    return labels(
        DIGITS,
        steps,
        every,
        "Sound, but evaluated every other step: six hundred evaluations for a curve that ten would show, and the best "
        "of so many noisy ones is a lucky one.",
        Event("dense-eval", "info", "eval/loss", (0, steps - every), None, "evaluated every other step"),
    )


def slow_evaluation(folder: Path) -> Labels:
    """Ten evaluations of thirty-two seconds in a training of two minutes."""
    steps, eval_every = 400, 40
    rows = digits_training(93, steps, eval_every).run(range(steps))
    log_events(folder, waiting(rows, lambda step: 32.0 if step % eval_every == 0 else 0.25))
    return machine_labels(
        steps,
        "A sound run that spends most of its time in evaluation: half a minute after every forty steps of a quarter of "
        "a second each. A part of the evaluation set, or fewer evaluations, would show the same curve.",
        Event("eval-overhead", "info", "eval/loss", (0, steps - 1), None, "evaluations of 32 s, steps of 0.25 s"),
    )


def language_model(folder: Path, seed: int, steps: int, **wrong: Any) -> None:
    """A character model that logs perplexity beside its loss; `wrong` says what is not as it should be."""
    torch.manual_seed(seed)
    train, held_out = stdlib_characters()
    context, model = 32, GPT(len(ALPHABET), 32, width=48, layers=1)
    optimizer, rate = torch.optim.AdamW(model.parameters()), cosine(4e-3, steps)
    batch_at, test = random_windows(train, context, 16, seed), spread_windows(held_out, context, 64)
    factor, base = wrong.get("tokens_per_loss", 1), wrong.get("base", torch.e)

    def rows() -> Iterator[tuple[int, Row]]:
        """Train; losses are multiplied by what they were not divided by."""
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = rate(step)
            loss = loss_of(model, batch_at(step))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            row: Row = {"train/loss": loss.item() * factor, "train/lr": rate(step)}
            if step % 40 == 0:
                mean = evaluate(model, test)
                row |= {"eval/loss": mean * factor, "eval/perplexity": base**mean}
            yield step, row

    settings = {"model_type": "gpt", "vocab_size": len(ALPHABET), "max_seq_length": context}
    log(folder, rows(), 2, **settings)


def loss_per_sequence(folder: Path) -> Labels:
    """The loss is summed over the 32 characters of a window and divided by the number of windows only."""
    steps = 1000
    language_model(folder, 94, steps, tokens_per_loss=32)
    return labels(
        "character GPT (1 layer, width 48)",
        steps,
        2,
        "Sound, but the loss is a sum over each sequence: it begins at 32 times log(96) and never comes down to what "
        "guessing costs a character. It cannot be compared with other runs.",
        Event("unnormalized-loss", "warning", "train/loss", (0, 20), None, "summed over 32 characters"),
    )


def perplexity_of_base_two(folder: Path) -> Labels:
    """The perplexity is 2 to the power of a loss in nats."""
    steps = 1000
    language_model(folder, 95, steps, base=2.0)
    return labels(
        "character GPT (1 layer, width 48)",
        steps,
        2,
        "Sound, but the logged perplexity is 2 to the power of a loss that is in nats: it reads far too low.",
        Event("perplexity-mismatch", "warning", "eval/perplexity", (0, 40), None, "2 ** loss, loss in nats"),
    )


def healthy_perplexity(folder: Path) -> Labels:
    """The same model with the perplexity that belongs to its loss."""
    steps = 1000
    language_model(folder, 96, steps)
    return labels(
        "character GPT (1 layer, width 48)",
        steps,
        2,
        "Healthy: the perplexity is exp of the loss, the loss begins at log(96) and falls below it at once.",
    )


CASES = {
    "rare-points": rare_points,
    "dense-evaluation": dense_evaluation,
    "slow-evaluation": slow_evaluation,
    "loss-per-sequence": loss_per_sequence,
    "perplexity-of-base-two": perplexity_of_base_two,
    "healthy-perplexity": healthy_perplexity,
}
