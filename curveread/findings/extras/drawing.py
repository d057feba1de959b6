"""What a picture of a run needs, reduced to knots: made by the diagnosis, only rendered by the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from curveread.arrays import FloatArray, IntArray
from curveread.run.equality import ByValue

__all__ = ["GAP", "Drawing", "Ruler"]


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
        spike is lost, and every point around each finding.
    points
        How many points the log holds: larger than m when the drawing is reduced.
    nonfinite_step
        (q,) steps of NaN and ±Inf values.
    knot_step, trend, band_low, band_high
        (k,) about 2,000 knots of the robust trend and of the band of ±3 local noise scales around it, in the
        unit of the curve: the same numbers that the checks decided on. Trend and band are empty for curves that are
        not judged.
    smooth
        TensorBoard's smoothing weight -> (k,) smoothed values at the knots, computed on the full data.
    log_scale
        Whether the values ask for a logarithmic axis.
    unit
        Unit of the values, for the axis; empty when not known.
    trend_weight
        The smoothing weight that the reader of the report asked for, where its values stand in place of the trend.
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
