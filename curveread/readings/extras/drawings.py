"""Every curve reduced to what a picture needs, with the trend and the noise band that decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Views, views_of
from curveread.findings.extras.drawing import GAP, Drawing
from curveread.findings.finding import Finding
from curveread.run.model import Curve, Run
from curveread.run.roles import LOSSES, Role
from curveread.signals.decomposition import Decomposition
from curveread.signals.piecewise import parted, steps_near
from curveread.signals.reduction import extremes, knots
from curveread.signals.smoothing import ema

_Placed = Callable[[NDArray[Any]], NDArray[Any]]

SMOOTHING = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
"""Weights of TensorBoard's slider for which a drawing carries smoothed knots."""
_AROUND = 200
"""So many points on either side of a finding are all drawn, and as many as it is long."""
_DENSE = 30_000
"""So many points within findings a curve may have drawn; of a finding that has more, the extremes of shorter blocks."""
_KNOTS, _MANY = 60, 30
"""Further knots of the trend within a finding, and in how many findings."""
_RUN = 20
"""So many neighbouring points make a stretch of which the drawing says that it is complete."""
_BAND, _SLIM = 3.0, 1.0
"""Half widths of the band in noise scales; the second where the first would cover most of what the curve covers."""
_COVERS = 0.75
_DECADES = 100.0
_EXACT = frozenset({Role.LEARNING_RATE, Role.EPOCH, Role.TOKENS})
"""Curves without noise: they are not smoothed."""


def drawings(run: Run, findings: Sequence[Finding] = (), changes: Sequence[float] = ()) -> tuple[Drawing, ...]:
    """Return every curve reduced to what a picture needs, and the gap between eval and train loss.

    Parameters
    ----------
    run
        The run as it is shown. Trends are those of its log, whatever axis its points are placed on.
    findings
        What was found, in the places of the run's axis.
    changes
        Places where something else changed: the schedule, a restart. Where a curve steps to another level at one of
        them, or at a finding, its trend and band are made anew.
    """
    placement = run.placement
    views = views_of(placement.run if placement else run)

    def placed(step: NDArray[Any]) -> NDArray[Any]:
        return placement.rounded(placement.between(step)) if placement else step

    places = np.unique([*changes, *(p for f in findings for p in (f.first_step, f.last_step) if p is not None)])
    made = {view.tag: _Pieces.of(view, placed(view.step), places) for role in LOSSES for view in views[role]}
    out = [_drawing(view, findings, placed, made.get(view.tag)) for role in Role for view in views[role]]
    return tuple(out + _gap(views, placed, made))


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Trend and noise of a curve, made piecewise at the ``cuts``: the first points of its levels."""

    parts: Decomposition
    cuts: IntArray

    @staticmethod
    def of(view: CurveView, step: IntArray, places: FloatArray) -> _Pieces | None:
        if len(view) < _RUN:
            return None
        cuts = steps_near(view.parts, np.searchsorted(step, places).tolist())
        return _Pieces(parted(view.parts, cuts), cuts)

    @property
    def trend(self) -> FloatArray:
        return self.parts.transform.back(self.parts.trend)

    def band(self) -> float:
        """Return the band's half width in noise scales."""
        low, high = np.percentile(self.parts.y, [2.0, 98.0])
        return _SLIM if 2 * _BAND * self.parts.noise > _COVERS * float(high - low) else _BAND


