"""Five laws of noise on the logarithm of a loss, as runs have them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOISES"]

Floats = NDArray[np.float64]


def _gaussian(n: int, rng: np.random.Generator) -> Floats:
    return 0.015 * rng.standard_normal(n)


def _heavy(n: int, rng: np.random.Generator) -> Floats:
    return 0.015 * rng.standard_t(3, n)


def _correlated(n: int, rng: np.random.Generator) -> Floats:
    white = 0.015 * rng.standard_normal(n + 50)
    return np.convolve(white, 0.7 ** np.arange(50))[50 : n + 50]


def _skewed(n: int, rng: np.random.Generator) -> Floats:
    return 0.02 * (rng.gamma(2.0, 1.0, n) - 2.0)


def _large(n: int, rng: np.random.Generator) -> Floats:
    return 0.08 * rng.standard_normal(n)


NOISES: dict[str, Callable[[int, np.random.Generator], Floats]] = {
    "gaussian": _gaussian,
    "heavy": _heavy,
    "correlated": _correlated,
    "skewed": _skewed,
    "large": _large,
}
"""name -> (points, generator) -> noise with mean near 0: small and even, Student t of 3, AR(1) of 0.7, gamma, 8 %."""
