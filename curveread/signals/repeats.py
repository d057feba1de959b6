"""Values that are the same to the last digit: what noise never does."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray

__all__ = ["longest_repeat", "significant_digits"]


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
    edge = np.flatnonzero(np.concatenate([[True], value[1:] != value[:-1], [True]]))
    length = np.diff(edge)
    longest = int(np.argmax(length))
    return int(edge[longest]), int(length[longest])


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
