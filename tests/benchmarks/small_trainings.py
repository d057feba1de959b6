"""Small trainings that really run, in NumPy: ``python -m tests.benchmarks.small_trainings notebooks/logs``.

A tanh network with one hidden layer learns the squared error of noisy two-dimensional classes by momentum SGD: beyond
a rate of two by the greatest curvature it blows up. Its gradients are scaled and kept in half precision where the
settings say so, and overflow there. Logs are ``metrics.csv`` and ``hparams.yaml``, a folder a run. The
command trains the sweep of the notebooks: six learning rates with four seeds.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import yaml

__all__ = ["train"]

Value = str | int | float
CLASSES, WIDTH = 4, 24


def train(folder: Path, settings: Mapping[str, Value], steps: int = 400, every: int = 1) -> None:
    """Train one network and log it.

    Parameters
    ----------
    folder
        Where the log goes; its name is the run's.
    settings
        ``lr``, ``seed`` and, where they are not usual, ``momentum``, ``batch_size``, ``init_scale``, ``precision``
        (``float32`` or ``float16``) and ``loss_scale``; others are only noted.
    steps, every
        Updates, and how many of them lie between two logged losses; every 20th of the updates is followed by an eval.
    """
    folder.mkdir(parents=True)
    (folder / "hparams.yaml").write_text(yaml.safe_dump(dict(settings)), encoding="utf-8")
    rng = np.random.default_rng(int(settings["seed"]))
    size = int(settings.get("batch_size", 32))
    scale = float(settings.get("loss_scale", 1.0))
    half = settings.get("precision", "float32") == "float16"
    weights = [
        rng.normal(0, float(settings.get("init_scale", 1.0)), (2, WIDTH)),
        rng.normal(0, float(settings.get("init_scale", 1.0)) / math.sqrt(WIDTH), (WIDTH, CLASSES)),
    ]
    speed = [np.zeros_like(w) for w in weights]
    held = _batch(np.random.default_rng(1), 400)
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file, np.errstate(all="ignore"):
        writer = csv.writer(file)
        writer.writerow(["step", "train/loss", "eval/loss"])
        for step in range(steps):
            loss, slopes = _slopes(weights, *_batch(rng, size))
            scored = f"{_slopes(weights, *held)[0]:.6g}" if step % max(1, steps // 20) == 0 or step == steps - 1 else ""
            if step % every == 0 or scored:
                writer.writerow([step, f"{loss:.6g}", scored])
            for w, v, slope in zip(weights, speed, slopes, strict=True):
                kept = (slope * scale).astype(np.float16).astype(np.float64) / scale if half else slope
                v *= float(settings.get("momentum", 0.0))
                v -= float(settings["lr"]) * kept
                w += v


def _batch(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points around the corners of a square, and to which they belong."""
    label = rng.integers(0, CLASSES, size)
    corner = np.stack([label % 2, label // 2], axis=1) * 2.0 - 1.0
    return corner + 0.5 * rng.normal(size=corner.shape), label


def _slopes(weights: list[np.ndarray], x: np.ndarray, label: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """Return the squared error, half its mean, and its gradients."""
    hidden = np.tanh(x @ weights[0])
    error = hidden @ weights[1] - np.eye(CLASSES)[label]
    loss = 0.5 * float((error**2).sum(axis=1).mean())
    error /= label.size
    back = (error @ weights[1].T) * (1 - hidden**2)
    return loss, [x.T @ back, hidden.T @ error]


def main() -> None:
    """Train the sweep of the notebooks."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    root = parser.parse_args().folder
    for lr in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0):
        for seed in range(4):
            train(root / f"lr{lr:g}-seed{seed}", {"lr": lr, "batch_size": 32, "seed": seed}, every=4)


if __name__ == "__main__":
    main()
