"""Stretches that last: in which something holds, or a value is the same to its last digit, which noise never is."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray, FloatArray


def longest_run(held: BoolArray) -> tuple[int, int]:
    """Return where the longest stretch begins in which (n,) points hold, and its length: (0, 0) where none do. O(n).

    Examples
    --------
    >>> longest_run(np.array([True, False, True, True]))
    (2, 2)
    """
    edge = np.flatnonzero(np.diff(held.astype(np.int8), prepend=0, append=0))
    begin, end = edge[::2], edge[1::2]
    if begin.size == 0:
        return 0, 0
    longest = int(np.argmax(end - begin))
    return int(begin[longest]), int(end[longest] - begin[longest])


def longest_repeat(value: FloatArray) -> tuple[int, int]:
    """Return where the longest stretch of one value begins, and its length: (0, 0) of nothing. O(n).

    Parameters
    ----------
    value
        (n,) values; NaN equals nothing.

    Examples
    --------
    >>> longest_repeat(np.array([2.5, 1.5, 1.5, 1.5, 2.0]))
    (1, 3)
    """
    if value.size == 0:
        return 0, 0
    first, again = longest_run(value[1:] == value[:-1])
    return first, again + 1


def significant_digits(value: float) -> int:
    """Return how many digits a number has, leading and trailing zeros left out, at most 6; 0 of 0 and of NaN.

    Examples
    --------
    >>> significant_digits(54.69), significant_digits(0.50), significant_digits(1.6134)
    (4, 1, 5)
    """
    if value == 0.0 or not np.isfinite(value):
        return 0
    mantissa = f"{abs(value):.5e}".partition("e")[0]
    return len(mantissa.replace(".", "").rstrip("0"))
