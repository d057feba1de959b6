"""Two curves on the steps that both have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.run.model import Curve

__all__ = ["Shared", "on_shared_steps"]


@dataclass(frozen=True, slots=True)
class Shared:
    """(n,) steps that two curves share, increasing, and the value of each there; of several at a step the last."""

    step: IntArray
    one: FloatArray
    other: FloatArray


def on_shared_steps(one: Curve, other: Curve) -> Shared:
    """Return two curves on the steps at which both were logged. O(n log n)."""
    (first, value), (second, beside) = _last_at_each_step(one), _last_at_each_step(other)
    step, a, b = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return Shared(step, value[a], beside[b])


def _last_at_each_step(curve: Curve) -> tuple[IntArray, FloatArray]:
    step, value = curve.step, curve.value
    last = np.append(step[1:] != step[:-1], True) if step.size else np.empty(0, np.bool_)
    return step[last], value[last]
