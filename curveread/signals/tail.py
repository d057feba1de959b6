"""How high noise may reach: a generalised Pareto tail learnt from a series itself, doubts about its shape included."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median, quantile_of

_SHAPES = np.arange(-0.5, 1.001, 0.05) + 0.005
"""Shapes that are weighed: below 0 a tail that ends, 0 an exponential one, 1/3 that of Student's t with 3 degrees."""

_USUAL, _SPREAD, _OF_MEANS = 0.05, 0.15, -0.05
"""What is held likely of the shape before the series is seen, mean and standard deviation; the mean for long means."""

_POINTS = 100
"""Points beyond the threshold in a series of 1,000; they grow with the root of its length."""

_GAP, _HEAVIEST, _SURE = 1.5, 2.5, 5.5
"""Smallest factor between two peaks that is a gap; index of the heaviest tail that is taken for noise; -log of the
chance below which noise with such a tail leaves no gap."""

_HEIGHTS = np.geomspace(1e-3, 1e7, 512)
"""Heights above the threshold between which one is sought."""

_WIDER, _WIDEST = 4.0, 0.12
"""How many times as many points are looked at for a gap where the first have none; the largest share, tried last."""
_LEAST = 8
"""Clusters that tell a tail."""

_SET_ASIDE = 3
"""So many of the highest peaks may be events: their height does not count, only that they are there."""


class Tail(NamedTuple):
    """The peaks of a noise above a threshold, as a weighted family of generalised Pareto laws.

    Parameters
    ----------
    base
        The threshold.
    peaks
        Peaks above it in the series.
    rate, shape
        (k,) of every law: a peak is above base + x with the chance (1 + rate x)^(-1 / shape).
    weight
        (k,) how well each law explains the peaks, in all 1.
    apart
        Height from which on peaks are not part of the noise, since a gap lies below them that no tail leaves;
        inf where there is none.
    """

    base: float
    peaks: int
    rate: FloatArray
    shape: FloatArray
    weight: FloatArray
    apart: float

    def expected(self, height: float) -> float:
        """Return how many peaks above ``height`` a series of this length holds when it is noise alone."""
        return float(self._expected(np.array([height - self.base]))[0])

    def height(self, expected: float) -> float:
        """Return the height above which so many peaks are expected, at most that of peaks that stand apart."""
        return min(self._height(expected), self.apart)

    def _height(self, expected: float) -> float:
        x = _HEIGHTS
        i = bisect_left(range(x.size), -expected, key=lambda k: -float(self._expected(x[k : k + 1])[0]))
        if i == 0 or i == x.size:
            return self.base + float(x[min(i, x.size - 1)])
        a, b = np.log(np.maximum(self._expected(x[i - 1 : i + 1]), 1e-300))
        share = (a - np.log(expected)) / (a - b) if a > b else 0.0
        return self.base + float(x[i - 1] * (x[i] / x[i - 1]) ** share)

    def _expected(self, x: FloatArray) -> FloatArray:
        inside = 1.0 + self.rate[:, None] * np.maximum(x, 0.0)[None, :]
        above = np.where(inside > 0.0, np.maximum(inside, 1e-300) ** (-1.0 / self.shape[:, None]), 0.0)
        return np.asarray(self.peaks * (self.weight @ above))


