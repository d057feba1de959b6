"""What a model fits and what it does not, and changes of the data or the objective that are no fault.

Logged by Lightning's CSVLogger from a plain loop.
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from data import ALPHABET, Batch, BatchAt, random_windows, spread_windows, stdlib_bpe, stdlib_characters, window
from labels import Event, Labels
from loops import Row, Training, cosine, evaluate, loss_of
from models import GPT, LSTM, RememberingGPT
from optimiser_runs import CURVES, LOGGER, deep, digit_batches, held_out_digits, log
from torch import Tensor, nn
from torch.nn import functional


def labels(model: str, steps: int, every: int, truth: str, *events: Event) -> Labels:
    """What the labels of all cases share; only a warning makes a run unhealthy."""
    loud = [event.rule for event in events if event.rule and event.severity != "info"]
    return Labels(
        model=model,
        logger=LOGGER,
        truth=truth,
        first_step=0,
        last_step=steps - every,
        every=every,
        curves=CURVES,
        events=list(events),
        head=loud,
        healthy=not loud,
    )


def generalization_stall(folder: Path) -> Labels:
    """A model with a table of remembered n-grams reads the same text twelve times: only the table goes on learning."""
    torch.manual_seed(81)
    train, held_out = stdlib_bpe(512)
    context, batch, per_epoch, epochs, frozen = 48, 12, 100, 12, 300
    steps, every = per_epoch * epochs, 2
    model = RememberingGPT(GPT(512, context, width=48, layers=1), width=48)

    def batch_at(step: int) -> Batch:
        """The next windows of this epoch's shuffle."""
        epoch, place = divmod(step, per_epoch)
        order = np.random.default_rng((81, epoch)).permutation(per_epoch * batch)
        return window(train, order[place * batch : (place + 1) * batch] * context, context)

    optimizer = torch.optim.AdamW(
        [{"params": model.gpt.parameters()}, {"params": model.memory.parameters()}], weight_decay=0.0
    )

    def rows() -> Iterator[tuple[int, Row]]:
        """Train; from step `frozen` on the language model itself stays as it is."""
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = 3e-3 * max(0.0, 1 - step / frozen)
            optimizer.param_groups[1]["lr"] = 1e-3
            row: Row = {"eval/loss": evaluate(model, test)} if step % 20 == 0 else {}
            loss = loss_of(model, batch_at(step))
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            yield step, row | {"train/loss": loss.item(), "train/grad_norm": norm.item(), "train/lr": 1e-3}

    test = spread_windows(held_out, context, 96)
    log(folder, rows(), every, epochs=epochs, frozen=frozen)
    return labels(
        "BPE GPT (1 layer, width 48, 512 tokens) with a table of remembered n-grams",
        steps,
        every,
        "The eval loss is flat after a third of the run while the train loss falls on: the table learns its text by "
        "heart, which neither helps nor harms on other text. The rest of the compute bought nothing.",
        Event(
            "generalization-stall", "info", "eval/loss", (200, 700), steps - every, "only the table goes on learning"
        ),
    )


def underfitting(folder: Path) -> Labels:
    """Everything that is known about an image has to pass through a single unit."""
    torch.manual_seed(82)
    steps, every = 2000, 4
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1), nn.Tanh(), nn.Linear(1, 10))
    nn.init.zeros_(model[-1].weight)  # so that the first loss is log(10)
    nn.init.zeros_(model[-1].bias)
    batch_at, test = digit_batches(64, 0.3, seed=82), held_out_digits(0.3)
    training = Training(
        model, torch.optim.AdamW(model.parameters()), batch_at, cosine(2e-2, steps), test, eval_every=40
    )

    def with_accuracy() -> Iterator[tuple[int, Row]]:
        """Add the accuracy on the batch, after the update."""
        for step, row in training.run(range(steps)):
            images, answers = batch_at(step)
            with torch.no_grad():
                row["train/accuracy"] = (model(images).argmax(1) == answers).float().mean().item()
            yield step, row

    log(folder, with_accuracy(), every, lr=2e-2)
    return labels(
        "a perceptron with one hidden unit on noisy 8x8 digits",
        steps,
        every,
        "Train and eval loss end together, far above what the digits allow, and no longer fall: one unit cannot tell "
        "ten digits apart. A larger model helps, regularisation does not.",
        Event("underfitting", "info", "train/loss", (0, steps - every), None, "a bottleneck of one unit"),
    )


