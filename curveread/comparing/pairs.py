"""Two runs' curves of one kind on the steps that both have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

__all__ = ["Shared", "loss_of", "on_shared_steps"]


@dataclass(frozen=True, slots=True)
class Shared:
    """(n,) steps that two curves share, increasing, and the value of each there; of several at a step the last."""

    step: IntArray
    one: FloatArray
    other: FloatArray


def on_shared_steps(one: Curve, other: Curve) -> Shared:
    """Return two curves on the steps at which both were logged. O(n log n)."""
    first, second = _last_at_each_step(one), _last_at_each_step(other)
    step, a, b = np.intersect1d(first.step, second.step, assume_unique=True, return_indices=True)
    return Shared(step, first.value[a], second.value[b])


def loss_of(run: Run, role: Role) -> Curve | None:
    """Return the run's loss of a role that has the most finite values, None without one."""
    return next((c for c in run.of(role) if c.finite.any()), None)


def _last_at_each_step(curve: Curve) -> Curve:
    return curve.take(np.append(curve.step[1:] != curve.step[:-1], True)) if len(curve) else curve
