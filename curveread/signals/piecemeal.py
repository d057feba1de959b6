"""Long curves a stretch at a time, so that what is made of one on the way is not as long as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from curveread.arrays import FloatArray

AT_ONCE = 1 << 18
"""Values that are made or looked at side by side at a time."""
Made = Callable[[Any], FloatArray]
"""Makes the values at an index (a slice, or an array of places), so that no more than a stretch need be there."""


def whole(n: int, made: Made) -> FloatArray:
    """Return all n values, (n,), that ``made`` makes: what it needs to make them is there for a stretch alone."""
    out = np.empty(n)
    for i in range(0, n, AT_ONCE):
        out[i : i + AT_ONCE] = made(slice(i, min(i + AT_ONCE, n)))
    return out
