"""How large the noise of a curve is: robust scale, over all and locally."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median

AT_ONCE = 1 << 18
"""Values of overlapping windows that lie side by side at a time."""
MAD_TO_SIGMA = 1.4826
"""Median absolute deviation of a Gaussian, inverted: 1 / 0.6745."""


def mad_scale(x: FloatArray) -> float:
    """Return 1.4826 times the median absolute deviation of ``x`` ((n,) finite), 0.0 for fewer than 2 points.

    Examples
    --------
    >>> round(mad_scale(np.array([1.0, 2.0, 3.0, 4.0, 100.0])), 4)
    1.4826
    """
    if x.size < 2:
        return 0.0
    apart = x - np.median(x)
    return float(MAD_TO_SIGMA * np.median(np.abs(apart, out=apart), overwrite_input=True))


def change_noise(y: FloatArray) -> float:
    """Return the noise (1 sigma) of (n,) values from their first differences, which a steady slope does not move."""
    return float(mad_scale(np.diff(y)) / np.sqrt(2.0))


def bend_noise(y: FloatArray, least: int = 5) -> float:
    """Return the noise (1 sigma) of (n,) values from their second differences, which a smooth bend hardly moves.

    0.0 for fewer than ``least`` values (3 or more): then the noise is not known.
    """
    if y.size < least:
        return 0.0
    bend = np.diff(y, 2)
    return MAD_TO_SIGMA * float(np.median(np.abs(bend, out=bend), overwrite_input=True)) / float(np.sqrt(6.0))


def local_scale(residual: FloatArray, block: int) -> FloatArray:
    """Return the noise scale around each point.

    Parameters
    ----------
    residual
        (n,) finite deviations from a trend.
    block
        Points in a block; each block's scale is its MAD about zero.

    Returns
    -------
    (n,) float64: block scales, median-smoothed over three blocks, joined by straight lines, never below half
    of the median of those that are not zero. Zero only where all residuals are zero. O(n).
    """
    n = residual.size
    if n == 0:
        return np.empty(0)
    count = max(1, n // block)
    edges = np.linspace(0, n, count + 1).round().astype(np.int64)
    size = np.diff(edges)
    width = int(size.min())
    # Equal blocks in one array; the few points that do not fit a block belong to its neighbour.
    scales, inside = np.empty(count), np.arange(width)
    some = max(1, AT_ONCE // width)
    for i in range(0, count, some):
        rows = np.abs(residual[edges[i : min(i + some, count), None] + inside])
        scales[i : i + some] = MAD_TO_SIGMA * np.median(rows, axis=1, overwrite_input=True)
    if count >= 3:
        padded = np.concatenate([scales[:1], scales, scales[-1:]])
        scales = np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)
    alive = scales[
        scales > 1e-9 * float(scales.max())
    ]  # a logger that repeats one value for ever must not set the floor
    scales = np.maximum(scales, 0.5 * median(alive) if alive.size else 0.0)
    centre, out = (edges[:-1] + edges[1:] - 1) / 2.0, np.empty(n)
    for i in range(0, n, AT_ONCE):
        j = min(i + AT_ONCE, n)
        out[i:j] = np.interp(np.arange(i, j, dtype=np.float64), centre, scales)
    return out


def correlation_length(residual: FloatArray) -> float:
    """Return how many neighbouring points share one independent piece of noise (>= 1).

    The integrated autocorrelation time 1 + 2 Σ ρ_k, summed over up to 64 lags until ρ falls to zero or below
    (Sokal 1997), on residuals clipped at 3 robust sigma, so that one spike does not count as correlation.
    """
    n = residual.size
    if n < 8:
        return 1.0
    spread = 3.0 * mad_scale(residual)
    if spread <= 0.0:
        return 1.0
    x = np.clip(residual[:200_000], -spread, spread)
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
