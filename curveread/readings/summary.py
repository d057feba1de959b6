"""The key figures of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.detectors.base import CurveView
from curveread.findings.diagnosis import Reading
from curveread.run.roles import Role

__all__ = ["summary"]


def summary(views: Mapping[Role, tuple[CurveView, ...]]) -> dict[str, Reading]:
    """Return the key figures: best and last losses with their steps."""
    out: dict[str, Reading] = {}
    for role, name in ((Role.EVAL_LOSS, "eval_loss"), (Role.TRAIN_LOSS, "train_loss")):
        for view in views[role][:1]:
            if not len(view):
                continue
            low = int(np.argmin(view.value))
            if role is Role.EVAL_LOSS:
                out[f"best_{name}"] = Reading(float(view.value[low]), view.unit, int(view.step[low]))
            out[f"last_{name}"] = Reading(float(view.value[-1]), view.unit, int(view.step[-1]))
    return out