def eval_relapse(folder: Path) -> Labels:
    """Batch normalization whose running statistics are those of the last batch, of four images."""
    torch.manual_seed(84)
    steps, every, rate = 2244, 4, 1e-2
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 96), nn.BatchNorm1d(96, momentum=1.0), nn.ReLU(), nn.Linear(96, 10)
    )
    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        digit_batches(4, 0.3, seed=84),
        lambda step: rate,
        held_out_digits(0.3),
        eval_every=160,
    )
    losses: list[tuple[float, int]] = []

    def watched() -> Iterator[tuple[int, Row]]:
        """Keep the evaluations, to see which was best."""
        for step, row in training.run(range(steps)):
            losses.extend((row[key], step) for key in ("eval/loss",) if key in row)
            yield step, row

    log(folder, watched(), every, lr=rate, batch_size=4, momentum=1.0)
    best, at = min(losses)
    end = losses[-1][0]
    return labels(
        "MLP with batch normalization (one layer of 96) on noisy 8x8 digits",
        steps,
        every,
        f"The weights learn, but the evaluation normalizes with the statistics of the last four images: it swings, was "
        f"best at step {at} ({best:.2f}) and happens to end at {end:.2f}. Larger batches, a lower momentum, or weights "
        f"of the best evaluation.",
        Event(
            "eval-relapse",
            "warning",
            "eval/loss",
            (at, at + 160),
            steps - every,
            "running statistics of one batch of four",
            "measurement",
        ),
    )


def unfinished_run(folder: Path) -> Labels:
    """A constant, small learning rate and a budget that ends in the steepest part."""
    torch.manual_seed(83)
    steps, every, rate, model = 440, 2, 2.5e-3, deep(nn.ReLU, 2)
    training = Training(
        model,
        torch.optim.SGD(model.parameters(), momentum=0.9),
        digit_batches(256, 0.3, seed=83),
        lambda step: rate,
        held_out_digits(0.3),
        eval_every=20,
    )
    log(folder, training.run(range(steps)), every, lr=rate, max_steps=steps)
    return labels(
        "MLP (2 ReLU layers of 48) on noisy 8x8 digits",
        steps,
        every,
        "Sound, but stopped while the loss was falling at a constant learning rate: it has some way to go yet.",
        Event(
            "unfinished-run",
            "info",
            "train/loss",
            (steps // 2, steps - every),
            None,
            f"{steps} steps at a rate of {rate}",
        ),
    )


def oscillation(folder: Path) -> Labels:
    """Two alphabets take turns, forty steps each; evaluation reads the first only, and sees it forgotten each time."""
    torch.manual_seed(84)
    train, held_out = stdlib_characters()
    steps, turn, every = 1600, 40, 2
    model = LSTM(len(ALPHABET), width=64)
    swapped = torch.tensor(np.random.default_rng(84).permutation(len(ALPHABET)))
    first_at = random_windows(train, 48, 8, seed=84)

    def batch_at(step: int) -> Batch:
        """Text as it is, or with every character exchanged for another."""
        inputs, targets = first_at(step)
        return (swapped[inputs], swapped[targets]) if (step // turn) % 2 else (inputs, targets)

    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        batch_at,
        lambda step: 3e-3,
        spread_windows(held_out, 48, 64),
        eval_every=10,
        clip=1.0,
    )
    log(folder, training.run(range(steps)), every, turn=turn)
    return labels(
        "character LSTM (width 64)",
        steps,
        every,
        "The eval loss swings with a period of 80 steps: two kinds of text take turns of 40 steps, and the one that is "
        "evaluated is forgotten while the other is read. Mix the sources, and never choose a checkpoint by one phase.",
        Event("oscillation", "warning", "eval/loss", (0, steps // 2), None, "two sources take turns of 40 steps"),
    )


def odd_batches(folder: Path) -> Labels:
    """Three batches of 1400 hold a few rows of shuffled targets: they stick out, and do no harm."""
    torch.manual_seed(85)
    train, held_out = stdlib_characters()
    steps, model = 1400, LSTM(len(ALPHABET), width=64)
    odd = (470, 985, 1290)
    clean_at = random_windows(train, 48, 16, seed=85)

    def batch_at(step: int) -> Batch:
        """The step's batch; in an odd one the targets of five rows of sixteen are shuffled."""
        inputs, targets = clean_at(step)
        if step not in odd:
            return inputs, targets
        order = torch.randperm(48, generator=torch.Generator().manual_seed(step))
        return inputs, torch.cat((targets[:5, order], targets[5:]))

    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        batch_at,
        cosine(4e-3, steps),
        spread_windows(held_out, 48, 64),
        eval_every=50,
        clip=1.0,
    )
    log(folder, training.run(range(steps)))
    return labels(
        "character LSTM (width 64)",
        steps,
        1,
        "A sound run in which single batches stick out: a few of their rows are damaged. Worth a look at the data.",
        Event("outlier-batch", "info", "train/loss", (odd[0], odd[0]), odd[-1], "five of sixteen rows are shuffled"),
    )


def objective_shift(folder: Path) -> Labels:
    """From step 700 on labels are smoothed, in training only: the train loss steps up, the model gets no worse."""
    torch.manual_seed(86)
    train, held_out = stdlib_characters()
    steps, changed, every = 1400, 700, 2
    model = LSTM(len(ALPHABET), width=96)
    optimizer, rate = torch.optim.AdamW(model.parameters()), cosine(4e-3, steps)
    batch_at, test = random_windows(train, 48, 16, seed=86), spread_windows(held_out, 48, 64)

    def rows() -> Iterator[tuple[int, Row]]:
        """Train, with smoothed labels from step `changed` on."""
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = rate(step)
            row: Row = {"eval/loss": evaluate(model, test)} if step % 40 == 0 else {}
            inputs, targets = batch_at(step)
            smoothing = 0.1 if step >= changed else 0.0
            loss = functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), label_smoothing=smoothing)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            yield step, row | {"train/loss": loss.item(), "train/grad_norm": norm.item(), "train/lr": rate(step)}

    log(folder, rows(), every, label_smoothing=0.1, from_step=changed)
    return labels(
        "character LSTM (width 96)",
        steps,
        every,
        "Sound: the train loss steps up at step 700 because labels are smoothed from there on; the eval loss, measured "
        "without smoothing, goes on falling.",
        Event("level-shift", "info", "train/loss", (changed, changed), None, "label smoothing of 0.1 from there on"),
    )


