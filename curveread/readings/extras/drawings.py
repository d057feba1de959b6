"""Every curve reduced to what a picture needs, with the trend and the noise band that decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import IntArray
from curveread.detectors.base import CurveView, views_of
from curveread.findings.extras.drawing import GAP, Drawing
from curveread.findings.finding import Finding
from curveread.run.model import Run
from curveread.run.roles import LOSSES, Role
from curveread.signals.reduction import extremes, knots
from curveread.signals.smoothing import ema

__all__ = ["SMOOTHING", "drawings", "smoothed"]

_Placed = Callable[[NDArray[Any]], NDArray[Any]]

SMOOTHING = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
"""Weights of TensorBoard's slider for which a drawing carries smoothed knots."""
_AROUND = 200
"""So many points on either side of a finding's onset, worst point and end are all drawn."""
_CLOSE = 30
"""Of that many findings; the others keep their own points."""
_EXACT = frozenset({Role.LEARNING_RATE, Role.EPOCH, Role.TOKENS})
"""Curves without noise: they are not smoothed."""


def drawings(run: Run, findings: Sequence[Finding] = ()) -> tuple[Drawing, ...]:
    """Return every curve reduced to what a picture needs, and the gap between eval and train loss.

    Parameters
    ----------
    run
        The run as it is shown. Trends are those of its log, whatever axis its points are placed on.
    findings
        What was found, in the places of the run's axis.
    """
    placement = run.placement
    views = views_of(placement.run if placement else run)

    def placed(step: NDArray[Any]) -> NDArray[Any]:
        return placement.rounded(placement.between(step)) if placement else step

    out = [_drawing(view, findings, placed) for role in Role for view in views[role]]
    return tuple(out + _gap(views, placed))


def smoothed(drawing: Drawing, run: Run, weight: float, *, in_place_of_trend: bool) -> Drawing:
    """Return a drawing with a further smoothing at its knots, made from every logged point.

    Parameters
    ----------
    drawing
        Of a curve of the run; one that is not smoothed is returned as it is.
    run
        The run as it is shown.
    weight
        Of TensorBoard's smoothing.
    in_place_of_trend
        Whether the smoothed line takes the place of the trend in pictures.
    """
    curve = run.curves.get(drawing.tag)
    if curve is None or not drawing.smooth or not curve.finite.any():
        return drawing
    at = np.searchsorted(curve.step[curve.finite], drawing.knot_step, side="right") - 1
    values = ema(curve.value[curve.finite], weight)[np.maximum(at, 0)]
    drawing = replace(drawing, smooth={**drawing.smooth, weight: values})
    if not (in_place_of_trend and drawing.trend.size):
        return drawing
    return replace(drawing, trend=values, trend_weight=weight)


def _drawing(view: CurveView, findings: Iterable[Finding], placed: _Placed) -> Drawing:
    curve, value, step = view.curve, view.value, placed(view.step)
    keep = _kept(step, extremes(value), [f for f in findings if f.tag == curve.tag])
    judged = curve.role in LOSSES and value.size >= 20
    smoothed = curve.role not in _EXACT and value.size >= 20
    at = knots(value.size) if judged or smoothed else np.empty(0, np.int64)
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
        nonfinite_step=placed(curve.step[~curve.finite]),
        knot_step=step[at],
        trend=view.parts.transform.back(view.parts.trend)[at] if judged else empty,
        band_low=low[at] if judged else empty,
        band_high=high[at] if judged else empty,
        smooth={w: ema(value, w)[at] for w in SMOOTHING} if smoothed else {},
        log_scale=bool(wide),
        unit=view.unit,
    )


def _kept(step: IntArray, keep: IntArray, findings: Sequence[Finding]) -> IntArray:
    """Return the positions to draw: ``keep``, and around each finding of the curve every point."""
    if keep.size == step.size or not findings:
        return keep
    parts = [keep]
    for i, f in enumerate(findings):
        around = _AROUND if i < _CLOSE else 1
        for place in {p for p in (f.first_step, f.peak_step, f.last_step) if p is not None}:
            first, last = (int(np.searchsorted(step, place, side=side)) for side in ("left", "right"))
            parts.append(np.arange(max(first - around, 0), min(last + around, step.size), dtype=np.int64))
    return np.unique(np.concatenate(parts))


def _gap(views: Mapping[Role, tuple[CurveView, ...]], placed: _Placed) -> list[Drawing]:
    """Return the eval loss minus the trend of the train loss at its steps, where both are there."""
    train, evals = views[Role.TRAIN_LOSS][:1], views[Role.EVAL_LOSS][:1]
    if not (train and evals) or len(train[0]) < 20 or len(evals[0]) < 2:
        return []
    below, above = train[0], evals[0]
    inside = (above.step >= below.step[0]) & (above.step <= below.step[-1])
    if int(inside.sum()) < 2 or below.unit != above.unit:
        return []
    trend = below.parts.transform.back(below.parts.trend)
    step = above.step[inside]
    gap = above.value[inside] - np.interp(step, below.step, trend)
    keep = extremes(gap)
    none, empty = np.empty(0, np.int64), np.empty(0)
    tag = f"{above.tag} − {below.tag}"
    return [
        Drawing(tag, GAP, placed(step[keep]), gap[keep], gap.size, none, none, empty, empty, empty, unit=above.unit)
    ]
