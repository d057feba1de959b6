"""Trend + noise of a curve, computed once and shared by all checks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median, median_of
from curveread.signals.piecemeal import Made, whole
from curveread.signals.scale import Line, bends, correlation_of, local_scale, mad_scale
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
            value = np.minimum(y, 709.0)
            return np.exp(value, out=value)
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
    y, trend
        (n,) values and robust trend on the even scale.
    scale_at
        Makes the local noise scale (1 sigma) at an index; whole it is :attr:`scale`.
    window
        Points in the trend's widest running median: what is narrower than half of it is not trend.
    """

    value: FloatArray
    transform: Transform
    y: FloatArray
    trend: FloatArray
    scale_at: Made
    window: int

    @property
    def residual(self) -> FloatArray:
        """(n,) y minus trend."""
        return self.residual_at(slice(None))

    def residual_at(self, at: Any) -> FloatArray:
        """Return y minus trend at an index."""
        return np.asarray(self.y[at] - self.trend[at])

    @property
    def scale(self) -> FloatArray:
        """(n,) local noise scale (1 sigma) on the even scale; made when it is asked for."""
        return whole(self.y.size, self.scale_at)

    @property
    def z(self) -> FloatArray:
        """(n,) height above the trend, in local noise scales; 0 where there is no noise.

        A jump is as high as it is in the logged unit: on a log scale a doubling would count for less than its size.
        That holds as long as the noise is small beside the level. Where it is of the size of the loss itself (a loss
        of nearly nothing, made by a few hard examples) its even scale is the log, and heights are taken there; between
        the two the height bends over (Box and Cox 1964, with exponent 1 - 2 sigma).
        """
        return whole(self.y.size, self._z_at)

    def _z_at(self, at: slice) -> FloatArray:
        scale, trend = self.scale_at(at), self.trend[at]
        if self.transform.kind == "linear":
            rise = self.residual_at(at)
        elif self.transform.kind == "log":
            bend = np.clip(1.0 - 2.0 * scale, 1e-3, 1.0)
            rise = np.expm1(np.minimum(bend * self.residual_at(at), 700.0)) / bend
        else:
            slope = np.cosh(np.clip(trend, -700.0, 700.0))
            rise = (self.value[at] - self.transform.back(trend)) / (self.transform.width * slope)
        return np.divide(rise, scale, out=np.zeros_like(trend), where=scale > 0)

    @cached_property
    def correlation(self) -> float:
        """Points that share one independent piece of noise, at least 1."""
        return correlation_of(self.y.size, self.residual_at)

    @cached_property
    def noise(self) -> float:
        """Typical noise scale on the even scale."""
        return median_of(self.y.size, self.scale_at) if self.y.size else 0.0

    def level(self, y: float) -> float:
        """Return one even-scale value in the logged unit."""
        return float(self.transform.back(np.array([y]))[0])

    def band(self, width: float = 3.0) -> tuple[FloatArray, FloatArray]:
        """Return trend -/+ ``width`` noise scales in the logged unit."""
        spread = width * self.scale
        return self.transform.back(self.trend - spread), self.transform.back(self.trend + spread)


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """Makes the local noise scale of n values: that around the trend, or that of the bends if it is larger."""

    n: int
    around: Line
    bent: Line | None
    floor: float

    def __call__(self, at: Any) -> FloatArray:
        place = np.arange(*at.indices(self.n), dtype=np.float64) if isinstance(at, slice) else np.asarray(at, float)
        scale = self.around.at(place)
        if self.bent is not None:
            scale = np.maximum(scale, self.bent.at(place - 1.0))
        return np.maximum(scale, self.floor)


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
    around = local_scale(y.size, lambda at: y[at] - trend[at], block) if y.size else Line(np.zeros(1), np.zeros(1))
    # A median follows a short or steep curve so closely that nothing is left to measure; the second
    # difference (variance 6 sigma²) still sees the noise there.
    bend, bent = bends(y), None
    if y.size >= 3:
        bent = local_scale(y.size - 2, lambda at: bend(at) / np.sqrt(6.0), block)
    # A log without noise (rounded, or exact) still has the rounding of its numbers.
    usual = median_of(y.size, lambda at: np.abs(y[at])) if y.size else 0.0
    floor = 4.0 * float(np.finfo(np.float32).eps) * max(mad_scale(y), usual, 1e-3)
    return Decomposition(value, transform, y, trend, _Scale(y.size, around, bent, floor), window)
