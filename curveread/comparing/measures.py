"""Run -> Measures: what each curve that says how well a model does came to, by which runs may be ranked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.findings.sweep.row import Measure
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from curveread.run.tags.kinds import RL, TaskKind
from curveread.run.task import task_of
from curveread.signals.scale import bend_noise
from curveread.signals.ties import best_level

__all__ = ["measure", "measures"]

_ROLES = (
    Role.EVAL_LOSS,
    Role.EVAL_ACCURACY,
    Role.QUALITY_METRIC,
    Role.ERROR_METRIC,
    Role.REWARD,
    Role.TRAIN_LOSS,
    Role.TRAIN_ACCURACY,
)
_BY_QUALITY = (Role.QUALITY_METRIC, Role.EVAL_ACCURACY)
_FIRST: Mapping[TaskKind, tuple[Role, ...]] = {
    **dict.fromkeys(RL, (Role.REWARD,)),
    TaskKind.DETECTION: _BY_QUALITY,
    TaskKind.SEGMENTATION: _BY_QUALITY,
}
"""Kinds of training -> the roles by which their runs are judged first; all others by the loss of held-out data."""
_MOST = 12


def measures(run: Run) -> tuple[Measure, ...]:
    """Return what the judged curves of a run came to, at most 12, first the one by which its kind is judged."""
    first = _FIRST.get(task_of(run).kind, ())
    roles = (*first, *(r for r in _ROLES if r not in first))
    found = (measure(curve) for role in roles for curve in run.of(role))
    return tuple([m for m in found if m is not None][:_MOST])


def measure(curve: Curve) -> Measure | None:
    """Return what a curve came to; None for one without a better way or without a finite value."""
    y = curve.value[curve.finite]
    if curve.direction not in ("lower", "higher") or not y.size:
        return None
    sign = -1.0 if curve.direction == "higher" else 1.0
    level, at = best_level(sign * y)
    return Measure(
        tag=curve.tag,
        role=str(curve.role),
        better="up" if sign < 0.0 else "down",
        unit=curve.unit,
        last=float(curve.value[-1]),
        tail=float(curve.value[-max(len(curve) // 10, 1) :].mean()),
        best=sign * level,
        best_step=curve.step[curve.finite][at].item(),
        noise=bend_noise(y) if y.size > 4 else np.nan,
        points=int(y.size),
    )
