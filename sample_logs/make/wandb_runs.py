"""Trainings logged by wandb in offline mode, with the exports that a user would make of them."""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
import wandb
from data import ALPHABET, Batch, digits, grainy, random_windows, spread_windows, stdlib_bpe, stdlib_characters
from labels import Event, Labels, planned
from loops import Row, Training, cosine
from models import GPT, LSTM, cnn
from wandb_exports import Export, csv_history, history, json_history, panel

LOGGER = "wandb (offline)"
CURVES: dict[str, str | None] = {
    "train_loss": "train/loss",
    "eval_loss": "eval/loss",
    "grad_norm": "train/grad_norm",
    "learning_rate": "train/lr",
}


def log(
    folder: Path, name: str, config: dict[str, Any], rows: Iterable[tuple[int, Row]], exports: tuple[Export, ...]
) -> None:
    """Log what a training yields into an offline run, then export its history in the given layouts.

    Everything that describes the machine is switched off, and what wandb writes beside its log is thrown away.
    """
    settings = wandb.Settings(
        console="off",
        disable_code=True,
        disable_git=True,
        host="sample",
        silent=True,
        x_disable_machine_info=True,
        x_disable_meta=True,
        x_disable_stats=True,
    )
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {f"WANDB_{kind}_DIR": scratch for kind in ("CACHE", "CONFIG", "DATA")}
        with wandb.init(
            project="samples", name=name, config=config, dir=str(folder), mode="offline", settings=settings
        ) as run:
            for step, row in rows:
                run.log(row, step=step)
        wandb.teardown()  # its service keeps the folder it was started in: the next case needs a new one
    (path,) = folder.glob("wandb/offline-run-*/run-*.wandb")
    for extra in (*folder.glob("wandb/*.log"), *folder.glob("wandb/latest-run")):
        extra.unlink()
    for extra in (entry for entry in path.parent.iterdir() if entry != path):
        shutil.rmtree(extra) if extra.is_dir() else extra.unlink()
    exported = history(path)
    for export in exports:
        export(exported, name, folder)


def healthy_noisy(folder: Path) -> Labels:
    """Two short windows a batch: single losses jump about, the trend is sound."""
    torch.manual_seed(11)
    train, held_out = stdlib_characters()
    steps, model = 1600, LSTM(len(ALPHABET), width=112)
    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        random_windows(train, 48, 2, seed=11),
        cosine(2e-3, steps),
        spread_windows(held_out, 48, 256),
        eval_every=100,
        clip=2.0,
    )
    log(
        folder, "small-batch", {"batch": 2, "context": 48, "lr": 2e-3}, training.run(range(steps)), (csv_history, panel)
    )
    return Labels(
        model="character LSTM (width 112)",
        logger=LOGGER,
        truth="Healthy, only noisy: with two windows of 48 characters a batch the train loss scatters widely, its "
        "trend and the eval loss fall to the end. No point of it is an event.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        healthy=True,
    )


def divergence_learning_rate(folder: Path) -> Labels:
    """A step schedule whose factor was typed as 10 where 0.1 was meant."""
    torch.manual_seed(12)
    train, held_out = stdlib_characters()
    steps, milestone, model = 1200, 750, GPT(len(ALPHABET), 64, width=96, layers=2)

    def step_schedule(step: int) -> float:
        """Warm up to 3e-3; at the milestone the rate is multiplied by 10."""
        return 3e-3 * min(1.0, (step + 1) / 40) * (10 if step >= milestone else 1)

    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        random_windows(train, 64, 16, seed=12),
        step_schedule,
        spread_windows(held_out, 64, 128),
        eval_every=50,
    )
    log(
        folder,
        "step-decay",
        {"lr": 3e-3, "gamma": 10, "milestone": milestone},
        training.run(range(steps)),
        (csv_history,),
    )
    return Labels(
        model="character GPT (2 layers, width 96)",
        logger=LOGGER,
        truth="Diverges at step 750, where the learning rate is multiplied by 10, not divided: the loss jumps and "
        "never comes back to its level of before. Go back to a checkpoint before 750 and mend the schedule.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "divergence", "error", "train/loss", (milestone, milestone + 10), None, "learning rate x10 (gamma=10)"
            ),
            Event("learning-rate-jump", "warning", "train/lr", (milestone, milestone), None, "gamma=10"),
        ],
        head=["divergence"],
    )


