"""Medians and quantiles, which the checks ask for hundreds of times a run: NumPy's numbers, in less time and memory."""

from __future__ import annotations

import math

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.signals.piecemeal import AT_ONCE, Made

_SAMPLE, _AROUND = 1 << 12, 1 << 7
"""Values that tell about where a rank lies, and how many of them it may be off: four times their standard error."""


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
    if x.size > AT_ONCE:
        return median_of(x.size, x.__getitem__)
    half = x.size // 2
    ordered = x.copy()
    ordered.partition(half)
    if math.isnan(float(ordered[half:].max())):  # NaN is put last
        return math.nan
    upper = float(ordered[half])
    return upper if x.size % 2 else (float(ordered[:half].max()) + upper) / 2.0


def row_medians(y: FloatArray, edge: IntArray) -> FloatArray:
    """Return the (k,) medians of the blocks between (k + 1,) rising edges, all cut to the length of the shortest."""
    starts, inside = edge[:-1], np.arange(int(np.diff(edge).min()))
    out = np.empty(starts.size)
    some = max(1, AT_ONCE // inside.size)
    for i in range(0, starts.size, some):
        out[i : i + some] = np.median(y[starts[i : i + some, None] + inside], axis=1, overwrite_input=True)
    return out


def median_of(n: int, made: Made) -> float:
    """Return the :func:`median` of n values that are made a stretch at a time.

    Parameters
    ----------
    n
        How many there are.
    made
        Makes those at an index; of values that are there, ``values.__getitem__``.

    Examples
    --------
    >>> x = np.array([3.0, 1.0, 2.0])
    >>> median_of(3, x.__getitem__), median_of(2, lambda at: np.abs(x[1:][at] - x[:-1][at]))
    (2.0, 1.5)
    """
    if n <= AT_ONCE:
        return median(made(slice(0, n)))
    return float(np.mean(_ranked(n, made, (n - 1) // 2)[: 2 - n % 2]))


def quantile_of(n: int, made: Made, share: float) -> float:
    """Return ``np.quantile`` of n values, n >= 1; the parameters are those of :func:`median_of`."""
    if n <= AT_ONCE:
        return float(np.quantile(made(slice(0, n)), share))
    place = share * (n - 1)
    return float(np.quantile(_ranked(n, made, int(place)), place - int(place)))


def _ranked(n: int, made: Made, rank: int) -> FloatArray:
    """Return the values of a rank (from 0) and of the next, NaN where any value is.

    A sorted sample says between which two values they lie; only what is there is kept and ordered. What is equal to one
    of the two is counted: a curve may repeat a value. All are ordered where the sample is wrong.
    """
    sample = np.sort(made(slice(0, n, -(-n // _SAMPLE))))
    at = rank * sample.size // n
    low = sample[at - _AROUND] if at >= _AROUND else -np.inf
    high = sample[at + _AROUND] if at + _AROUND < sample.size else np.inf
    counts, kept = np.zeros(4, dtype=np.int64), []
    for i in range(0, n, AT_ONCE):
        values = made(slice(i, min(i + AT_ONCE, n)))
        above, below = values > low, values < high
        kept.append(values[above & below])
        counts += [np.count_nonzero(part) for part in (values < low, values <= low, above, values <= high)]
    lower, first, rest, last = counts.tolist()
    if first + rest < n:
        return np.full(2, np.nan)
    between = np.concatenate(kept)
    ranks = [rank, min(rank + 1, n - 1)]
    if ranks[0] < lower or ranks[1] >= last:
        return np.partition(made(slice(0, n)), ranks)[ranks]
    places = np.subtract(ranks, first)
    among = (places >= 0) & (places < between.size)
    between.partition(places[among])
    out = np.where(places < 0, low, high)
    out[among] = between[places[among]]
    return out
