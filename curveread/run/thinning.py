"""Lines brought to the resolution of a picture: each column of pixels keeps its lowest and highest point."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray, IntArray


def thin(x: FloatArray, y: FloatArray, columns: int) -> IntArray:
    """Return the positions of the points that a picture of ``columns`` columns can tell apart.

    Parameters
    ----------
    x
        (n,) places along the axis as fractions, non-decreasing.
    y
        (n,) values; NaN breaks the line.
    columns
        How many columns the picture has.

    Returns
    -------
    numpy.ndarray
        Ascending positions: lowest and highest point of every column, the first and the last point, and a NaN of
        every column that has one.
        All positions when there are no more points than that.
    """
    if x.size <= 2 * columns:
        return np.arange(x.size, dtype=np.int64)
    column = np.clip(x * columns, 0, columns - 1).astype(np.int64)
    finite = np.flatnonzero(~np.isnan(y))
    breaks = np.flatnonzero(np.isnan(y))
    breaks = breaks[np.diff(column[breaks], prepend=-1) > 0]
    if not finite.size:
        return breaks
    order = finite[np.lexsort((y[finite], column[finite]))]
    edges = np.flatnonzero(np.diff(column[order]))
    lowest, highest = order[np.concatenate(([0], edges + 1))], order[np.concatenate((edges, [-1]))]
    return np.unique(np.concatenate((lowest, highest, breaks, finite[[0, -1]])))
