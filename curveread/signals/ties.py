"""Which points of a short, noisy curve are as good as its best; and where patience would have run out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.signals.scale import bend_noise

_AROUND = 6


def tied(y: FloatArray) -> tuple[BoolArray, float]:
    """Return which of (n,) values lie within one standard error of the lowest, and that error; n >= 1.

    The error of a single value is the noise of the 13 values around the lowest: that a curve diverges later is no
    noise. The rule is that of Breiman et al., "Classification and Regression Trees", 1984.

    Examples
    --------
    >>> which, error = tied(np.array([3.0, 2.1, 2.0, 2.1, 2.0, 2.1]))
    >>> which.tolist()
    [False, True, True, True, True, True]
    """
    low = int(np.argmin(y))
    first = int(np.clip(low - _AROUND, 0, max(y.size - 2 * _AROUND - 1, 0)))
    error = bend_noise(y[first : first + 2 * _AROUND + 1])
    return y <= float(y[low]) + error, error


@dataclass(frozen=True, slots=True)
class Stop:
    """Where early stopping would have ended a run.

    Parameters
    ----------
    patience
        Values in a row that may fail to improve on the best.
    index
        The value after which it would have stopped, None where it would have gone to the end.
    best
        Index of the best value by then.
    """

    patience: int
    index: int | None
    best: int


def early_stop(y: FloatArray, patience: int) -> Stop:
    """Return where early stopping on (n,) values, the lower the better, would have ended the run; n >= 1. O(n).

    Examples
    --------
    >>> early_stop(np.array([3.0, 2.0, 2.1, 2.2, 2.3]), patience=2)
    Stop(patience=2, index=3, best=1)
    """
    lowest = np.minimum.accumulate(y)
    improved = np.concatenate([[True], y[1:] < lowest[:-1]])
    last = np.maximum.accumulate(np.where(improved, np.arange(y.size), 0))
    out = np.flatnonzero(np.arange(y.size) - last >= patience)
    if not out.size:
        return Stop(patience, None, int(last[-1]))
    return Stop(patience, int(out[0]), int(last[out[0]]))


def best_on_disk(kept: IntArray, step: IntArray, value: FloatArray) -> int:
    """Return which of (m,) kept steps has the lowest of (n,) values at the evaluation nearest to it; m, n >= 1.

    Of several with the same evaluation the one nearest to it, of equals the first. ``step`` is (n,) and does not
    decrease. O(m log n).

    Examples
    --------
    >>> best_on_disk(np.array([400, 900, 1000]), np.array([500, 1000, 1500]), np.array([2.0, 1.0, 3.0]))
    2
    """
    after = np.minimum(np.searchsorted(step, kept), step.size - 1)
    before = np.searchsorted(step, step[np.maximum(after - 1, 0)])
    nearest = np.where(np.abs(step[after] - kept) < np.abs(step[before] - kept), after, before)
    return int(np.lexsort((np.arange(kept.size), np.abs(step[nearest] - kept), value[nearest]))[0])
