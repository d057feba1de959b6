"""Trainings logged by Lightning's CSVLogger: metrics.csv with train and eval values on rows of their own."""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import csv
import logging
import warnings
from pathlib import Path
from typing import Any

import lightning
import torch
from data import Batch, digits, grainy
from labels import Event, Labels
from lightning.pytorch.loggers import CSVLogger
from loops import Schedule, cosine
from models import cnn, mlp
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, TensorDataset

warnings.filterwarnings("ignore", module="lightning")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
LOGGER = "lightning CSVLogger"
CURVES: dict[str, str | None] = {
    "train_loss": "train_loss_step",
    "eval_loss": "val_loss",
    "grad_norm": "grad_norm",
    "learning_rate": "lr",
}


class GrainyDigits(Dataset[Batch]):
    """Digits under noise that is drawn anew each time: every epoch shows other images of the same digits."""

    def __init__(self, images: Tensor, answers: Tensor, noise: float) -> None:
        self.images, self.answers, self.noise = images, answers, noise

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Batch:
        image = self.images[index]
        return image + self.noise * torch.randn(image.shape), self.answers[index]


class Classifier(lightning.LightningModule):
    """A digit classifier that logs loss, accuracy, gradient norm and learning rate at each step."""

    def __init__(self, network: nn.Module, schedule: Schedule, **hyperparameters: Any) -> None:
        super().__init__()
        self.network, self.schedule = network, schedule
        self.save_hyperparameters(hyperparameters)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """Loss of one batch, logged for the step and as the epoch's mean."""
        logits = self.network(batch[0])
        loss = functional.cross_entropy(logits, batch[1])
        self.log("train_loss", loss, on_step=True, on_epoch=True)
        self.log("train_acc", (logits.argmax(1) == batch[1]).float().mean())
        self.log("lr", self.schedule(self.global_step))
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Loss and accuracy on held-out images, once an epoch."""
        logits = self.network(batch[0])
        self.log("val_loss", functional.cross_entropy(logits, batch[1]))
        self.log("val_acc", (logits.argmax(1) == batch[1]).float().mean())

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """The gradient's norm, before the update."""
        norms = [weight.grad.norm() for weight in self.network.parameters() if weight.grad is not None]
        self.log("grad_norm", torch.stack(norms).norm())

    def configure_optimizers(self) -> Any:
        """AdamW under the given schedule, step by step."""
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=1.0, weight_decay=0.0)
        steps = torch.optim.lr_scheduler.LambdaLR(optimizer, self.schedule)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": steps, "interval": "step"}}


def fit(folder: Path, classifier: Classifier, train: Dataset[Any], held_out: Batch, batch: int, epochs: int) -> None:
    """Train with a CSVLogger in `folder`/lightning_logs/version_0."""
    trainer = lightning.Trainer(
        max_epochs=epochs,
        logger=CSVLogger(str(folder), name="lightning_logs", version=0),
        log_every_n_steps=1,
        num_sanity_val_steps=0,
        accelerator="cpu",
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(
        classifier,
        DataLoader(train, batch, shuffle=True, drop_last=True),
        DataLoader(TensorDataset(*held_out), batch_size=500),
    )


def healthy_lightning(folder: Path) -> Labels:
    """A small CNN on noisy digits; each epoch's noise is new, so there is nothing to memorise."""
    lightning.seed_everything(31, verbose=False)
    images, answers, test_images, test_answers = digits()
    batch, epochs, noise = 28, 20, 0.4
    steps = len(images) // batch * epochs
    classifier = Classifier(cnn(), cosine(4e-3, steps), batch=batch, epochs=epochs, lr=4e-3, noise=noise)
    held_out = grainy(test_images, noise, seed=0), test_answers
    fit(folder, classifier, GrainyDigits(images, answers, noise), held_out, batch, epochs)
    return Labels(
        model="CNN (two convolutions) on noisy 8x8 digits",
        logger=LOGGER,
        truth="Healthy: step losses scatter, their epoch means and the eval loss fall to the end and stay together.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        healthy=True,
    )


def no_learning(folder: Path) -> Labels:
    """Images and labels were shuffled separately, so that no image has its own label: nothing can be learnt."""
    lightning.seed_everything(32, verbose=False)
    images, answers, test_images, test_answers = digits()
    batch, epochs, noise = 20, 12, 0.3

    class ShuffledApart(GrainyDigits):
        """Each image comes with the label of some other one, another one each time."""

        def __getitem__(self, index: int) -> Batch:
            other = int(torch.randint(len(self), ()))
            return super().__getitem__(index)[0], self.answers[other]

    steps = len(images) // batch * epochs
    classifier = Classifier(cnn(), cosine(1e-3, steps), batch=batch, epochs=epochs, lr=1e-3, noise=noise)
    held_out = grainy(test_images, noise, seed=0), test_answers
    fit(folder, classifier, ShuffledApart(images, answers, noise), held_out, batch, epochs)
    return Labels(
        model="CNN (two convolutions) on noisy 8x8 digits",
        logger=LOGGER,
        truth="Nothing is learnt: train and eval loss stay at log(10) = 2.30, accuracy at 10 %, from the first step to "
        "the last. Images and labels do not belong together; check the data before the optimizer.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "no-learning",
                "error",
                "train_loss_step",
                (0, steps // 10),
                steps - 1,
                "images and labels shuffled separately",
            )
        ],
        head=["no-learning"],
    )


