"""How large the noise of a curve is: robust scale, over all and locally."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import BoolArray, FloatArray
from curveread.signals.median import median, median_of
from curveread.signals.piecemeal import AT_ONCE, Made

MAD_TO_SIGMA = 1.4826
"""Median absolute deviation of a Gaussian, inverted: 1 / 0.6745."""


def mad_scale(x: FloatArray) -> float:
    """Return 1.4826 times the median absolute deviation of ``x`` ((n,) finite), 0.0 for fewer than 2 points.

    Examples
    --------
    >>> round(mad_scale(np.array([1.0, 2.0, 3.0, 4.0, 100.0])), 4)
    1.4826
    """
    return mad_of(x.size, x.__getitem__)


def mad_of(n: int, made: Made) -> float:
    """Return the :func:`mad_scale` of n values that are made a stretch at a time."""
    if n < 2:
        return 0.0
    centre = median_of(n, made)
    return MAD_TO_SIGMA * median_of(n, lambda at: np.abs(made(at) - centre))


def noisy(z: FloatArray) -> BoolArray:
    """Return which heights are not 0: a stretch that repeats one value has no noise to learn from."""
    return (z > 1e-6) | (z < -1e-6)


def noise_of(z: FloatArray) -> float:
    """Return the :func:`mad_scale` of the heights that are not 0."""
    known = noisy(z)
    return mad_scale(z if known.all() else z[known])


def change_noise(y: FloatArray) -> float:
    """Return the noise (1 sigma) of (n,) values from their first differences, which a steady slope does not move."""
    return mad_of(y.size - 1, differences(y)) / float(np.sqrt(2.0))


def bend_noise(y: FloatArray, least: int = 5) -> float:
    """Return the noise (1 sigma) of (n,) values from their second differences, which a smooth bend hardly moves.

    0.0 for fewer than ``least`` values (3 or more): then the noise is not known.
    """
    if y.size < least:
        return 0.0
    bend = bends(y)
    return MAD_TO_SIGMA * median_of(y.size - 2, lambda at: np.abs(bend(at))) / float(np.sqrt(6.0))


def differences(y: FloatArray) -> Made:
    """Return what makes the first differences of (n,) values, n - 1 of them."""
    return lambda at: y[1:][at] - y[:-1][at]


def bends(y: FloatArray) -> Made:
    """Return what makes the second differences of (n,) values, n - 2 of them."""
    return lambda at: (y[2:][at] - y[1:-1][at]) - (y[1:-1][at] - y[:-2][at])


class Line(NamedTuple):
    """Values of blocks, joined by straight lines, level before the first and after the last.

    Parameters
    ----------
    centre
        (k,) place of the middle of each block.
    height
        (k,) value of each.
    """

    centre: FloatArray
    height: FloatArray

    def at(self, place: FloatArray) -> FloatArray:
        """Return the values at places, of their shape."""
        return np.asarray(np.interp(place, self.centre, self.height))


def local_scale(n: int, made: Made, block: int) -> Line:
    """Return the noise scale along n values.

    Parameters
    ----------
    n, made
        How many finite deviations from a trend there are, at least one, and what makes them.
    block
        Points in a block; each block's scale is its MAD about zero.

    Returns
    -------
    Line of block scales, median-smoothed over three blocks, never below half of the median of those that are not zero.
    Zero only where all deviations are zero. O(n).
    """
    count = max(1, n // block)
    edges = np.linspace(0, n, count + 1).round().astype(np.int64)
    size = np.diff(edges)
    width = int(size.min())
    # Equal blocks in one array; the few points that do not fit a block belong to its neighbour.
    scales, inside = np.empty(count), np.arange(width)
    some = max(1, AT_ONCE // width)
    for i in range(0, count, some):
        rows = np.abs(made(edges[i : min(i + some, count), None] + inside))
        scales[i : i + some] = MAD_TO_SIGMA * np.median(rows, axis=1, overwrite_input=True)
    if count >= 3:
        padded = np.concatenate([scales[:1], scales, scales[-1:]])
        scales = np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)
    # A logger that repeats one value for ever must not set the floor.
    known = scales[scales > 1e-9 * float(scales.max())]
    scales = np.maximum(scales, 0.5 * median(known) if known.size else 0.0)
    return Line((edges[:-1] + edges[1:] - 1) / 2.0, scales)


def correlation_length(residual: FloatArray) -> float:
    """Return how many neighbouring points share one independent piece of noise (>= 1).

    The integrated autocorrelation time 1 + 2 Σ ρ_k, summed over up to 64 lags until ρ falls to zero or below
    (Sokal 1997), on residuals clipped at 3 robust sigma, so that one spike does not count as correlation.
    """
    return correlation_of(residual.size, residual.__getitem__)


def correlation_of(n: int, made: Made) -> float:
    """Return the :func:`correlation_length` of n residuals that are made a stretch at a time."""
    if n < 8:
        return 1.0
    spread = 3.0 * mad_of(n, made)
    if spread <= 0.0:
        return 1.0
    x = np.clip(made(slice(0, 200_000)), -spread, spread)
    x = x - x.mean()
    variance = float(x @ x)
    if not 0.0 < variance < np.inf:  # the squares of the smallest floats, and of the largest
        return 1.0
    total = 1.0
    for lag in range(1, min(64, x.size // 4) + 1):
        rho = float(x[:-lag] @ x[lag:]) / variance
        if rho <= 0.0:
            break
        total += 2.0 * rho
    return total
