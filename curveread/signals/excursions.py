"""Stretches in which a curve is far above its trend: boxes of many widths against a threshold read off the tail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curveread.signals.scale import mad_scale

__all__ = ["Excursion", "excursions", "tail_threshold"]

_Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Excursion:
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


def tail_threshold(stat: _Float, gap: int, false_events: float, floor: float) -> float:
    """Return the height that noise of this shape exceeds ``false_events`` times in a series this long.

    Parameters
    ----------
    stat
        (n,) standardised series, mostly noise.
    gap
        Exceedances closer than this belong to one cluster.
    false_events
        Expected clusters of pure noise above the result.
    floor
        Smallest result.

    Returns
    -------
    A tail is fitted through two points: the 90 % quantile u, and a high quantile of the peaks of the clusters
    above u (85 %, lower where clusters are few, so that one in seven of them may be a real event). A Weibull
    tail x(p) = A (-ln p)^k goes through both; k is 0.5 to 0.9 for Gaussian noise and 1 for exponential noise.
    The larger k, the more a Pareto tail through the same points counts (geometric mean from k = 1.5 on). The
    higher of the two sides of the series wins: noise may be skewed either way. O(n).
    """
    n = stat.size
    if n < 20:
        return floor
    wanted = false_events / n
    best = floor
    for side in (stat, -stat):
        u = float(np.quantile(side, 0.9))
        above = np.flatnonzero(side > u)
        if u <= 0.0 or above.size < 5:
            continue
        starts = np.flatnonzero(np.diff(above, prepend=above[0] - gap - 1) > gap)
        peaks = _without_outstanding(np.maximum.reduceat(side[above], starts), floor)
        share = float(np.clip(1.0 - 3.0 / peaks.size, 0.5, 0.85))
        high, rare = float(np.quantile(peaks, share)), (1.0 - share) * peaks.size / n
        if high <= u or rare >= 0.1:
            continue
        k = np.log(high / u) / np.log(np.log(rare) / np.log(0.1))
        weibull = high * (np.log(wanted) / np.log(rare)) ** k
        pareto = high * (rare / wanted) ** (np.log(high / u) / np.log(0.1 / rare))
        trust = 0.5 * float(np.clip((k - 1.0) / 0.5, 0.0, 1.0))
        best = max(best, float(weibull ** (1.0 - trust) * min(pareto, 1e12) ** trust))
    return best


def _without_outstanding(peaks: _Float, floor: float) -> _Float:
    """Return the peaks without those that stand above a clear gap (a factor 1.5), at most a third of them."""
    ordered = np.sort(peaks)
    k = ordered.size
    low = max(int(k * 2 / 3), 4)
    if k <= low + 1:
        return peaks
    ratio = ordered[low + 1 :] / ordered[low:-1]
    ratio[ordered[low + 1 :] < floor] = 0.0
    gap = int(np.argmax(ratio))
    return ordered[: low + 1 + gap] if ratio[gap] >= 1.5 else peaks


def excursions(z: _Float, window: int, *, floor: float, false_events: float, skip: int = 0) -> list[Excursion]:
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
    """
    from scipy.ndimage import uniform_filter1d

    n = z.size
    if n < 20:
        return []
    widths = [1 << k for k in range(12) if (1 << k) <= max(1, window // 4)]
    z = np.clip(z, -1e6, 1e6)  # one value of 1e28 must not cost the box sums their precision
    noisy = np.abs(z) > 1e-6  # a stretch that repeats one value has no noise to learn from
    best = np.full(n, -np.inf)
    best_width = np.ones(n, dtype=np.int64)
    limit = np.full(n, floor)
    for width in widths:
        box = z
        if width > 1:
            # Clipped, so that a wide box takes many high points and not one outlier; a full box at the clip
            # still passes the floor. Boxes that stick out over an end are not judged.
            clip = max(3.0, 1.25 * floor / np.sqrt(width))
            box = uniform_filter1d(np.clip(z, -clip, clip), width, mode="nearest")
            box[: width // 2] = 0.0
            box[n - width // 2 :] = 0.0
        spread = mad_scale(box[noisy])
        if spread <= 0.0:
            continue
        stat = box / spread
        threshold = tail_threshold(stat, max(3, width), false_events, floor)
        ratio = stat / threshold
        better = ratio > best
        best = np.where(better, ratio, best)
        best_width[better] = width
        limit[better] = threshold
    hot = np.flatnonzero(best > 1.0)
    hot = hot[hot >= skip]
    if hot.size == 0:
        return []
    gap = max(3, n // 400)
    out: list[Excursion] = []
    for group in np.split(hot, np.flatnonzero(np.diff(hot) > gap) + 1):
        top = int(group[np.argmax(best[group])])
        half = int(best_width[top]) // 2
        low, high = max(0, int(group[0]) - half), min(n - 1, int(group[-1]) + half)
        peak = low + int(np.argmax(z[low : high + 1]))
        first, last = _walk(z, peak, low, high)
        new = Excursion(first, peak, last, float(best[top] * limit[top]), float(limit[top]), int(best_width[top]))
        if out and new.first <= out[-1].last + gap:
            new = _joined(out.pop(), new, z)
        out.append(new)
    return out


def _joined(a: Excursion, b: Excursion, z: _Float) -> Excursion:
    """Return two touching stretches as one, with the score of the clearer."""
    best = a if a.score / a.threshold >= b.score / b.threshold else b
    peak = a.peak if z[a.peak] >= z[b.peak] else b.peak
    return Excursion(min(a.first, b.first), peak, max(a.last, b.last), best.score, best.threshold, best.width)


def _walk(z: _Float, peak: int, low: int, high: int) -> tuple[int, int]:
    """Return where the stretch around ``peak`` leaves and re-enters 2 sigma, within the boxes that saw it."""
    calm = z[low : high + 1] < 2.0
    before = np.flatnonzero(calm[: peak - low])
    after = np.flatnonzero(calm[peak - low :])
    first = low + int(before[-1]) + 1 if before.size and z[peak] > 6.0 else low + int(np.argmax(~calm))
    last = peak + int(after[0]) - 1 if after.size and z[peak] > 6.0 else high
    return min(first, peak), max(last, peak)
