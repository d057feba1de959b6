"""Trend + noise of a curve, computed once and shared by all checks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median
from curveread.signals.scale import correlation_length, local_scale, mad_scale
from curveread.signals.trend import robust_trend, trend_window


class Transform(NamedTuple):
    """The scale on which a curve's noise is even: log for positive values, asinh else.

    Parameters
    ----------
    kind
        ``log``, or ``asinh`` of (value - centre) / width: straight near the centre, logarithmic far away, so
        that a value of 1e28 does not swamp the arithmetic; or ``linear`` for metrics with a fixed range.
    centre, width
        Of the asinh; 0 and 1 else.
    """

    kind: str
    centre: float = 0.0
    width: float = 1.0

    def forward(self, value: FloatArray) -> FloatArray:
        """Return the values on the even scale."""
        if self.kind == "linear":
            return np.asarray(value, dtype=np.float64)
        if self.kind == "log":
            return np.log(value)
        return np.arcsinh((value - self.centre) / self.width)

    def back(self, y: FloatArray) -> FloatArray:
        """Return the logged unit for values on the even scale."""
        if self.kind == "linear":
            return y
        if self.kind == "log":
            return np.exp(np.minimum(y, 709.0))
        return self.centre + self.width * np.sinh(np.clip(y, -700.0, 700.0))

    @staticmethod
    def of(value: FloatArray) -> Transform:
        """Choose the transform for (n,) finite values."""
        if value.size and float(value.min()) > 0.0:
            return Transform("log")
        centre = median(value) if value.size else 0.0
        quarter, three = np.percentile(value, [25.0, 75.0]) if value.size else (0.0, 0.0)
        width = float(three - quarter) or float(np.ptp(value) if value.size else 0.0) or 1.0
        return Transform("asinh", centre, width)


@dataclass(frozen=True, eq=False)
class Decomposition:
    """A curve's finite values as trend plus noise, on an even scale.

    Parameters
    ----------
    value
        (n,) finite values in the logged unit.
    transform
        logged unit <-> even scale.
    y, trend, scale
        (n,) values, robust trend and local noise scale (1 sigma), all on the even scale.
    window
        Points in the trend's widest running median: what is narrower than half of it is not trend.
    """

    value: FloatArray
    transform: Transform
    y: FloatArray
    trend: FloatArray
    scale: FloatArray
    window: int

    @property
    def residual(self) -> FloatArray:
        """(n,) y minus trend."""
        return self.y - self.trend

    @cached_property
    def z(self) -> FloatArray:
        """(n,) height above the trend, in local noise scales; 0 where there is no noise.

        A jump is as high as it is in the logged unit: on a log scale a doubling would count for less than its size.
        That holds as long as the noise is small beside the level. Where it is of the size of the loss itself (a loss
        of nearly nothing, made by a few hard examples) its even scale is the log, and heights are taken there; between
        the two the height bends over (Box and Cox 1964, with exponent 1 - 2 sigma).
        """
        if self.transform.kind == "linear":
            rise = self.residual
        elif self.transform.kind == "log":
            bend = np.clip(1.0 - 2.0 * self.scale, 1e-3, 1.0)
            rise = np.expm1(np.minimum(bend * self.residual, 700.0)) / bend
        else:
            slope = np.cosh(np.clip(self.trend, -700.0, 700.0))
            at = self.transform
            rise = (self.value - self.transform.back(self.trend)) / (at.width * slope)
        return np.divide(rise, self.scale, out=np.zeros_like(self.y), where=self.scale > 0)

    @cached_property
    def correlation(self) -> float:
        """Points that share one independent piece of noise, at least 1."""
        return correlation_length(self.residual)

    @cached_property
    def noise(self) -> float:
        """Typical noise scale on the even scale."""
        return median(self.scale) if self.scale.size else 0.0

    def level(self, y: float) -> float:
        """Return one even-scale value in the logged unit."""
        return float(self.transform.back(np.array([y]))[0])

    def band(self, width: float = 3.0) -> tuple[FloatArray, FloatArray]:
        """Return trend -/+ ``width`` noise scales in the logged unit."""
        spread = width * self.scale
        return self.transform.back(self.trend - spread), self.transform.back(self.trend + spread)


def decompose(value: FloatArray, transform: Transform | None = None) -> Decomposition:
    """Split a curve's finite values into trend and noise.

    Parameters
    ----------
    value
        (n,) finite values in the order of their steps.
    transform
        The scale to work on; chosen by :meth:`Transform.of` when not given.

    Returns
    -------
    Decomposition. O(n). The trend is a running median (see :mod:`curveread.signals.trend`), the scale the
    median absolute deviation from it in blocks of an eighth of the curve, 48 points at least and at most 200 or half
    the trend's window.

    Examples
    --------
    >>> parts = decompose(np.append(np.full(400, 2.0), 9.0))
    >>> round(parts.level(float(parts.trend[-1])), 2)
    2.0
    """
    transform = transform or Transform.of(value)
    y = transform.forward(value)
    window = trend_window(y.size)
    trend = robust_trend(y, window)
    block = int(np.clip(y.size // 8, 48, max(200, window // 2)))
    scale = local_scale(y - trend, block)
    if y.size >= 3:
        # A median follows a short or steep curve so closely that nothing is left to measure; the second
        # difference (variance 6 sigma²) still sees the noise there.
        bend = np.diff(y, 2)
        bend /= np.sqrt(6.0)
        shaken = local_scale(bend, block)
        del bend
        np.maximum(scale[1:-1], shaken, out=scale[1:-1])
        scale[[0, -1]] = np.maximum(scale[[0, -1]], shaken[[0, -1]])
    # A log without noise (rounded, or exact) still has the rounding of its numbers.
    floor = 4.0 * np.finfo(np.float32).eps * max(mad_scale(y), median(np.abs(y)) if y.size else 0.0, 1e-3)
    return Decomposition(value, transform, y, trend, np.maximum(scale, floor, out=scale), window)