def healthy_grokking(folder: Path) -> Labels:
    """Addition modulo 53 from half of its table: learnt by heart soon, understood much later."""
    torch.manual_seed(87)
    modulus, steps, every = 53, 6000, 10
    pairs = torch.cartesian_prod(torch.arange(modulus), torch.arange(modulus))
    answers = pairs.sum(1) % modulus
    order = torch.randperm(len(pairs))
    known, asked = order[: len(order) // 2], order[len(order) // 2 :]

    class Adder(nn.Module):
        """Two embedded numbers through one hidden layer."""

        def __init__(self) -> None:
            super().__init__()
            self.numbers = nn.Embedding(modulus, 48)
            self.layers = nn.Sequential(nn.Linear(96, 128), nn.ReLU(), nn.Linear(128, modulus))

        def forward(self, pairs: Tensor) -> Tensor:
            """(pairs, 2) -> (pairs, modulus) logits."""
            return self.layers(self.numbers(pairs).flatten(1))

    model = Adder()
    training = Training(
        model,
        torch.optim.AdamW(model.parameters(), weight_decay=0.4),
        lambda step: (pairs[known], answers[known]),
        lambda step: 2e-3 * min(1.0, (step + 1) / 50),
        (pairs[asked], answers[asked]),
        eval_every=50,
    )
    log(folder, training.run(range(steps)), every, weight_decay=0.4, modulus=modulus)
    return labels(
        "MLP on two embedded numbers (full batches)",
        steps,
        every,
        "Grokking: the train loss is near nothing early, the eval loss rises far above its start, and then falls "
        "to nothing as well. What looked like overfitting was not the end of the story.",
    )


def healthy_regularised(folder: Path) -> Labels:
    """The train loss contains a penalty on the weights, and the eval text is harder: a constant gap."""
    torch.manual_seed(88)
    train, held_out = stdlib_characters()
    steps, every, model = 1200, 2, LSTM(len(ALPHABET), width=96)
    optimizer, rate = torch.optim.AdamW(model.parameters(), weight_decay=0.0), cosine(4e-3, steps, warmup=100)
    batch_at: BatchAt = random_windows(train, 48, 16, seed=88)
    test = spread_windows(held_out, 16, 160)  # short windows: less to go by, a higher loss

    def rows() -> Iterator[tuple[int, Row]]:
        """Train on cross-entropy plus penalty, and log their sum, as many do."""
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = rate(step)
            row: Row = {"eval/loss": evaluate(model, test)} if step % 40 == 0 else {}
            penalty = 2e-4 * sum(weight.square().sum() for weight in model.parameters())
            loss = loss_of(model, batch_at(step)) + penalty
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            yield step, row | {"train/loss": loss.item(), "train/grad_norm": norm.item(), "train/lr": rate(step)}

    log(folder, rows(), every, l2=2e-4)
    return labels(
        "character LSTM (width 96)",
        steps,
        every,
        "Healthy: the train loss holds a penalty that the eval loss has not, and the eval windows are shorter and so "
        "harder; the gap between them says nothing. Both fall to the end.",
    )


CASES = {
    "generalization-stall": generalization_stall,
    "eval-relapse": eval_relapse,
    "underfitting": underfitting,
    "unfinished-run": unfinished_run,
    "oscillation": oscillation,
    "odd-batches": odd_batches,
    "objective-shift": objective_shift,
    "healthy-grokking": healthy_grokking,
    "healthy-regularised": healthy_regularised,
}
