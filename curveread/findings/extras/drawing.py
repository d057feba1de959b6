"""What a picture of a run needs, reduced to knots: made by the diagnosis, only rendered by the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.run.equality import ByValue

GAP = "gap"
"""Role of a drawing that is not a logged curve: how far the eval loss lies above the train loss."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing(ByValue):
    """One curve, ready to be drawn.

    Parameters
    ----------
    tag, role
        Which curve, and what it is (the role's JSON name, or :data:`GAP`).
    step, value
        (m,) The logged finite points; where there are more than about 4,000, the extremes of each block, so that no
        spike is lost, and every point within and around each finding.
    points
        How many points the log holds.
    nonfinite_step
        (q,) steps of NaN and ±Inf values.
    knot_step, trend, band_low, band_high
        (k,) about 2,000 knots of the robust trend and of the band of local noise around it, in the unit of the curve;
        made by themselves between ``cuts``, else the numbers that the checks decided on. Trend and band are empty for
        curves that are not judged.
    smooth
        TensorBoard's smoothing weight -> (k,) smoothed values at the knots, computed on the full data.
    log_scale
        Whether the values ask for a logarithmic axis.
    unit
        Unit of the values, for the axis; empty when not known.
    trend_weight
        The smoothing weight that the reader of the report asked for, where its values stand in place of the trend.
    cuts
        (c,) steps at which a new level begins: no trend joins the last point before with this one.
    band_scales
        Half width of the band in noise scales: 3, or 1 where that would cover most of what the curve covers.
    complete
        First and last step of stretches in which every logged point is drawn, while elsewhere the extremes of blocks
        are; None where the drawing is not reduced.
    """

    tag: str
    role: str
    step: IntArray
    value: FloatArray
    points: int
    nonfinite_step: IntArray
    knot_step: IntArray
    trend: FloatArray
    band_low: FloatArray
    band_high: FloatArray
    smooth: Mapping[float, FloatArray] = field(default_factory=dict)
    log_scale: bool = False
    unit: str = ""
    trend_weight: float | None = None
    cuts: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    band_scales: float = 3.0
    complete: tuple[tuple[int, int], ...] | None = None

    def __repr__(self) -> str:
        return f"<Drawing of {self.tag!r}: {self.step.size} of {self.points} points, {self.knot_step.size} knots>"


@dataclass(frozen=True, slots=True, eq=False)
class Ruler(ByValue):
    """What else the axis of steps can count.

    Parameters
    ----------
    name
        ``epoch``, ``tokens`` or ``time`` (seconds since the first point).
    step, value
        (k,) At most about 2,000 knots, both non-decreasing; between them the ruler is straight.
    """

    name: str
    step: IntArray
    value: FloatArray

    def __repr__(self) -> str:
        return f"<Ruler {self.name!r}: {self.step.size} knots>"
