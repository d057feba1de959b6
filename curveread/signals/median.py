"""The median of a series, which the checks ask for hundreds of times a run."""

from __future__ import annotations

import math

from curveread.arrays import FloatArray


def median(x: FloatArray) -> float:
    """Return the median of (n,) values, as ``numpy.median`` does, in a quarter of its time where they are few.

    NaN where a value is NaN, and of no values.

    Examples
    --------
    >>> median(np.array([3.0, 1.0, 2.0, 10.0]))
    2.5
    """
    if not x.size:
        return math.nan
    half = x.size // 2
    ordered = x.copy()
    ordered.partition(half)
    if math.isnan(float(ordered[half:].max())):  # NaN is put last
        return math.nan
    upper = float(ordered[half])
    return upper if x.size % 2 else (float(ordered[:half].max()) + upper) / 2.0
