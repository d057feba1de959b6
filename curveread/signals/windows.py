"""Running means and medians of a window, equal to SciPy's number by number, without its quarter second of import."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.piecemeal import AT_ONCE

_SMALL = 3_000_000
"""Numbers in all windows together up to which sorting them is quicker than loading SciPy."""


def running_mean(y: FloatArray, width: int, most: float = np.inf) -> FloatArray:
    """Return the mean of the ``width`` values around each, the ends going on with the last value.

    Parameters
    ----------
    y
        (n,) finite values, n >= 1.
    width
        At least 1; the window of an even one reaches one further to the left.
    most
        Size that larger values count as, on either side of 0.

    Returns
    -------
    (n,) float64, as ``scipy.ndimage.uniform_filter1d(y, width, mode="nearest")``: what enters the window is added to a
    running sum, what leaves it is taken off, in the same order. O(n).
    """
    n, left, right = y.size, width // 2, width - width // 2
    first, last = np.clip(y[[0, -1]], -most, most)
    total = np.empty(n)  # worked on in place: of a long curve each array more is a copy of it
    total[0] = np.cumsum(np.pad(np.clip(y[:right], -most, most), (left, max(right - n, 0)), mode="edge"))[-1]
    total[max(n - right, 0) + 1 :] = last
    for i in range(0, n - right, AT_ONCE):  # what enters
        part = y[right + i : right + i + AT_ONCE]
        np.clip(part, -most, most, out=total[1 + i : 1 + i + part.size])
    total[1 : left + 1] -= first
    for i in range(0, n - left - 1, AT_ONCE):  # what leaves
        part = y[i : min(i + AT_ONCE, n - left - 1)]
        total[left + 1 + i : left + 1 + i + part.size] -= np.clip(part, -most, most)
    np.cumsum(total, out=total)
    return np.divide(total, width, out=total)


def running_median(y: FloatArray, width: int) -> FloatArray:
    """Return the median of the ``width`` values around each, the ends reflected.

    Parameters
    ----------
    y
        (n,) finite values, n >= ``width``.
    width
        At least 1; of an even number the upper of the two middle values.

    Returns
    -------
    (n,) float64, as ``scipy.ndimage.median_filter(y, width, mode="reflect")``. O(n log width).

    Examples
    --------
    >>> running_median(np.array([1.0, 9.0, 2.0, 3.0]), 3).tolist()
    [1.0, 2.0, 3.0, 3.0]
    """
    if y.size * width > _SMALL:
        from scipy.ndimage import median_filter

        return np.asarray(median_filter(y, size=width, mode="reflect"))
    padded = np.pad(y, (width // 2, width - width // 2 - 1), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    return np.partition(windows, width // 2, axis=1)[:, width // 2]
