"""Stretches in which a curve is far above its trend: boxes of many widths against a threshold read off the tail."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.signals.median import median
from curveread.signals.scale import mad_scale, noisy
from curveread.signals.tail import tail_of
from curveread.signals.windows import running_mean


class Excursion(NamedTuple):
    """A stretch above the noise.

    Parameters
    ----------
    first, peak, last
        Indices of the first point, the highest and the last.
    score
        Largest box mean in units of that box width's own robust scale.
    threshold
        What the score had to exceed.
    width
        Points in the box that scored highest.
    """

    first: int
    peak: int
    last: int
    score: float
    threshold: float
    width: int


def excursions(z: FloatArray, window: int, *, floor: float, false_events: float, skip: int = 0) -> list[Excursion]:
    """Return the stretches of ``z`` that noise does not explain, in order.

    Parameters
    ----------
    z
        (n,) residual in local noise scales.
    window
        Width of the trend's running median: boxes go up to a quarter of it.
    floor
        Smallest threshold, in robust standard deviations.
    false_events
        Expected false stretches in a run of pure noise.
    skip
        So many points at the head are not judged.

    Returns
    -------
    list of Excursion. A box of width w is judged against the robust scale of all boxes of that width, which
    absorbs correlated noise. O(n log window).

    Examples
    --------
    >>> z = np.random.default_rng(0).normal(size=1000)
    >>> z[600:603] = 30.0
    >>> [(e.first, e.last) for e in excursions(z, 101, floor=6.0, false_events=0.01)]
    [(600, 602)]
    """
    n = z.size
    if n < 20:
        return []
    widths = [1 << k for k in range(12) if (1 << k) <= max(1, window // 4)]
    if not -1e6 <= z.min() <= z.max() <= 1e6:
        z = np.clip(z, -1e6, 1e6)  # one value of 1e28 must not cost the box sums their precision
    found = _high(z, widths, floor, false_events, skip)
    judged = found.place >= skip
    hot, best, which = found.place[judged], found.best[judged], found.which[judged]
    if hot.size == 0:
        return []
    gap = max(3, n // 400)
    out: list[Excursion] = []
    ends = np.flatnonzero(np.diff(hot) > 3).tolist()
    begins = [k + 1 for k in ends if not _one(z, int(hot[k]), int(hot[k + 1]), gap)]
    for a, b in pairwise([0, *begins, hot.size]):
        highest = a + int(np.argmax(best[a:b]))
        width, limit = widths[which[highest]], found.limits[which[highest]]
        half = width // 2
        begin, end = max(0, int(hot[a]) - half), min(n - 1, int(hot[b - 1]) + half)
        peak = begin + int(np.argmax(z[begin : end + 1]))
        first, last = _walk(z, peak, begin, end, found.sharp)
        new = Excursion(first, peak, last, float(best[highest] * limit), float(limit), width)
        if out and _one(z, out[-1].last, new.first, gap):
            new = _joined(out.pop(), new, z)
        out.append(new)
    return out


class _High(NamedTuple):
    """Points at which the box of one width or more is above its threshold.

    Parameters
    ----------
    place
        (m,) indices, rising.
    best
        (m,) height of the highest box around each, in thresholds.
    which
        (m,) place of that box's width among the widths.
    limits
        Threshold of each width, in the scale of its boxes.
    sharp
        Threshold of a single point, in the unit of the values.
    """

    place: IntArray
    best: FloatArray
    which: NDArray[np.int8]
    limits: list[float]
    sharp: float


def _high(z: FloatArray, widths: Sequence[int], floor: float, false_events: float, skip: int) -> _High:
    """Return the points at which a box is too high for noise; only of these more is kept than whether they are."""
    known, high = noisy(z), np.zeros(z.size, dtype=bool)
    best, which = np.empty(0), np.empty(0, dtype=np.int8)
    limits, sharp = [], np.inf
    for k, width in enumerate(widths):
        accepted = false_events / 2.0 if width == 1 else false_events / 2.0 / (len(widths) - 1)
        ratio, threshold, spread = _judged(z, known, width, floor, accepted, skip)
        limits.append(threshold)
        sharp = threshold * spread if width == 1 else sharp
        ratio /= threshold
        before, high = high, high | (ratio > 1.0)
        here, old = ratio[high], before[high]
        del ratio  # as long as the curve, and so is the next
        top, wide = np.full(here.size, -np.inf), np.zeros(here.size, dtype=np.int8)
        top[old], wide[old] = best, which
        wide[here > top] = k
        best, which = np.fmax(top, here), wide
    return _High(np.flatnonzero(high), best, which, limits, sharp)


def _judged(
    z: FloatArray, known: BoolArray, width: int, floor: float, false_events: float, skip: int
) -> tuple[FloatArray, float, float]:
    """Return the boxes of one width in units of their own robust scale, the threshold for them, and that scale."""
    clip = np.inf if width == 1 else max(3.0, 1.25 * floor / np.sqrt(width))
    while True:
        box = z
        if width > 1:
            # Clipped, so that a wide box takes many high points and not one outlier. Boxes that stick out over an
            # end are not judged.
            box = running_mean(z, width, clip)
            box[: width // 2] = 0.0
            box[box.size - width // 2 :] = 0.0
        spread = mad_scale(box if known.all() else box[known])
        if spread <= 0.0:
            return np.zeros_like(z), np.inf, 0.0
        stat = np.divide(box, spread, out=None if width == 1 else box)
        tail = tail_of(stat[skip:], width, floor)  # the trend lags in the steep head: its residuals are not noise
        threshold = max(floor, tail.height(false_events) if tail else 0.0)
        # A box that is at the clip all through must pass.
        enough = 1.25 * threshold * spread
        if clip >= 0.99 * enough or clip > 3.0 * floor:
            return stat, threshold, spread
        clip = enough
        del box, stat


def _one(z: FloatArray, last: int, first: int, gap: int) -> bool:
    """Return whether two stretches are one: one or two points lie between them, or a few above the noise."""
    between = z[last + 1 : first]
    return between.size < 3 or (between.size < gap and median(between) > 1.0)


def prominence(y: FloatArray, scale: FloatArray, event: Excursion) -> tuple[float, float]:
    """Return how far a stretch stands above what comes before it and above what comes after it, in noise scales.

    Parameters
    ----------
    y, scale
        (n,) values and local noise scale.
    event
        The stretch; the medians of twice its length (at least 15 points) on both sides are compared with its own.

    Returns
    -------
    (before, after); inf on a side with fewer than 3 points. A trend that passes a step or a bend too early or too
    late leaves stretches that stand above the trend, but not above both neighbours.
    """
    reach = max(15, 2 * (event.last - event.first + 1))
    level = median(y[event.first : event.last + 1])
    before, after = y[max(0, event.first - reach) : event.first], y[event.last + 1 : event.last + 1 + reach]
    sigma = float(scale[event.peak])
    heights = [(level - median(side)) / sigma if side.size >= 3 else np.inf for side in (before, after)]
    return heights[0], heights[1]


def _joined(a: Excursion, b: Excursion, z: FloatArray) -> Excursion:
    """Return two touching stretches as one, with the score of the clearer."""
    best = a if a.score / a.threshold >= b.score / b.threshold else b
    peak = a.peak if z[a.peak] >= z[b.peak] else b.peak
    return Excursion(min(a.first, b.first), peak, max(a.last, b.last), best.score, best.threshold, best.width)


def _walk(z: FloatArray, peak: int, low: int, high: int, sharp: float) -> tuple[int, int]:
    """Return where the stretch around ``peak`` leaves and re-enters 2 sigma, within the boxes that saw it.

    A peak below ``sharp``, which it would need by itself, is no more than a part of what the boxes saw.
    """
    calm = z[low : high + 1] < 2.0
    before = np.flatnonzero(calm[: peak - low])
    after = np.flatnonzero(calm[peak - low :])
    first = low + int(before[-1]) + 1 if before.size and z[peak] > sharp else low + int(np.argmax(~calm))
    last = peak + int(after[0]) - 1 if after.size and z[peak] > sharp else high
    return min(first, peak), max(last, peak)
