"""How far a curve's end lies above (or how little below) its best stretch, against its own noise."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.signals.median import median
from curveread.signals.piecemeal import AT_ONCE
from curveread.signals.scale import bend_noise

SHARES = (0.05, 0.1, 0.2)
"""Window lengths, as shares of the curve, at which ends and best stretches are compared."""


class Rise(NamedTuple):
    """The end of a curve against its best stretch; all levels on the scale that was given.

    Parameters
    ----------
    z
        Height in standard errors of the difference of the two medians.
    size
        Height of the end above the best stretch.
    best_first
        Index of the first point of the best stretch.
    best, end, start
        Median levels.
    points
        Length of the two stretches.
    """

    z: float
    size: float
    best_first: int
    best: float
    end: float
    start: float
    points: int

    @property
    def share(self) -> float:
        """Height as a share of the progress made until the best stretch; inf without progress."""
        progress = self.start - self.best
        return self.size / progress if progress > 0 else np.inf


def median_error(sigma: float, points: float, correlation: float = 1.0) -> float:
    """Return the standard error of a median of ``points`` values: 1.2533 sigma / sqrt(independent points)."""
    return float(1.2533 * sigma / np.sqrt(max(points / max(correlation, 1.0), 1.0)))


def evaluation_noise(y: FloatArray) -> float:
    """Return the noise (1 sigma) of (n,) evaluations: at least 1e-4; 0.01 for fewer than four, which do not show it."""
    return max(bend_noise(y, 4), 1e-4) if y.size >= 4 else 0.01


def windows_of(n: int, share: float, least: int = 5) -> tuple[int, IntArray]:
    """Return the length of windows that are ``share`` of n points and their starts, a quarter window apart."""
    m = min(max(least, int(n * share)), n)
    starts = np.arange(0, n - m + 1, max(1, m // 4), dtype=np.int64)
    if starts[-1] != n - m:
        starts = np.append(starts, n - m)
    return m, starts


def window_medians(y: FloatArray, m: int, starts: IntArray | None = None) -> FloatArray:
    """Return the medians of the windows of ``m`` points that begin at ``starts``, of all (n - m + 1) by default."""
    windows = np.lib.stride_tricks.sliding_window_view(y, m)
    starts = np.arange(len(windows)) if starts is None else starts
    medians = np.empty(starts.size)
    some = max(1, AT_ONCE // m)  # windows overlap: all of them side by side are several times the curve
    for i in range(0, starts.size, some):
        medians[i : i + some] = np.median(windows[starts[i : i + some]], axis=1)
    return medians


def block_medians(y: FloatArray, blocks: int) -> FloatArray:
    """Return the medians of so many equal blocks (:func:`numpy.array_split`) of (n,) values, n >= ``blocks``. O(n)."""
    return np.array([median(part) for part in np.array_split(y, blocks)])


def rise_after_best(y: FloatArray, scale: FloatArray, correlation: float, start: float) -> Rise:
    """Compare the end of a curve with its best (lowest) stretch, for three window lengths; the clearest wins.

    Parameters
    ----------
    y, scale
        (n,) values and local noise scale, n >= 1.
    correlation
        Points per independent piece of noise.
    start
        Level at which the curve began.

    Returns
    -------
    Rise; z is 0 when the end is the best stretch. O(n).
    """
    found: list[Rise] = []
    n = y.size
    for share in SHARES:
        m, starts = windows_of(n, share, 5 if n >= 30 else 3)
        medians = window_medians(y, m, starts)
        i = int(medians.argmin())
        at = int(starts[i])
        # Noise is that of the noisier of the two stretches; far blow-ups have their own, larger scale.
        error = np.hypot(
            median_error(median(scale[at : at + m]), m, correlation),
            median_error(median(scale[-m:]), m, correlation),
        )
        size = float(medians[-1] - medians[i])
        z = size / error if error > 0 else 0.0
        found.append(Rise(float(z), size, at, float(medians[i]), float(medians[-1]), start, m))
    return max(found, key=lambda r: r.z)


def rises_undone(y: FloatArray, points: int, slack: float) -> FloatArray:
    """Return the heights of all rises of a curve's level above its best one so far that it made up for later.

    Parameters
    ----------
    y
        (n,) values.
    points
        Length of the stretches whose medians are levels, at most n.
    slack
        Height above its best level up to which the curve is back there.
    """
    starts = np.arange(0, y.size - points + 1, max(1, points // 2))
    level = window_medians(y, points, starts)
    best = np.minimum.accumulate(level)
    lows = np.flatnonzero(level <= best + slack)
    return np.array([float((level[a:b] - best[a]).max()) for a, b in pairwise(lows) if b - a > 1])


def split_point(y: FloatArray, low: int, high: int) -> int:
    """Return the index in [low, high) at which y steps most clearly from one level to another.

    The split with the largest between-group sum of squares (the maximum-likelihood change point of a step in
    Gaussian noise), on values clipped to the range of their inner 90 %, so that one outlier is not the step.
    """
    part = y[low:high]
    m = part.size
    if m < 4:
        return low
    part = np.clip(part, *np.percentile(part, [5.0, 95.0]))
    total = np.cumsum(part)
    k = np.arange(1, m)
    left = total[:-1] / k
    right = (total[-1] - total[:-1]) / (m - k)
    return low + 1 + int(np.argmax(k * (m - k) * (left - right) ** 2))


def crossing(beyond: BoolArray) -> int:
    """Return the index from which on (n,) points lie beyond a level for good, n where none do. O(n).

    The place between two points that leaves the fewest on the wrong side.

    Examples
    --------
    >>> crossing(np.array([False, True, False, False, True, True, False, True, True]))
    4
    """
    wrong = np.concatenate([[0], np.cumsum(beyond)]) + np.concatenate([np.cumsum(~beyond[::-1])[::-1], [0]])
    return int(np.argmin(wrong))


def last_change(beyond: BoolArray, block: int, blocks: int) -> int:
    """Return where a curve went beyond a level for good, found as the first block that is: the place within a block.

    Parameters
    ----------
    beyond
        (n,) bool: whether a point is beyond the level.
    block, blocks
        First of so many equal blocks (as of :func:`block_medians`) that is beyond it as a whole; at least 1.

    Returns
    -------
    The :func:`crossing` between the begin of the block before and the end of this one.
    """
    edge = np.cumsum([0, *(part.size for part in np.array_split(beyond, blocks))])
    low, high = int(edge[block - 1]), int(edge[block + 1])
    return min(low + crossing(beyond[low:high]), beyond.size - 1)


def no_higher_since(curves: Iterable[tuple[IntArray, FloatArray]], step: int) -> bool:
    """Return whether all of several curves go on no higher than they were before a step; False when none can tell.

    Parameters
    ----------
    curves
        (n,) steps and (n,) values of each; it can tell with three points before the step and five from it on. The
        median of the next three must not exceed the highest of the three before, that of the last three their median.
    step
        The step.
    """
    judged = [
        median(value[-3:]) <= median(value[k - 3 : k]) and median(value[k : k + 3]) <= float(value[k - 3 : k].max())
        for at, value in curves
        if 3 <= (k := int(np.searchsorted(at, step))) <= value.size - 5
    ]
    return bool(judged) and all(judged)
