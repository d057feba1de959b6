"""Two curves on the steps that both have, and where their values are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from curveread.run.curve import Curve

_SAME = 1e-6
"""Relative difference within which two values are taken as one: what float32 leaves of a value."""


class Shared(NamedTuple):
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
    a, b = shared_points(one, other)
    return Shared(one.step[a], one.value[a], other.value[b])


def shared_points(one: Curve, other: Curve) -> tuple[IntArray, IntArray]:
    """Return (n,) where each of two curves has the steps that both have; of several points at a step the last."""
    first, second = last_at_each_step(one), last_at_each_step(other)
    _, a, b = np.intersect1d(one.step[first], other.step[second], assume_unique=True, return_indices=True)
    return first[a], second[b]


def last_at_each_step(curve: Curve) -> IntArray:
    """Return (m,) where the last point of each step is."""
    last: IntArray = np.flatnonzero(np.append(curve.step[1:] != curve.step[:-1], [True] * bool(len(curve))))
    return last
