"""Where a curve is going, whatever single points do: running medians, block medians, slopes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.signals.median import row_medians
from curveread.signals.piecemeal import AT_ONCE
from curveread.signals.scale import mad_of
from curveread.signals.windows import running_mean, running_median

_NARROWEST = 7
_WIDEST = 2047


def trend_window(n: int) -> int:
    """Return the odd width of the widest running median for n points: a tenth of them, 7 to 2047."""
    return int(np.clip(n // 10, _NARROWEST, _WIDEST)) | 1


def robust_trend(y: FloatArray, window: int | None = None) -> FloatArray:
    """Return the trend of a curve as a running median whose window grows with the index.

    Parameters
    ----------
    y
        (n,) finite values.
    window
        Widest window in points, odd; a tenth of the curve by default.

    Returns
    -------
    (n,) float64. Early points use narrow windows (7, 15, 31 … as soon as the index is 1.5 windows), because a
    loss falls steeply at first and a wide median there would be far off; from then on the widest. A median
    follows a lasting step at once and without lag, and ignores what is narrower than half its window. O(n).

    Examples
    --------
    >>> robust_trend(np.array([2.0, 2.0, 9.0, 2.0, 2.0])).tolist()
    [2.0, 2.0, 2.0, 2.0, 2.0]
    """
    n = y.size
    if n < 3:
        return y.astype(np.float64, copy=True)
    widest = window or trend_window(n)
    widest = min(widest, n if n % 2 else n - 1)
    widths = [w for w in (2**k - 1 for k in range(3, 12)) if w < widest] + [widest]
    trend = np.empty(n)
    starts = [0] + [int(1.5 * w) for w in widths[1:]]
    for k, (width, start) in enumerate(zip(widths, starts, strict=True)):
        stop = starts[k + 1] if k + 1 < len(widths) else n
        stop = min(stop, n)
        if start >= stop:
            continue
        # Only the stretch that uses this window is filtered, with a window of context on both sides.
        for a in range(start, stop, AT_ONCE):
            b = min(a + AT_ONCE, stop)
            low, high = max(0, a - width), min(n, b + width)
            trend[a:b] = running_median(y[low:high], min(width, high - low))[a - low : b - low]
    smooth = max(1, widest // 8)
    head = min(starts[-1], n)
    if smooth > 2 and n - head > smooth:
        # A mean blurs a step; there the median stays as it is. Elsewhere the two differ by the median's own error.
        rest = trend[head:]
        spread = mad_of(rest.size, lambda at: y[head:][at] - rest[at])
        mean, error = running_mean(rest, smooth), 3.0 * 1.2533 * spread / np.sqrt(widest)
        for i in range(0, rest.size, AT_ONCE):
            part, level = rest[i : i + AT_ONCE], mean[i : i + AT_ONCE]
            np.copyto(part, level, where=~(np.abs(level - part) > error))
    return trend


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Medians of equal stretches of a curve.

    Parameters
    ----------
    edge
        (k+1,) int64 indices of the points at which the blocks begin, and the end.
    centre
        (k,) float64 index of each block's middle.
    median
        (k,) median of each block.
    error
        (k,) standard error of that median.
    """

    edge: IntArray
    centre: FloatArray
    median: FloatArray
    error: FloatArray

    def __len__(self) -> int:
        return int(self.median.size)


def blocks_of(y: FloatArray, scale: FloatArray, correlation: float, most: int = 200, least_points: int = 5) -> Blocks:
    """Return block medians of a curve.

    Parameters
    ----------
    y, scale
        (n,) values and local noise scale.
    correlation
        Points per independent piece of noise (see ``correlation_length``).
    most
        At most so many blocks.
    least_points
        At least so many points a block (fewer blocks for short curves).

    Returns
    -------
    Blocks, at least one for n >= 1. The error of a median of m points with correlation c is
    1.2533 sigma sqrt(c / m), that of a single point sigma.
    """
    n = y.size
    count = int(np.clip(n // least_points, 1, most)) if n else 0
    edge = np.linspace(0, n, count + 1).round().astype(np.int64)
    size = np.diff(edge)
    if count == 0:
        return Blocks(edge, np.empty(0), np.empty(0), np.empty(0))
    median, sigma = row_medians(y, edge), row_medians(scale, edge)
    independent = np.maximum(size / correlation, 1.0)
    error = sigma * np.where(independent > 1.5, 1.2533 / np.sqrt(independent), 1.0)
    return Blocks(edge, (edge[:-1] + edge[1:] - 1) / 2.0, median, error)


@lru_cache(maxsize=16)
def _pairs(k: int) -> tuple[IntArray, IntArray]:
    """Return the indices of the first and the second of all pairs of k points."""
    i, j = np.triu_indices(k, 1)
    return i, j


def kendall_score(y: FloatArray) -> float:
    """Return Kendall's S of values against their order: pairs that rise less pairs that fall.

    Parameters
    ----------
    y
        (k,) with k at most a few hundred (the work is O(k²)).

    Examples
    --------
    >>> kendall_score(np.array([3.0, 2.0, 1.0]))
    -3.0
    """
    i, j = _pairs(y.size)
    return float(np.sign(y[j] - y[i]).sum())


def kendall_spread(n: int) -> float:
    """Return the standard deviation of Kendall's S of n values in random order, none of them equal."""
    return float(np.sqrt(n * (n - 1) * (2 * n + 5) / 18.0))


def kendall_tau(y: FloatArray) -> float:
    """Return Kendall's tau of values against their order, from at most 60 of them: -1 falls all along.

    Parameters
    ----------
    y
        (n,) with n at least 2.
    """
    y = y[:: -(-y.size // 60)]
    return kendall_score(y) / (y.size * (y.size - 1) / 2)


def theil_sen(x: FloatArray, y: FloatArray) -> tuple[float, float, float]:
    """Return the median slope of all pairs and its 99 % confidence interval.

    Parameters
    ----------
    x, y
        (k,) with k at most a few hundred (the work is O(k²)).

    Returns
    -------
    (slope, low, high); (0, -inf, inf) for fewer than 3 points. Method: Theil 1950, Sen 1968; the interval from
    the order statistics of the slopes with the variance of Kendall's S.

    Examples
    --------
    >>> slope, low, high = theil_sen(np.arange(20.0), np.append(2.0 * np.arange(19.0), 500.0))
    >>> slope
    2.0
    """
    k = x.size
    if k < 3:
        return 0.0, -np.inf, np.inf
    i, j = _pairs(k)
    dx = x[j] - x[i]
    keep = dx != 0
    slopes = np.sort((y[j] - y[i])[keep] / dx[keep])
    m = slopes.size
    if m == 0:
        return 0.0, -np.inf, np.inf
    half = 2.5758 * kendall_spread(k) / 2.0
    low, high = int(np.floor(m / 2 - half)), int(np.ceil(m / 2 + half))
    middle = 0.5 * (slopes[(m - 1) // 2] + slopes[m // 2])
    return float(middle), float(slopes[max(low, 0)]), float(slopes[min(high, m - 1)])
