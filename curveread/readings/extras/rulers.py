"""What else than steps an axis can count: epochs, tokens, time."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.errors import UsageError
from curveread.findings.extras.drawing import Ruler
from curveread.run.axes import clock
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.signals.reduction import knots

_LEAPS = 40
"""So many of the largest leaps keep both of their ends: a pause between two attempts must not become a slope."""


def rulers(run: Run) -> tuple[Ruler, ...]:
    """Return the rulers that the run's logs hold; one that does not count up is left out."""
    here = run.x_axis.lower()
    found = []
    for name, role in (("epoch", Role.EPOCH), ("tokens", Role.TOKENS)):
        for curve in run.of(role)[:1]:
            good = curve.finite
            if name not in here:
                found.append(_ruler(name, curve.step[good], curve.value[good]))
    if here not in ("seconds", "time"):
        try:
            step, wall = clock(run)
            found.append(_ruler("time", step, wall - wall[0]))
        except UsageError:
            pass  # a log without a clock
    return tuple(r for r in found if r is not None)


def _unfolded(step: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return a counter of whole epochs as one that grows within them, so that their steps do not lie on one place.

    The last epoch goes on at the average pace, to its end at most.
    """
    begins = np.flatnonzero(np.append(True, value[1:] > value[:-1]))
    if begins.size < 2 or begins.size > 0.5 * value.size or bool((value != np.floor(value)).any()):
        return step, value
    first, last = begins[0], begins[-1]
    pace = (value[last] - value[first]) / (step[last] - step[first])
    end = value[last] + min(float(pace * (step[-1] - step[last])), 1.0)
    if last == value.size - 1:
        return step[begins], value[begins]
    return np.append(step[begins], step[-1]), np.append(value[begins], end)


def _ruler(name: str, step: IntArray, value: FloatArray) -> Ruler | None:
    if step.size < 2 or bool((np.diff(value) < 0).any()) or not value[-1] > value[0] or step[0] == step[-1]:
        return None
    last = np.append(step[1:] != step[:-1], True)
    step, value = step[last], value[last]
    if step.size < 2:
        return None
    step, value = _unfolded(step, value)
    keep = knots(step.size)
    if keep.size < step.size:
        leaps = np.argpartition(-np.diff(value), _LEAPS)[:_LEAPS]
        keep = np.unique(np.concatenate((keep, leaps, leaps + 1)))
    return Ruler(name, step[keep], value[keep])
