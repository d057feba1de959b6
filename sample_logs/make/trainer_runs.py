"""Trainings logged by transformers.Trainer: trainer_state.json and, beside it, event files.

The Trainer counts steps from 1, and its `loss` is the mean since the last log. Its batches come from the dataset in
order here (no shuffling), so that the rows of a damaged shard are met at known steps.
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import ALPHABET, stdlib_bpe, stdlib_characters
from labels import Event, Labels, planned
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch.utils.data import Dataset
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.utils import logging

logging.set_verbosity_error()
LOGGER = "transformers.Trainer (trainer_state.json and event files)"
CURVES: dict[str, str | None] = {
    "train_loss": "train/loss",
    "eval_loss": "eval/loss",
    "grad_norm": "train/grad_norm",
    "learning_rate": "train/learning_rate",
}
IGNORED = -100  # a label that the loss skips
KEPT = ("trainer_state.json", "events.out.tfevents")


class Windows(Dataset[dict[str, torch.Tensor]]):
    """Windows of a text as the Trainer wants them; labels are the tokens themselves (the model shifts them)."""

    def __init__(self, tokens: torch.Tensor, context: int, count: int, seed: int | None = None) -> None:
        """`count` windows: at random places with a `seed`, spread evenly without."""
        last = len(tokens) - context
        places = np.linspace(0, last, count) if seed is None else np.random.default_rng(seed).integers(0, last, count)
        self.inputs = torch.stack([tokens[place : place + context] for place in places.astype(int)])
        self.labels = self.inputs.clone()

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.inputs[index], "labels": self.labels[index]}


def llama(vocabulary: int, width: int, layers: int) -> LlamaForCausalLM:
    """A small Llama (rotary positions, gated perceptron, RMS norm)."""
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            max_position_embeddings=128,
            bos_token_id=0,
            eos_token_id=0,
            use_cache=False,
        )
    )


def fit(
    model: LlamaForCausalLM,
    train: Windows,
    held_out: Windows,
    name: str,
    resume: str | None = None,
    stop_after: int | None = None,
    **options: Any,
) -> Trainer:
    """Train with the options that all cases share; `name` is the folder of the event files under runs/."""
    os.environ["TENSORBOARD_LOGGING_DIR"] = f"runs/{name}"
    arguments: dict[str, Any] = {
        "output_dir": ".",
        "per_device_train_batch_size": 16,
        "per_device_eval_batch_size": 64,
        "eval_strategy": "steps",
        "save_strategy": "no",
        "report_to": ["tensorboard"],
        "train_sampling_strategy": "sequential",
        "dataloader_pin_memory": False,
        "disable_tqdm": True,
        "use_cpu": True,
    }
    trainer = Trainer(
        model=model,
        args=TrainingArguments(**(arguments | options)),
        train_dataset=train,
        eval_dataset=held_out,
        compute_loss_func=mean_over_tokens,
    )
    trainer.remove_callback(PrinterCallback)
    if stop_after:
        trainer.add_callback(StopAfter(stop_after))
    trainer.train(resume_from_checkpoint=resume)
    trainer.save_state()
    return trainer


class StopAfter(TrainerCallback):
    """End the training after a step, as a queue's time limit does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: TrainingArguments, state: Any, control: Any, **_: Any) -> None:
        """Called by the Trainer after each step."""
        if state.global_step >= self.step:
            control.should_training_stop = True


