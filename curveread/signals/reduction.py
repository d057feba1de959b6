"""Fewer points, same picture: the extremes of every block, so that no spike is lost."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray, IntArray


def extremes(value: FloatArray, most: int = 4000) -> IntArray:
    """Return indices of at most ``most`` points: the smallest and the largest of each equal block, and both ends.

    Parameters
    ----------
    value
        (n,) finite values.
    most
        Largest number of indices; all of them come back when n is not larger.

    Returns
    -------
    (m,) int64, ascending. O(n).
    """
    n = value.size
    if n <= most:
        return np.arange(n, dtype=np.int64)
    count = max(1, (most - 2) // 2)
    edges = np.linspace(0, n, count + 1).round().astype(np.int64)
    width = int(np.diff(edges).max())
    rows = np.minimum(edges[:-1, None] + np.arange(width)[None, :], edges[1:, None] - 1)
    block = value[rows]
    low, high = edges[:-1] + block.argmin(axis=1), edges[:-1] + block.argmax(axis=1)
    return np.unique(np.concatenate([[0], np.minimum(low, n - 1), np.minimum(high, n - 1), [n - 1]])).astype(np.int64)


def knots(n: int, most: int = 2000) -> IntArray:
    """Return at most ``most`` indices spread evenly over n points, both ends among them.

    Examples
    --------
    >>> knots(1001, 5).tolist()
    [0, 250, 500, 750, 1000]
    """
    # No two are alike: they are 1 apart or more.
    return np.linspace(0, max(n - 1, 0), min(n, most)).round().astype(np.int64)
