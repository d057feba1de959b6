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