def mean_over_tokens(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
    """Mean cross-entropy over the tokens that have a label. Over none of them it is 0/0, and so is its gradient."""
    targets = labels[:, 1:]
    counted = targets != IGNORED
    losses = functional.cross_entropy(outputs.logits[:, :-1].transpose(1, 2), targets.clamp(min=0), reduction="none")
    return (losses * counted).sum() / counted.sum()


def keep_logs_only(folder: Path) -> None:
    """Remove weights, optimizer states and pickles: samples hold logs."""
    for path in [entry for entry in folder.rglob("*") if entry.is_file() and not entry.name.startswith(KEPT)]:
        path.unlink()
    for path in sorted((entry for entry in folder.rglob("*") if entry.is_dir()), reverse=True):
        if not any(path.iterdir()):
            shutil.rmtree(path)


def healthy_wsd(folder: Path) -> Labels:
    """Warmup, a long stable rate, a short decay: the loss drops faster while the rate decays, as planned."""
    set_seed(21)
    train, held_out = stdlib_bpe(512)
    steps, decay, every, context = 2000, 400, 4, 64
    fit(
        llama(512, width=64, layers=3),
        Windows(train, context, steps * 16, seed=21),
        Windows(held_out, context, 256),
        "wsd",
        max_steps=steps,
        learning_rate=4e-3,
        lr_scheduler_type="warmup_stable_decay",
        lr_scheduler_kwargs={"num_decay_steps": decay},
        warmup_steps=100,
        logging_steps=every,
        eval_steps=100,
    )
    keep_logs_only(folder)
    return Labels(
        model="BPE Llama (3 layers, width 64, 512 tokens)",
        logger=LOGGER,
        truth="Healthy warmup-stable-decay run: the quicker fall after step 1600 is the decay of the learning rate.",
        first_step=every,
        last_step=steps,
        every=every,
        curves=CURVES,
        events=[planned("learning-rate-decay", "train/loss", steps - decay, steps, "the planned decay phase")],
        healthy=True,
    )


def spike_recovers(folder: Path) -> Labels:
    """Eight batches of a damaged shard (random tokens): a jump, and a way back of some dozen steps."""
    set_seed(22)
    train, held_out = stdlib_characters()
    steps, first_bad, bad_batches, batch, context = 1200, 701, 8, 16, 64
    windows = Windows(train, context, steps * batch, seed=22)
    damaged = slice((first_bad - 1) * batch, (first_bad - 1 + bad_batches) * batch)
    windows.inputs[damaged] = torch.randint(len(ALPHABET), windows.inputs[damaged].shape)
    windows.labels[damaged] = windows.inputs[damaged]
    fit(
        llama(len(ALPHABET), width=64, layers=2),
        windows,
        Windows(held_out, context, 256),
        "damaged-shard",
        max_steps=steps,
        learning_rate=6e-3,
        lr_scheduler_type="linear",
        warmup_steps=50,
        logging_steps=1,
        eval_steps=100,
    )
    keep_logs_only(folder)
    return Labels(
        model="character Llama (2 layers, width 64)",
        logger=LOGGER,
        truth="One spike at step 701, from eight batches of garbage; the loss comes back within some dozen steps and "
        "the run ends where it would have. Skip or repair that shard.",
        first_step=1,
        last_step=steps,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "loss-spike",
                "warning",
                "train/loss",
                (first_bad, first_bad + bad_batches),
                first_bad + 60,
                f"{bad_batches} batches of random tokens from step {first_bad} on",
            )
        ],
        head=["loss-spike"],
    )


def nan_logged_as_zero(folder: Path) -> Labels:
    """A shard without a single label: the mean over no tokens is NaN, the weights become NaN, the log says 0.0.

    The Trainer leaves non-finite losses out of its running mean (`logging_nan_inf_filter`, on by default), so that a
    window of nothing but NaN is logged as exactly zero.
    """
    set_seed(23)
    train, held_out = stdlib_bpe(512)
    steps, bad, every, eval_every, batch, context = 1000, 638, 2, 50, 16, 48
    windows = Windows(train, context, steps * batch, seed=23)
    windows.labels[(bad - 1) * batch : bad * batch] = IGNORED
    fit(
        llama(512, width=64, layers=2),
        windows,
        Windows(held_out, context, 256),
        "empty-labels",
        max_steps=steps,
        learning_rate=3e-3,
        lr_scheduler_type="cosine",
        warmup_steps=50,
        logging_steps=every,
        eval_steps=eval_every,
    )
    keep_logs_only(folder)
    window_end = every * math.ceil(bad / every)
    return Labels(
        model="BPE Llama (2 layers, width 64, 512 tokens)",
        logger=LOGGER,
        truth="The run died of NaN at step 638; the zeros from there on are the Trainer's NaN filter, not a perfect "
        "model. The gradient norm and the eval loss are NaN. Go back before 638 and find the batch without labels.",
        first_step=every,
        last_step=steps,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "masked-nan",
                "error",
                "train/loss",
                (window_end, window_end + every),
                steps,
                f"all labels of batch {bad} are ignored: mean over no tokens",
            ),
            Event(
                "nonfinite-loss",
                "error",
                "eval/loss",
                (window_end, window_end + eval_every),
                steps,
                "the weights are NaN",
            ),
        ],
        head=["masked-nan", "nonfinite-loss"],
    )