def smoothed(drawing: Drawing, run: Run, weight: float, *, in_place_of_trend: bool) -> Drawing:
    """Return a drawing with a further smoothing at its knots, made from every logged point.

    One that is not smoothed is returned as it is. The smoothed line may take the place of the trend in pictures.
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


def _drawing(view: CurveView, findings: Iterable[Finding], placed: _Placed, pieces: _Pieces | None) -> Drawing:
    curve, value, step = view.curve, view.value, placed(view.step)
    seen = [f for f in findings if f.tag == curve.tag and f.first_step is not None]
    keep = _kept(step, value, seen)
    smoothed = curve.role not in _EXACT and value.size >= 20
    at = knots(value.size) if pieces or smoothed else np.empty(0, np.int64)
    trend = low = high = np.empty(0)
    cuts, half = np.empty(0, np.int64), _BAND
    if pieces is not None:
        cuts, half = pieces.cuts, pieces.band()
        close = _close(step, seen) if at.size < value.size else []
        at = np.unique(np.concatenate((at, cuts - 1, cuts, *close)))
        trend, low, high = (line[at] for line in (pieces.trend, *pieces.parts.band(half)))
    return Drawing(
        tag=curve.tag,
        role=str(curve.role),
        step=step[keep],
        value=value[keep],
        points=len(curve),
        nonfinite_step=placed(curve.step[~curve.finite]),
        knot_step=step[at],
        trend=trend,
        band_low=low,
        band_high=high,
        smooth={w: ema(value, w)[at] for w in SMOOTHING} if smoothed else {},
        log_scale=_wide(curve, value, pieces),
        unit=view.unit,
        cuts=step[cuts],
        band_scales=half,
        complete=_complete(step, keep),
    )


def _wide(curve: Curve, value: FloatArray, pieces: _Pieces | None) -> bool:
    """Return whether only a logarithmic axis shows a curve: its values span two decades, most of that by their noise.

    A loss that falls over decades is drawn as people know it; they can ask for the other scale.
    """
    if not value.size or float(value.min()) <= 0.0:
        return False
    if curve.role is Role.GRAD_NORM:
        return True
    if pieces is None or not 4.0 * pieces.parts.noise > 0.5 * np.log(_DECADES):
        return False
    low, high = np.percentile(value, [2.0, 98.0])
    return bool(high > _DECADES * low)


def _kept(step: IntArray, value: FloatArray, findings: Sequence[Finding]) -> IntArray:
    """Return the positions to draw: the extremes of even blocks, and within each finding of the curve every point."""
    keep = extremes(value)
    if keep.size == step.size:
        return keep
    parts, left = [keep], _DENSE
    for f in findings:
        found = _kept_within(step, value, f, max(left, 8))
        left -= sum(p.size for p in found)
        parts += found
    return np.unique(np.concatenate(parts))


def _kept_within(step: IntArray, value: FloatArray, f: Finding, most: int) -> list[IntArray]:
    """Return the positions of every point within and around a finding, of a long one of about ``most``."""
    first, last = _within(step, f)
    around = min(max(_AROUND, last - first), max(_AROUND, (most - last + first) // 2))
    begin, end = max(first - around, 0), min(last + around, step.size)
    if end - begin <= most:
        return [np.arange(begin, end, dtype=np.int64)]
    # Too long: its course in shorter blocks, and every point where it begins, is worst and ends.
    course = begin + extremes(value[begin:end], max(most // 2, 4))
    around = min(_AROUND, most // 8)
    worst = [] if f.peak_step is None else [int(np.searchsorted(step, f.peak_step))]
    places = (np.arange(max(m - around, 0), min(m + around + 1, step.size)) for m in (first, last, *worst))
    return [course, *places]


def _within(step: IntArray, f: Finding) -> tuple[int, int]:
    """Return the positions of a finding's first point and of the one after its last."""
    first = f.first_step or 0
    last = first if f.last_step is None else f.last_step
    return int(np.searchsorted(step, first, side="left")), int(np.searchsorted(step, last, side="right"))


def _close(step: IntArray, findings: Sequence[Finding]) -> list[IntArray]:
    """Return positions of further knots within and around findings, where a picture is looked at closely."""
    out = []
    for first, last in (_within(step, f) for f in findings[:_MANY]):
        around = max(_AROUND, last - first)
        out.append(np.linspace(max(first - around, 0), min(last + around, step.size) - 1, 3 * _KNOTS).astype(np.int64))
    return out


def _complete(step: IntArray, keep: IntArray) -> tuple[tuple[int, int], ...] | None:
    """Return the stretches of steps of which every point is kept, None where all are."""
    if keep.size == step.size:
        return None
    cut = np.flatnonzero(np.diff(keep) > 1)
    starts, ends = np.concatenate(([0], cut + 1)), np.concatenate((cut, [keep.size - 1]))
    long = ends - starts >= _RUN
    return tuple((int(step[keep[a]]), int(step[keep[b]])) for a, b in zip(starts[long], ends[long], strict=True))


def _gap(views: Views, placed: _Placed, made: Mapping[str, _Pieces | None]) -> list[Drawing]:
    """Return the eval loss minus the trend of the train loss at its steps, where both are there."""
    train, evals = views[Role.TRAIN_LOSS][:1], views[Role.EVAL_LOSS][:1]
    if not (train and evals) or len(evals[0]) < 2:
        return []
    below, above = train[0], evals[0]
    pieces = made[below.tag]
    inside = (above.step >= below.step[0]) & (above.step <= below.step[-1])
    if pieces is None or int(inside.sum()) < 2 or below.unit != above.unit:
        return []
    # An evaluation between the last point of one level and the first of the next belongs to neither.
    for cut in pieces.cuts.tolist():
        inside &= (above.step <= below.step[cut - 1]) | (above.step >= below.step[cut])
    step = above.step[inside]
    gap = above.value[inside] - np.interp(step, below.step, pieces.trend)
    keep = extremes(gap)
    none, empty = np.empty(0, np.int64), np.empty(0)
    tag = f"{above.tag} − {below.tag}"
    return [
        Drawing(tag, GAP, placed(step[keep]), gap[keep], gap.size, none, none, empty, empty, empty, unit=above.unit)
    ]