def nan_loss(folder: Path) -> Labels:
    """Images are standardised by their own spread; a blank image has none, 0/0 is NaN, and the weights keep it."""
    torch.manual_seed(13)
    images, answers, test_images, test_answers = digits()
    steps, blank, batch, noise, model = 1000, 640, 32, 0.5, cnn()

    def standardised(pixels: torch.Tensor) -> torch.Tensor:
        """Each image to mean 0 and spread 1: without a floor under the spread, as it must not be done."""
        return (pixels - pixels.mean((1, 2, 3), keepdim=True)) / pixels.std((1, 2, 3), keepdim=True)

    def batch_at(step: int) -> Batch:
        """A random batch; at step `blank`, one image of it is blank (a damaged file)."""
        chosen = torch.randint(len(images), (batch,), generator=torch.Generator().manual_seed(step))
        pixels = grainy(images[chosen], noise, seed=step)
        if step == blank:
            pixels[0] = 0.0
        return standardised(pixels), answers[chosen]

    training = Training(
        model,
        torch.optim.SGD(model.parameters(), momentum=0.9),
        batch_at,
        cosine(0.02, steps),
        (standardised(grainy(test_images, noise, seed=0)), test_answers),
        eval_every=50,
    )
    log(
        folder,
        "digits-cnn",
        {"batch": batch, "lr": 0.02, "momentum": 0.9},
        training.run(range(steps)),
        (csv_history, json_history),
    )
    return Labels(
        model="CNN (two convolutions) on 8x8 digits",
        logger=LOGGER,
        truth="The loss is NaN from step 640 to the end, without a warning before: a broken input (a blank image that "
        "is divided by its own spread), not the learning rate. All compute after 640 is lost.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[Event("nonfinite-loss", "error", "train/loss", (blank, blank), steps - 1, "0/0 in a blank image")],
        head=["nonfinite-loss"],
    )


def plateau_schedule_ended(folder: Path) -> Labels:
    """The cosine was told a number of steps that is a third of the real one, and rests at zero from there on."""
    torch.manual_seed(14)
    train, held_out = stdlib_bpe(512)
    steps, scheduled, every, model = 1500, 500, 2, GPT(512, 64, width=96, layers=3)
    training = Training(
        model,
        torch.optim.AdamW(model.parameters()),
        random_windows(train, 64, 16, seed=14),
        cosine(1.5e-3, scheduled, floor=0.0),
        spread_windows(held_out, 64, 128),
        eval_every=50,
        clip=1.0,
    )
    rows = itertools.islice(training.run(range(steps)), 0, None, every)
    config = {"lr": 1.5e-3, "max_steps": steps, "schedule_steps": scheduled}
    log(folder, "cosine-too-short", config, rows, (json_history, panel))
    return Labels(
        model="BPE GPT (3 layers, width 96, 512 tokens)",
        logger=LOGGER,
        truth="Nothing is learnt after about step 450: the cosine schedule ended at step 500 of 1500 with a learning "
        "rate of exactly 0, and two thirds of the compute changed no weight. The model itself was still improving.",
        first_step=0,
        last_step=steps - every,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "plateau",
                "warning",
                "train/loss",
                (350, scheduled + 50),
                steps - every,
                "learning rate 0 from step 500 on",
            ),
            planned("learning-rate-decay", "train/lr", 50, scheduled, "the cosine itself"),
        ],
        head=["plateau"],
    )


CASES = {
    "healthy-noisy": healthy_noisy,
    "divergence-learning-rate": divergence_learning_rate,
    "nan-loss": nan_loss,
    "plateau-schedule-ended": plateau_schedule_ended,
}
