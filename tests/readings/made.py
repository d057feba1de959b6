"""Runs made for the tests of the readings: a power law, its evals, a schedule."""

from __future__ import annotations

from typing import Any

import numpy as np

from curveread.detectors.base import CurveView
from curveread.run.model import Checkpoint, Curve, FloatArray, Run
from curveread.run.roles import Role

__all__ = ["decaying", "made", "views"]


def views(run: Run) -> dict[Role, tuple[CurveView, ...]]:
    return {role: tuple(CurveView(c) for c in run.of(role)) for role in Role}


def decaying(n: int = 2000, seed: int = 0, noise: float = 0.02) -> FloatArray:
    t = np.arange(n)
    law = 1.5 + 2.0 * (t / 200 + 0.1) ** -0.5
    return np.asarray(law * np.exp(noise * np.random.default_rng(seed).standard_normal(n)))


def made(
    loss: FloatArray | None = None,
    evals: FloatArray | None = None,
    rate: FloatArray | None = None,
    *,
    every: int = 50,
    checkpoints: tuple[int, ...] = (),
    clock: float | None = None,
    config: dict[str, Any] | None = None,
    name: str = "made",
    **more: FloatArray,
) -> Run:
    """Return a run: a loss a step, evals every so many steps, a rate a step, further evals by tag."""
    loss = decaying() if loss is None else loss
    step = np.arange(loss.size)
    curves = [Curve("train/loss", step, loss, None if clock is None else 1e9 + clock * step)]
    if evals is not None:
        curves.append(Curve("eval/loss", every * np.arange(1, evals.size + 1), evals))
    if rate is not None:
        curves.append(Curve("train/learning_rate", step, 3e-4 * rate))
    for tag, value in more.items():
        curves.append(Curve(tag.replace("__", "/"), every * np.arange(1, value.size + 1), value))
    return Run(
        name,
        f"runs/{name}",
        {c.tag: c for c in curves},
        config=config or {},
        checkpoints=tuple(Checkpoint(s, f"runs/{name}/checkpoint-{s}") for s in checkpoints),
    )
