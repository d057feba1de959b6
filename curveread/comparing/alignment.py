"""A loss of all runs on common steps, for pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.comparison import Aligned, ComparedRun
from curveread.findings.diagnosis import Diagnosis
from curveread.run.roles import Role

__all__ = ["aligned"]

_GRID = 1000


def aligned(runs: Sequence[ComparedRun], role: Role) -> Aligned:
    """Return a loss of all runs on at most 1,000 common steps."""
    knots = [_knots(r.diagnosis, role) for r in runs]
    ends = [k for k in knots if k is not None]
    if not ends:
        return Aligned(np.empty(0, np.int64), np.empty((len(runs), 0)), tuple("" for _ in runs))
    low, high = min(float(s[0]) for _, s, _ in ends), max(float(s[-1]) for _, s, _ in ends)
    step = np.unique(np.linspace(low, high, _GRID).round().astype(np.int64))
    rows = [
        np.full(step.size, np.nan) if k is None else np.interp(step, k[1], k[2], left=np.nan, right=np.nan)
        for k in knots
    ]
    return Aligned(step, np.array(rows), tuple("" if k is None else k[0] for k in knots))


def _knots(d: Diagnosis, role: Role) -> tuple[str, FloatArray, FloatArray] | None:
    """Return the tag, steps and values that stand for a loss: a train loss's trend, every finite eval."""
    curve = next((c for c in d.run.of(role) if c.finite.any()), None)
    if curve is None:
        return None
    drawn = next((x for x in d.drawings if x.tag == curve.tag and x.trend.size), None)
    if role is Role.TRAIN_LOSS and drawn is not None:
        return curve.tag, drawn.knot_step.astype(np.float64), drawn.trend
    return curve.tag, curve.step[curve.finite].astype(np.float64), curve.value[curve.finite]
