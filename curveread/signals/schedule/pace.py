"""How fast something went: the level of a rate over time, and whether it fell for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.signals.median import median, row_medians
from curveread.signals.trend import kendall_score


@dataclass(frozen=True, slots=True)
class Slowdown:
    """A rate that fell and stayed low.

    Parameters
    ----------
    index
        First point of the slow stretch.
    best, end
        Level of the best stretch and of the last fifth.
    steady
        Whether it fell all the way, rather than at once.
    """

    index: int
    best: float
    end: float
    steady: bool


def rates(step: IntArray, wall: FloatArray) -> tuple[IntArray, FloatArray, float]:
    """Return steps per second between logged points, where they begin, and the seconds of ordinary work.

    Parameters
    ----------
    step, wall
        (n,) steps and wall times in seconds; not finite, repeated or running back are left out.

    Returns
    -------
    (m,) steps, (m,) steps per second, and the sum of the intervals, in which a pause counts as no more
    than five median ones.

    Examples
    --------
    >>> rates(np.array([0, 10, 20]), np.array([0.0, 5.0, 10.0]))[1].tolist()
    [2.0, 2.0]
    """
    known = np.isfinite(wall)
    if not known.all():
        step, wall = step[known], wall[known]
    with np.errstate(over="ignore"):
        seconds = np.diff(wall)
    good = (np.diff(step) > 0) & (seconds > 0) & np.isfinite(seconds)
    if not good.any():
        return np.empty(0, np.int64), np.empty(0), 0.0
    which = slice(None) if good.all() else good  # of a long curve each array is a copy of it
    seconds = seconds[which]
    work = float(np.minimum(seconds, 5.0 * median(seconds)).sum())
    return step[:-1][which], np.divide(np.diff(step)[which], seconds, out=seconds), work


def slowdown(rate: FloatArray, share: float) -> Slowdown | None:
    """Return where a rate fell below ``share`` of its best stretch for good, None when it did not.

    Parameters
    ----------
    rate
        (n,) positive rates; single slow points (evaluations, checkpoints) do not move block medians.
    share
        Largest ratio of the last fifth to the best stretch.

    Notes
    -----
    20 block medians; the best stretch is three neighbours, the weakest of which counts; all of the last fifth must
    be slow, and the fall must be over before it.
    """
    n = rate.size
    if n < 60:
        return None
    edge = np.linspace(0, n, 21).round().astype(np.int64)
    level = row_medians(rate, edge)
    best = float(np.lib.stride_tricks.sliding_window_view(level, 3).min(axis=1).max())
    end = median(level[-4:])
    if not (best > 0.0 and end < share * best and bool(np.all(level[-4:] < np.sqrt(share) * best))):
        return None
    fast = np.flatnonzero(level >= 0.5 * (best + end))
    k = int(fast[-1]) + 1 if fast.size else 0
    steady = kendall_score(level) < -0.9 * level.size * (level.size - 1) / 2
    return Slowdown(int(edge[k]), best, end, steady) if k <= 16 else None