def tail_of(stat: FloatArray, width: int, floor: float) -> Tail | None:
    """Learn the tail of a series from the peaks of its clusters beyond a high quantile, on both sides together.

    Parameters
    ----------
    stat
        (n,) standardised series, mostly noise.
    width
        How many points every value is the mean of. Means are nearer to a Gaussian; those that overlap are one cluster.
    floor
        Peaks above it and above a clear gap (a factor 1.5) are set aside, however many they are.

    Returns
    -------
    Tail, None where there are fewer than 8 clusters, also without the stretches that fill the top. The highest peaks
    are censored (known to be at least as high as the highest that counts), so that events among them neither stretch
    the tail nor, where they are noise, shorten it. Every law of a grid of shapes is weighed by its likelihood and by
    what is held likely beforehand; what is expected of the noise is the weighted mean, so a short series, whose tail
    is poorly known, has to be allowed more. O(n).

    Notes
    -----
    Peaks over a threshold: Pickands 1975; Davison and Smith 1990. For a given rate t the most likely shape is the mean
    of log(1 + t x) (Grimshaw 1993), which leaves one parameter for the grid.
    """
    gap = max(3, width)
    n = stat.size
    if n < 20:
        return None
    share = float(np.clip(_POINTS * gap / 3 * np.sqrt(max(n, 1000) / 1000) / n, 0.004, 0.12))
    base, peaks = _clusters(stat, share, gap)
    while peaks.size < _LEAST:
        # A few stretches that fill the top are an event (a divergence, a noisy head): the tail is that of the rest.
        stat = stat[np.abs(stat) < base]
        if stat.size <= max(100, n // 2):
            return None
        base, peaks = _clusters(stat, share, gap)
    above = _apart(peaks, floor)
    lowest = peaks[-above] if above else np.inf
    peaks = peaks[: peaks.size - above]
    if not above:
        # Events that fill the top leave their gap further down; what lies above it is not the tail's.
        for wider in (min(_WIDER * share, _WIDEST), _WIDEST):
            wide = _clusters(stat, wider, gap)[1]
            if (above := _apart(wide, floor)) and (rest := stat[np.abs(stat) < wide[-above]]).size > n // 2:
                lowest = wide[-above]
                base, peaks = _clusters(rest, share, gap)
                break
    apart = float(np.sqrt(peaks[-1] * lowest))
    aside = min(_SET_ASIDE, peaks.size // 4)
    excess = peaks - base
    known = excess[: peaks.size - aside]
    most = float(known[-1])
    rate = (2.0**_SHAPES - 1.0) / max(median(excess), 1e-12)
    rate = rate[1.0 + rate * most > 1e-3]
    logs = np.log1p(rate[:, None] * known[None, :]).sum(axis=1)
    shape = (logs + aside * np.log1p(rate * most)) / known.size
    usual = _USUAL / width + _OF_MEANS * (1.0 - 1.0 / width)
    spread = max(_SPREAD / np.sqrt(width), 0.05)
    likelihood = -known.size * np.log(shape / rate) - logs - 0.5 * ((shape - usual) / spread) ** 2
    weight = np.exp(likelihood - likelihood.max())
    return Tail(base, int(peaks.size), rate, shape, weight / weight.sum(), apart)


def _clusters(stat: FloatArray, share: float, gap: int) -> tuple[float, FloatArray]:
    """Return the size that a share of the values exceeds, and the ascending peaks of the clusters above it."""
    base = quantile_of(stat.size, lambda at: np.abs(stat[at]), 1.0 - share)
    above = np.flatnonzero((stat > base) | (stat < -base))
    starts = np.flatnonzero(np.diff(above, prepend=-gap - 1) > gap)
    return base, np.sort(np.maximum.reduceat(np.abs(stat[above]), starts)) if above.size else above.astype(np.float64)


def _apart(peaks: FloatArray, floor: float) -> int:
    """Return how many of the ascending peaks are not part of the noise: those above a gap that no tail leaves.

    Of a Pareto tail with index a the chance that the j-th highest peak is more than r times the next is r^(-a j).
    """
    k, low = peaks.size, _LEAST // 2  # so many are of the noise at least
    if k <= low + 1:
        return 0
    left = np.arange(k - low - 1, 0, -1)  # peaks above each gap
    ratio = peaks[low + 1 :] / peaks[low:-1]
    doubt = np.where((ratio >= _GAP) & (peaks[low + 1 :] >= floor), _HEAVIEST * left * np.log(ratio), 0.0)
    widest = int(np.argmax(doubt))
    return int(left[widest]) if doubt[widest] > _SURE else 0
