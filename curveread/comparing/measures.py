"""Diagnosis -> Measures: what each curve that says how a model does came to, by which runs may be ranked."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.sweep.row import Measure
from curveread.run.model import Curve
from curveread.run.overview import DIRECTION_NAMES
from curveread.run.roles import Role
from curveread.run.tags.kinds import RL
from curveread.run.task import task_of
from curveread.signals.scale import bend_noise
from curveread.signals.trend import robust_trend

_RANKING = (
    Role.EVAL_LOSS,
    Role.EVAL_ACCURACY,
    Role.QUALITY_METRIC,
    Role.ERROR_METRIC,
    Role.EVAL_PERPLEXITY,
    Role.REWARD,
    Role.TRAIN_LOSS,
    Role.TRAIN_ACCURACY,
)
"""Roles by whose curves runs may be ranked, the first that a run has being its headline."""
_MOST_OF_ROLE = 4
"""Curves of one role that are measured, those with the most points: a log may hold hundreds of accuracies per class."""


def ranking_curves(diagnosis: Diagnosis) -> list[Curve]:
    """Return the curves by which a run may be ranked, first the one by which its kind is judged."""
    run = diagnosis.run
    roles = list(_RANKING)
    if task_of(run).kind in RL:
        roles.sort(key=lambda role: role is not Role.REWARD)
    if run.of(Role.EVAL_LOSS) and "best_eval_loss" not in diagnosis.summary:  # a detector has its best by another curve
        roles.append(roles.pop(0))
    return [c for role in roles for c in [c for c in run.of(role) if c.direction and len(c)][:_MOST_OF_ROLE]]


def measure(curve: Curve) -> Measure | None:
    """Return what a curve came to; None without a single finite value.

    Its best is that of a running median, which one lucky value does not move: of the trend where there are many points,
    of the values around each where there are few (Tukey, "Exploratory Data Analysis", 1977, also for the ends).
    """
    finite = curve.finite
    value = curve.value[finite]
    if not value.size:
        return None
    sign = -1.0 if curve.direction == "higher" else 1.0
    level = _level(value)
    at = int(np.argmin(sign * level))
    last = float(curve.value[-1])
    tail = curve.value[-max(1, len(curve) // 10) :]
    return Measure(
        tag=curve.tag,
        role=str(curve.role),
        better=DIRECTION_NAMES[curve.direction],
        unit=curve.unit,
        last=last,
        tail=float(np.mean(tail[np.isfinite(tail)])) if np.isfinite(last) else last,
        best=float(level[at]),
        best_step=curve.step[finite][at].item(),
        noise=bend_noise(value, 4) if value.size >= 4 else float("nan"),
        points=int(value.size),
    )


def _level(value: FloatArray) -> FloatArray:
    """Return a curve without its noise, as long as itself."""
    if value.size >= 100:
        return robust_trend(value)
    width = 3 if value.size < 25 else 5
    if value.size < width:
        return value
    edge = width // 2
    level = value.copy()
    level[edge:-edge] = np.median(np.lib.stride_tricks.sliding_window_view(value, width), axis=1)
    for inner, ends in ((1, range(edge - 1, -1, -1)), (-1, range(value.size - edge, value.size))):
        for i in ends:  # of the value, the level beside it, and where that was going, the middle one
            near = level[i + inner]
            level[i] = np.median((value[i], near, 3 * near - 2 * level[i + 2 * inner]))
    return level
