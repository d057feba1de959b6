"""Trainings logged by torch's SummaryWriter: event files, one scalar a tag and step."""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import ALPHABET, Batch, random_windows, spread_windows, stdlib_bpe, stdlib_characters, window
from labels import Event, Labels, planned
from loops import Row, Training, cosine
from models import GPT, LSTM, RememberingGPT
from torch.utils.tensorboard import SummaryWriter

LOGGER = "torch.utils.tensorboard.SummaryWriter"
CURVES: dict[str, str | None] = {
    "train_loss": "train/loss",
    "eval_loss": "eval/loss",
    "grad_norm": "train/grad_norm",
    "learning_rate": "train/lr",
}


def log(folder: Path, rows: Iterable[tuple[int, Row]]) -> None:
    """Write what a training yields into one new event file in `folder`."""
    with SummaryWriter(str(folder)) as writer:
        for step, row in rows:
            for tag, value in row.items():
                writer.add_scalar(tag, value, step)


def healthy_plain(folder: Path) -> Labels:
    """A character GPT with a cosine schedule: what a run without trouble looks like."""
    torch.manual_seed(1)
    train, held_out = stdlib_characters()
    steps, model = 1600, GPT(len(ALPHABET), 64)
    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        random_windows(train, 64, 16, seed=1),
        cosine(3e-3, steps),
        spread_windows(held_out, 64, 256),
        eval_every=50,
        clip=1.0,
    )
    log(folder, training.run(range(steps)))
    return Labels(
        model="character GPT (3 layers, width 80)",
        logger=LOGGER,
        truth="A healthy run: train and eval loss fall together to the end of the cosine schedule. Nothing to do.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        healthy=True,
    )


def healthy_epoch_staircase(folder: Path) -> Labels:
    """Three passes over the same text: the train loss steps down where an epoch begins, eval still improves.

    The model remembers what it has read, so the first batch of the next epoch is easier than the last of the one
    before. The step in the curve is no fault.
    """
    torch.manual_seed(2)
    train, held_out = stdlib_bpe(512)
    context, batch, per_epoch, epochs = 64, 16, 450, 3
    model = RememberingGPT(GPT(512, context, width=64, layers=2), width=64)

    def batch_at(step: int) -> Batch:
        """The next windows of this epoch's shuffle: each window once an epoch."""
        epoch, place = divmod(step, per_epoch)
        order = np.random.default_rng((2, epoch)).permutation(per_epoch * batch)
        return window(train, order[place * batch : (place + 1) * batch] * context, context)

    training = Training(
        model,
        torch.optim.AdamW(model.parameters(), weight_decay=0.1),
        batch_at,
        cosine(2e-3, per_epoch * epochs, floor=0.1),
        spread_windows(held_out, context, 128),
        eval_every=50,
        clip=1.0,
    )
    log(folder, training.run(range(per_epoch * epochs)))
    starts = [per_epoch * epoch for epoch in range(1, epochs)]
    return Labels(
        model="BPE GPT (2 layers, width 64, 512 tokens) with a table of remembered n-grams",
        logger=LOGGER,
        truth="A healthy run of three epochs: the train loss steps down at 450 and 900, where a new epoch begins, "
        "because the text is known by then; the eval loss falls to the end.",
        first_step=0,
        last_step=per_epoch * epochs - 1,
        every=1,
        curves=CURVES,
        events=[planned("epoch", "train/loss", start, start + 10, "a new epoch begins") for start in starts],
        healthy=True,
    )


def spikes_several(folder: Path) -> Labels:
    """A character LSTM that meets four broken shards: targets in random order, for a few batches each."""
    torch.manual_seed(3)
    train, held_out = stdlib_characters()
    steps, model = 1800, LSTM(len(ALPHABET), width=128)
    shards = {430: (3, 10), 760: (7, 5), 1105: (1, 16), 1490: (5, 13)}  # first bad step: (batches, bad rows in each)
    bad = {start + offset: rows for start, (length, rows) in shards.items() for offset in range(length)}
    clean_at = random_windows(train, 64, 16, seed=3)

    def batch_at(step: int) -> Batch:
        """The step's batch; in a broken shard the targets of some rows are shuffled."""
        inputs, targets = clean_at(step)
        if step not in bad:
            return inputs, targets
        order = torch.randperm(64, generator=torch.Generator().manual_seed(step))
        return inputs, torch.cat((targets[: bad[step], order], targets[bad[step] :]))

    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        batch_at,
        cosine(4e-3, steps),
        spread_windows(held_out, 64, 128),
        eval_every=100,
        clip=5.0,
    )
    log(folder, training.run(range(steps)))
    events = [
        Event(
            "loss-spike", "warning", "train/loss", (start, start + 2), start + length, f"{rows} of 16 rows are shuffled"
        )
        for start, (length, rows) in shards.items()
    ]
    return Labels(
        model="character LSTM (width 128)",
        logger=LOGGER,
        truth="Four short spikes (from steps 430, 760, 1105 and 1490) that each come back within a few steps: broken "
        "batches, not the optimizer. Look at the data that was read there; the run itself is usable.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=events,
        head=["loss-spike"],
    )


