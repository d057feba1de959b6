"""A loss of all runs on common steps, for pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.arrays import FloatArray
from curveread.comparing.curves import curve_of
from curveread.findings.comparison import Aligned, ComparedRun
from curveread.findings.diagnosis import Diagnosis
from curveread.run.roles import Role

_GRID = 1000


def aligned(runs: Sequence[ComparedRun], role: Role, *, share: bool = False) -> Aligned:
    """Return a loss of all runs on at most 1,000 common steps, or on as many shares of each run's own length."""
    knots = [_knots(r.diagnosis, role) for r in runs]
    if share:
        knots = [k and (k[0], _share(r.diagnosis, k[1]), k[2]) for r, k in zip(runs, knots, strict=True)]
    ends = [k for k in knots if k is not None]
    if not ends:
        return Aligned(np.empty(0, np.int64), np.empty((len(runs), 0)), tuple("" for _ in runs))
    low, high = min(float(s[0]) for _, s, _ in ends), max(float(s[-1]) for _, s, _ in ends)
    step = np.linspace(low, high, _GRID) if share else np.unique(np.linspace(low, high, _GRID).round().astype(np.int64))
    rows = [
        np.full(step.size, np.nan) if k is None else np.interp(step, k[1], k[2], left=np.nan, right=np.nan)
        for k in knots
    ]
    return Aligned(step, np.array(rows), tuple("" if k is None else k[0] for k in knots))


def _share(d: Diagnosis, step: FloatArray) -> FloatArray:
    """Return steps as per cent of the run's length."""
    first, last = d.run.first_step or 0, d.run.last_step or 0
    return 100.0 * (step - first) / max(last - first, 1)


def _knots(d: Diagnosis, role: Role) -> tuple[str, FloatArray, FloatArray] | None:
    """Return the tag, steps and values that stand for a loss: a train loss's trend, every finite eval."""
    curve = curve_of(d.run, role)
    if curve is None:
        return None
    drawn = next((x for x in d.drawings if x.tag == curve.tag and x.trend.size), None)
    if role is Role.TRAIN_LOSS and drawn is not None:
        return curve.tag, drawn.knot_step.astype(np.float64), drawn.trend
    return curve.tag, curve.step[curve.finite].astype(np.float64), curve.value[curve.finite]
