"""Whether a series repeats itself: the strongest period of its detrended values, with Fisher's exact test."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from curveread.arrays import FloatArray

__all__ = ["Period", "strongest_period"]


@dataclass(frozen=True, slots=True)
class Period:
    """The strongest period of a series.

    Parameters
    ----------
    points
        Its length in points.
    share
        Share of the detrended variance that it and its first harmonics explain.
    p
        Chance that noise without any period shows one as strong (Fisher's g test).
    """

    points: float
    share: float
    p: float


def strongest_period(y: FloatArray, most: float) -> Period | None:
    """Return the strongest period of at most ``most`` points, None for fewer than 12 points or a flat series.

    Parameters
    ----------
    y
        (n,) evenly spaced values without trend.
    most
        Longest period that is looked for.

    Notes
    -----
    Fisher 1929: g is the largest share of the periodogram at one of its m frequencies;
    P(g > x) = sum_k (-1)^(k-1) C(m, k) (1 - k x)^(m-1). O(n log n).

    Examples
    --------
    >>> round(strongest_period(np.sin(np.arange(200.0) * 2.0 * np.pi / 20.0), 100.0).points, 1)
    20.0
    """
    n = y.size
    if n < 12:
        return None
    d = y - y.mean()
    power = np.abs(np.fft.rfft(d)) ** 2
    power[0] = 0.0
    if n % 2 == 0:
        power[-1] /= 2.0
    total = float(power.sum())
    if total <= 0.0:
        return None
    frequency = np.arange(power.size) / n
    allowed = frequency >= 1.0 / most
    if not allowed.any():
        return None
    k = int(np.argmax(np.where(allowed, power, 0.0)))
    g = float(power[k] / total)
    harmonics = [j for j in (k, 2 * k, 3 * k) if j < power.size]
    m = power.size - 1
    return Period(n / k, float(power[harmonics].sum() / total), _fisher(g, m))


def _fisher(g: float, m: int) -> float:
    """Return the tail of Fisher's g for m frequencies; its first term, an upper bound, for many."""
    if m > 60:
        return float(min(1.0, m * (1.0 - g) ** (m - 1)))
    terms = range(1, min(m, int(1.0 / g) if g > 0 else m) + 1)
    total = sum((-1) ** (k - 1) * comb(m, k) * max(0.0, 1.0 - k * g) ** (m - 1) for k in terms)
    return float(min(max(total, 0.0), 1.0))
