"""Every curve reduced to what a picture needs, with the trend and the noise band that decided."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.detectors.base import CurveView
from curveread.findings.drawing import Drawing
from curveread.run.roles import LOSSES, Role
from curveread.signals.reduction import extremes, knots
from curveread.signals.smoothing import ema

__all__ = ["drawings"]

SMOOTHING = (0.6, 0.9, 0.97)
"""Weights of TensorBoard's slider for which a drawing carries smoothed knots."""


def drawings(views: Mapping[Role, tuple[CurveView, ...]]) -> tuple[Drawing, ...]:
    """Return every curve reduced to what a picture needs."""
    return tuple(_drawing(view) for role in Role for view in views[role])


def _drawing(view: CurveView) -> Drawing:
    curve, value, step = view.curve, view.value, view.step
    keep = extremes(value)
    judged = curve.role in LOSSES and value.size >= 20
    at = knots(value.size) if judged else np.empty(0, np.int64)
    empty = np.empty(0)
    low, high = view.parts.band() if judged else (empty, empty)
    positive = value.size > 0 and float(value.min()) > 0.0
    wide = positive and curve.role is Role.GRAD_NORM
    return Drawing(
        tag=curve.tag,
        role=str(curve.role),
        step=step[keep],
        value=value[keep],
        points=len(curve),
        nonfinite_step=curve.step[~curve.finite],
        knot_step=step[at],
        trend=view.parts.transform.back(view.parts.trend)[at] if judged else empty,
        band_low=low[at] if judged else empty,
        band_high=high[at] if judged else empty,
        smooth={w: ema(value, w)[at] for w in SMOOTHING} if judged else {},
        log_scale=bool(wide),
        unit=view.unit,
    )
