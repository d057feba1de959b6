"""Two curves on the steps that both have, and where their values are the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.run.model import Curve

__all__ = ["Shared", "on_shared_steps"]

_SAME = 1e-6
"""Relative difference within which two values are taken as one: what float32 leaves of a value."""


@dataclass(frozen=True, slots=True)
class Shared:
    """(n,) steps that two curves share, increasing, and the value of each there; of several at a step the last."""

    step: IntArray
    one: FloatArray
    other: FloatArray

    def same(self, slack: FloatArray | float = 0.0) -> BoolArray:
        """Return (n,) where the values are one: within float32 precision and ``slack``, or both the same non-number."""
        a, b = self.one, self.other
        with np.errstate(invalid="ignore", over="ignore"):
            near = np.abs(a - b) <= _SAME * np.maximum(np.abs(a), np.abs(b)) + slack
        out: BoolArray = (near & np.isfinite(a) & np.isfinite(b)) | (a == b) | (np.isnan(a) & np.isnan(b))
        return out


def on_shared_steps(one: Curve, other: Curve) -> Shared:
    """Return two curves on the steps at which both were logged. O(n log n)."""
    (first, value), (second, beside) = _last_at_each_step(one), _last_at_each_step(other)
    step, a, b = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return Shared(step, value[a], beside[b])


def _last_at_each_step(curve: Curve) -> tuple[IntArray, FloatArray]:
    step, value = curve.step, curve.value
    last = np.append(step[1:] != step[:-1], True) if step.size else np.empty(0, np.bool_)
    return step[last], value[last]
