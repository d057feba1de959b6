"""How much a stretch of a curve rises or falls, with an interval; and whether a step interrupts its slope."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.levels import median_error
from curveread.signals.median import median
from curveread.signals.scale import mad_scale
from curveread.signals.trend import theil_sen


class LevelChange(NamedTuple):
    """Change of a stretch from its beginning to its end.

    Parameters
    ----------
    low, mid, high
        Estimate and 99 % interval, in the unit of the values; (-inf, 0, inf) where there are too few points.
    """

    low: float
    mid: float
    high: float


def change_of(value: FloatArray, most: int = 40) -> LevelChange:
    """Return how much evenly spaced values change over their length (Theil-Sen slope times length).

    Parameters
    ----------
    value
        (n,) finite values.
    most
        At most so many block medians enter; a block averages out noise that neighbours share.

    Examples
    --------
    >>> change_of(np.linspace(3.0, 1.0, 100)).mid
    -2.0
    """
    n = value.size
    count = min(most, n)
    if count < 3:
        return LevelChange(-np.inf, 0.0, np.inf)
    edge = np.linspace(0, n, count + 1).round().astype(np.int64)
    width = int(np.diff(edge).min())
    medians = np.median(value[edge[:-1, None] + np.arange(width)[None, :]], axis=1)
    mid, low, high = theil_sen((edge[:-1] + edge[1:] - 1) / 2.0, medians)
    return LevelChange(low * (n - 1), mid * (n - 1), high * (n - 1))


class Offset(NamedTuple):
    """Step between the line through the points before an index and the line through those from it on.

    Parameters
    ----------
    size
        Height of the step at the index; up is positive.
    error
        Its standard error.
    before
        Where the line before ends.
    """

    size: float
    error: float
    before: float


def offset_at(y: FloatArray, scale: float, correlation: float, index: int, reach: int) -> Offset:
    """Return by how much a curve steps at an index, its slopes on both sides taken out.

    Parameters
    ----------
    y
        (n,) values.
    scale, correlation
        Local noise (1 sigma) and points per independent piece of it.
    index
        First point of the new level.
    reach
        Points used on each side, at least 10.

    Notes
    -----
    A straight line through m points is known at its end to 2 sigma sqrt(c / m); medians cost a factor 1.2533. Where
    the stretches it is laid through lie further from it than that, as in noise that drifts, their scatter counts.
    """
    left, right = y[max(0, index - reach) : index], y[index : index + reach]
    (end, before), (begin, after) = _end_of(left[::-1]), _end_of(right)
    error = 2.0 * np.hypot(
        max(before, median_error(scale, left.size, correlation)),
        max(after, median_error(scale, max(right.size, 1), correlation)),
    )
    return Offset(begin - end, float(error), end)


def _end_of(y: FloatArray) -> tuple[float, float]:
    """Return where a robust line through ``y`` stands at its first point, and how well the line is known."""
    m = y.size
    if m < 10:
        return (median(y) if m else np.nan), 0.0
    edge = np.linspace(0, m, min(12, m // 2) + 1).round().astype(np.int64)
    width = int(np.diff(edge).min())
    medians = np.median(y[edge[:-1, None] + np.arange(width)[None, :]], axis=1)
    x = (edge[:-1] + edge[1:] - 1) / 2.0
    rest = medians - theil_sen(x, medians)[0] * x
    return median(rest), median_error(mad_scale(rest), rest.size)