def overfitting(folder: Path) -> Labels:
    """A few dozen kilobytes of text, read thirty times."""
    set_seed(24)
    train, held_out = stdlib_bpe(512)
    context, batch, epochs, every = 64, 16, 30, 2
    windows = Windows(train[:40_000], context, 640, seed=24)
    trainer = fit(
        llama(512, width=96, layers=3),
        windows,
        Windows(held_out, context, 256),
        "small-corpus",
        num_train_epochs=epochs,
        learning_rate=1.5e-3,
        lr_scheduler_type="cosine",
        warmup_steps=40,
        logging_steps=every,
        eval_steps=20,
        train_sampling_strategy="random",
    )
    keep_logs_only(folder)
    evals = {int(row["step"]): row["eval_loss"] for row in trainer.state.log_history if "eval_loss" in row}
    best = min(evals, key=lambda step: evals[step])
    near = [step for step in evals if evals[step] < evals[best] + 0.03]
    steps = len(windows) // batch * epochs
    return Labels(
        model="BPE Llama (3 layers, width 96, 512 tokens)",
        logger=LOGGER,
        truth=f"Overfitting: the eval loss is best at step {best} ({evals[best]:.2f}) and climbs to "
        f"{evals[max(evals)]:.2f} while the train loss goes on falling. Use the checkpoint near {best}; get more data.",
        first_step=every,
        last_step=steps,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "overfitting",
                "error",
                "eval/loss",
                (min(near), max(near)),
                steps,
                f"{epochs} epochs over 640 windows of text; eval minimum at {best}",
                ground_truth="measurement",
            )
        ],
        head=["overfitting"],
    )


def leakage_memorised(folder: Path) -> Labels:
    """The evaluation set is a sample of the training set, and training goes on until that is known by heart."""
    set_seed(25)
    train, _ = stdlib_characters()
    context, batch, epochs, every = 64, 16, 30, 2
    windows = Windows(train[:60_000], context, 480, seed=25)
    same = Windows(train[:60_000], context, 480, seed=25)
    same.inputs, same.labels = same.inputs[::4], same.labels[::4]
    fit(
        llama(len(ALPHABET), width=128, layers=3),
        windows,
        same,
        "eval-split-of-train",
        num_train_epochs=epochs,
        learning_rate=2e-3,
        lr_scheduler_type="cosine",
        warmup_steps=40,
        logging_steps=every,
        eval_steps=30,
        train_sampling_strategy="random",
    )
    keep_logs_only(folder)
    steps = len(windows) // batch * epochs
    return Labels(
        model="character Llama (3 layers, width 128)",
        logger=LOGGER,
        truth="Train loss goes to almost nothing, as it does when a text is learnt by heart, and the eval loss goes "
        "with it, slightly below: the eval set is part of the training set. True quality is unknown, likely poor.",
        first_step=every,
        last_step=steps,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "eval-below-train",
                "warning",
                "eval/loss",
                (1, steps - steps // 10),
                steps,
                "eval windows are training windows",
            )
        ],
        head=["eval-below-train"],
    )


def resumed_lost_head(folder: Path) -> Labels:
    """Stopped at step 700, resumed from checkpoint-500, whose file had lost the weights of the output layer.

    The Trainer only warns of missing weights and leaves the new model's random ones in their place. The event files
    hold steps 501 to 700 twice; trainer_state.json, cut back to the checkpoint, has them once.
    """
    set_seed(26)
    train, held_out = stdlib_characters()
    steps, saved, killed, every, context = 1200, 500, 700, 2, 64
    windows, evaluation = Windows(train, context, steps * 16, seed=26), Windows(held_out, context, 256)
    options: dict[str, Any] = {
        "max_steps": steps,
        "learning_rate": 5e-3,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 50,
        "logging_steps": every,
        "eval_steps": 50,
    }
    model = llama(len(ALPHABET), width=64, layers=2)
    fit(model, windows, evaluation, "lost-head", **options, save_strategy="steps", save_steps=saved, stop_after=killed)
    checkpoint = folder / f"checkpoint-{saved}"
    weights = load_file(checkpoint / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, checkpoint / "model.safetensors", {"format": "pt"})
    new_model = llama(len(ALPHABET), width=64, layers=2)
    fit(new_model, windows, evaluation, "lost-head", **options, resume=str(checkpoint))
    keep_logs_only(folder)
    return Labels(
        model="character Llama (2 layers, width 64)",
        logger=LOGGER,
        truth="Resumed from step 500, the loss jumps at 501 to the level of an untrained model and is learnt again: "
        "part of the weights was not loaded. Steps 501 to 700 are in the event files twice. Check the checkpoint.",
        first_step=every,
        last_step=steps,
        every=every,
        curves=CURVES,
        events=[
            Event(
                "restart", "warning", "train/loss", (saved, killed + 1), None, "resumed from checkpoint-500 after 700"
            ),
            Event(
                "loss-spike",
                "warning",
                "train/loss",
                (saved, saved + 2 * every),
                saved + 60,
                "the output layer starts at random",
            ),
        ],
        head=["restart", "loss-spike"],
    )


CASES = {
    "healthy-wsd": healthy_wsd,
    "spike-recovers": spike_recovers,
    "nan-logged-as-zero": nan_logged_as_zero,
    "overfitting": overfitting,
    "leakage-memorised": leakage_memorised,
    "resumed-lost-head": resumed_lost_head,
}