def overfitting_small_data(folder: Path) -> Labels:
    """A wide MLP on 240 images: the epochs end at a train loss near zero and an eval loss that keeps rising."""
    lightning.seed_everything(33, verbose=False)
    images, answers, test_images, test_answers = digits()
    batch, epochs, noise = 20, 70, 0.35
    few = TensorDataset(grainy(images[:240], noise, seed=1), answers[:240])
    per_epoch = len(few) // batch
    steps = per_epoch * epochs
    classifier = Classifier(mlp(), cosine(1e-3, steps, floor=0.3), batch=batch, epochs=epochs, lr=1e-3, images=240)
    fit(folder, classifier, few, (grainy(test_images, noise, seed=0), test_answers), batch, epochs)
    evals = read_column(folder, "val_loss")
    best = min(evals, key=lambda step: evals[step])
    near = [step for step in evals if evals[step] < evals[best] * 1.05]
    return Labels(
        model="MLP (two hidden layers of 128) on 240 noisy 8x8 digits",
        logger=LOGGER,
        truth=f"Overfitting: the eval loss is best at step {best} ({evals[best]:.2f}) and rises to "
        f"{evals[max(evals)]:.2f}, while the train loss goes to zero on 240 images. Stop near {best}; more data.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "overfitting",
                "error",
                "val_loss",
                (min(near), max(near)),
                steps - 1,
                f"240 training images, {epochs} epochs; eval minimum at {best}",
                ground_truth="measurement",
            )
        ],
        head=["overfitting"],
    )


def divergence_slow(folder: Path) -> Labels:
    """The rate was meant to shrink a little each step; its factor is above one, and the training comes undone."""
    lightning.seed_everything(34, verbose=False)
    images, answers, test_images, test_answers = digits()
    batch, epochs, noise, start, factor = 28, 24, 0.4, 1e-3, 1.005
    steps = len(images) // batch * epochs

    def growing(step: int) -> float:
        """Each step's rate is the last one's times a factor slightly above 1."""
        return start * factor**step

    classifier = Classifier(cnn(), growing, batch=batch, epochs=epochs, lr=start, gamma=factor)
    held_out = grainy(test_images, noise, seed=0), test_answers
    fit(folder, classifier, GrainyDigits(images, answers, noise), held_out, batch, epochs)
    evals = read_column(folder, "val_loss")
    best = min(evals, key=lambda step: evals[step])
    near = [step for step in evals if evals[step] < evals[best] * 1.2]
    return Labels(
        model="CNN (two convolutions) on noisy 8x8 digits",
        logger=LOGGER,
        truth=f"Diverges slowly: best around step {best}, then train and eval loss climb for good, because the "
        "learning rate grows by half a percent each step. Mend the factor; use a checkpoint from before the turn.",
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=[
            Event(
                "divergence",
                "error",
                "train_loss_step",
                (min(near), max(near) + steps // epochs),
                None,
                f"learning rate grows by a factor {factor} each step; eval minimum at {best}",
                ground_truth="measurement",
            )
        ],
        head=["divergence"],
    )


def read_column(folder: Path, column: str) -> dict[int, float]:
    """One column of metrics.csv as {step: value}."""
    with (folder / "lightning_logs/version_0/metrics.csv").open(newline="", encoding="utf-8") as file:
        return {int(row["step"]): float(row[column]) for row in csv.DictReader(file) if row[column]}


CASES = {
    "healthy-lightning": healthy_lightning,
    "no-learning": no_learning,
    "overfitting-small-data": overfitting_small_data,
    "divergence-slow": divergence_slow,
}
