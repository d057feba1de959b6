"""Whether a series repeats itself: the strongest period of its detrended values, with Fisher's exact test.

A period that lasts for a part of the series only is looked for in windows.
"""

from __future__ import annotations

from functools import cache
from math import comb
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median
from curveread.signals.smoothing import lowess


class Period(NamedTuple):
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


class Swing(NamedTuple):
    """A stretch of a series that goes up and down evenly.

    Parameters
    ----------
    first, last
        Indices of its first and last point.
    points
        Length of the period.
    share
        Share of the variance around the trend that the mean period explains.
    height
        From the bottom of the mean period to its top, in the unit of the values.
    """

    first: int
    last: int
    points: float
    share: float
    height: float


_BINS = 8
"""Phases of a period that are told apart."""
_CYCLES, _POINTS = 8.0, 8.0
"""Fewest repetitions of a swing in a window, and points in a period."""
_SHARE, _BY_CHANCE = 0.3, 1e-8
"""What the mean period must explain of the variance around the trend, and the largest chance of noise to show it."""


def swing_of(y: FloatArray) -> Swing | None:
    """Return the stretch over which a noisy series swings, None where none lasts for two windows.

    Parameters
    ----------
    y
        (n,) evenly spaced values.

    Notes
    -----
    Windows of a quarter of the series, half a window apart; two neighbours must agree in their period within 15 %. The
    mean period, in eight phases, must go down for three of them: what falls at once and climbs is the sawtooth of an
    epoch. O(n log n).

    Examples
    --------
    >>> t = np.arange(2000.0)
    >>> found = swing_of(np.sin(t * 2.0 * np.pi / 20.0) * (t > 900))
    >>> found.first, round(found.points)
    (1000, 20)
    """
    n, width = y.size, y.size // 4
    if width < _CYCLES * _POINTS:
        return None
    begins = range(0, n - width + 1, width // 2)
    at = cache(lambda k: _swing_in(y[begins[k] : begins[k] + width], begins[k]))
    pairs = []
    for k in range(len(begins) - 1):
        if at(k | 1) is None:  # the odd one is in the next pair as well: where it shows nothing, both are done
            continue
        a, b = at(k), at(k + 1)
        if a is not None and b is not None and abs(np.log(a.points / b.points)) < 0.15:
            pairs.append(max(a, b, key=lambda s: s.share)._replace(first=a.first, last=b.last))
    return max(pairs, key=lambda s: s.share, default=None)


def _swing_in(y: FloatArray, begin: int) -> Swing | None:
    """Return the swing of one window, that begins at an index, None where it is none."""
    rest = limited(y - lowess(y, 0.4))
    found = strongest_period(rest, y.size / _CYCLES)
    if found is None or found.p > _BY_CHANCE or found.points < _POINTS:
        return None
    # Between the frequencies of so short a window; and up to four turns of unequal blocks are one period.
    near = y.size / (y.size / found.points + np.linspace(-0.5, 0.5, 11))
    turns = [k for k in (1, 2, 3, 4) if found.points * k <= 1.1 * y.size / _CYCLES]
    fits = [max((_folded(rest, k * at)[1], k * float(at)) for at in near) for k in turns]
    explained, period = next(fit for fit in fits if fit[0] >= max(fits)[0] - 0.1)
    once, mean = _folded(rest, fits[0][1])[0], _folded(rest, period)[0]
    if explained < _SHARE or int((np.diff(once, append=once[0]) < 0.0).sum()) < 3:
        return None
    return Swing(begin, begin + y.size - 1, period, explained, float(np.ptp(mean)))


def _folded(y: FloatArray, period: float) -> tuple[FloatArray, float]:
    """Return the mean of the values at each phase of a period, and the share of their variance that it explains."""
    phase = (np.arange(y.size) / period % 1.0 * _BINS).astype(np.int64)
    mean = np.bincount(phase, y, _BINS) / np.maximum(np.bincount(phase, minlength=_BINS), 1)
    around = float(((y - y.mean()) ** 2).sum())
    return mean, 1.0 - float(((y - mean[phase]) ** 2).sum()) / around if around > 0.0 else 0.0


def limited(y: FloatArray) -> FloatArray:
    """Return values limited to three robust spreads, so that a single spike is not taken for a period."""
    spread = 3.0 * 1.4826 * median(np.abs(y))
    return np.clip(y, -spread, spread) if spread > 0.0 else y


def _fisher(g: float, m: int) -> float:
    """Return the tail of Fisher's g for m frequencies; its first term, an upper bound, for many."""
    if m > 60:
        return float(min(1.0, m * (1.0 - g) ** (m - 1)))
    terms = range(1, min(m, int(1.0 / g) if g > 0 else m) + 1)
    total = sum((-1) ** (k - 1) * comb(m, k) * max(0.0, 1.0 - k * g) ** (m - 1) for k in terms)
    return float(min(max(total, 0.0), 1.0))