def leakage(folder: Path) -> Labels:
    """The evaluation text was left in the training data, in a folder that is read again and again."""
    torch.manual_seed(4)
    train, held_out = stdlib_bpe(512)
    steps, context, batch = 1600, 64, 16
    model = GPT(512, context, width=128, layers=3)
    leaked = held_out[:12_000]
    common_at = random_windows(train, context, batch // 2, seed=4)
    leaked_at = random_windows(leaked, context, batch // 2, seed=5)

    def batch_at(step: int) -> Batch:
        """Half of each batch comes from the small folder that evaluation uses, too."""
        common, repeated = common_at(step), leaked_at(step)
        return torch.cat((common[0], repeated[0])), torch.cat((common[1], repeated[1]))

    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        batch_at,
        cosine(3e-3, steps),
        spread_windows(leaked, context, 128),
        eval_every=40,
        clip=1.0,
    )
    log(folder, training.run(range(steps)))
    return Labels(
        model="BPE GPT (3 layers, width 128, 512 tokens)",
        logger=LOGGER,
        truth="The eval loss falls below the train loss and goes far under it, though nothing (no dropout, no "
        "augmentation) makes training harder: the eval text is in the training data. The eval loss cannot be trusted.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "eval-below-train",
                "warning",
                "eval/loss",
                (0, steps // 4),
                steps - 1,
                "half of each training batch is drawn from the eval text",
            )
        ],
        head=["eval-below-train"],
    )


def resumed_overlap(folder: Path) -> Labels:
    """Killed at step 830, started again from the checkpoint of step 600: steps 600 to 829 are logged twice.

    The second attempt opens a second event file beside the first and does not purge what came after the checkpoint.
    """
    torch.manual_seed(6)
    train, held_out = stdlib_characters()
    steps, saved, killed = 1400, 600, 830
    model = GPT(len(ALPHABET), 96, width=64, layers=2)
    optimizer = torch.optim.AdamW(model.parameters())
    checkpoint: dict[str, Any] = {}
    training = Training(
        model,
        optimizer,
        random_windows(train, 96, 12, seed=6),
        cosine(3e-3, steps),
        spread_windows(held_out, 96, 128),
        eval_every=50,
        clip=1.0,
    )
    log(folder, saving(training, saved, range(killed), checkpoint))
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    training.batch_at = random_windows(train, 96, 12, seed=7)  # the order of the data is not part of the checkpoint
    log(folder, training.run(range(saved, steps)))
    return Labels(
        model="character GPT (2 layers, width 64)",
        logger=LOGGER,
        truth="A sound run that was killed at step 830 and resumed, with its optimizer state, from step 600: steps 600 "
        "to 829 are there twice, once an event file. Keep the later ones; the loss goes on as if nothing had happened.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "restart",
                "info",
                "train/loss",
                (saved, killed),
                None,
                f"resumed from the checkpoint of step {saved} after {killed} steps, second event file without a purge",
            )
        ],
        healthy=True,
    )


def saving(
    training: Training, saved: int, steps: Iterable[int], checkpoint: dict[str, Any]
) -> Iterator[tuple[int, Row]]:
    """Train over `steps`; when `saved` steps are done, put a copy of weights and optimizer into `checkpoint`."""
    for step, row in training.run(steps):
        if step == saved - 1:
            checkpoint["model"] = copy.deepcopy(training.model.state_dict())
            checkpoint["optimizer"] = copy.deepcopy(training.optimizer.state_dict())
        yield step, row


CASES = {
    "healthy-plain": healthy_plain,
    "healthy-epoch-staircase": healthy_epoch_staircase,
    "spikes-several": spikes_several,
    "leakage": leakage,
    "resumed-overlap": resumed_overlap,
}
