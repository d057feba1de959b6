"""Curves made for tests: a decaying loss with the noise that is asked for, and runs of them."""

from __future__ import annotations

import numpy as np

from curveread.run.model import Curve, Run


def decay(n: int = 2000, sigma: float = 0.02, seed: int = 0, floor: float = 1.5, height: float = 3.0) -> np.ndarray:
    """Return a healthy loss: a power law towards a floor with multiplicative noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    return (floor + height * (t / (n / 100) + 1) ** -0.6) * np.exp(sigma * rng.standard_normal(n))


def run_of(step: int = 1, **curves: np.ndarray) -> Run:
    """Return a run of curves named by keyword (``train_loss``, ``eval_loss``, ``lr`` …), spread over the same steps."""
    longest = max(len(v) for v in curves.values())
    made = {}
    for name, value in curves.items():
        every = step * max(1, longest // max(len(value), 1))
        offset = 0 if every == step else every - step
        made[name] = Curve(name, np.arange(len(value)) * every + offset, value)
    return Run("made", "made", made)


def normal(n: int, sigma: float = 1.0, seed: int = 0) -> np.ndarray:
    """Return Gaussian noise."""
    return sigma * np.random.default_rng(seed).standard_normal(n)


def spread(**curves: np.ndarray) -> Run:
    """Return a run of curves named by keyword, each spread evenly over as many steps as the longest has points."""
    last = max(value.size for value in curves.values())
    made = {}
    for name, value in curves.items():
        tag = name.replace("eval_", "eval/").replace("train_", "train/")
        made[tag] = Curve(tag, np.linspace(last / value.size, last, value.size).astype(np.int64), value)
    return Run("made", "made", made)


def evaluated(n: int, every: int, *, logged: int = 10, **curves: np.ndarray) -> Run:
    """Return a run of n steps, logged every so many, evaluated every so many."""
    step, at = np.arange(0, n, logged), np.arange(every, n, every)
    made = {
        "loss": Curve("loss", step, decay(step.size)),
        "eval_loss": Curve("eval_loss", at, decay(at.size, 0.002) if at.size else np.empty(0)),
    }
    return Run("made", "made", made | {t: Curve(t, step, v) for t, v in curves.items()})


def paused(seconds: float, *, logged: bool) -> Run:
    """Return a run of a step a second that stands still at every hundredth, for the evaluation; that may be logged."""
    n, at = 2000, np.arange(99, 2000, 100)
    wall = 1.7e9 + np.arange(n) * 1.0 + seconds * np.searchsorted(at, np.arange(n), side="left")
    curves = {
        "loss": Curve("loss", np.arange(n), decay(n), wall),
        "eval_loss": Curve("eval_loss", at, decay(at.size, 0.002)),
    }
    if logged:
        curves["eval_runtime"] = Curve("eval_runtime", at, np.full(at.size, seconds))
    return Run("made", "made", curves)
