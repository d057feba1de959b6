"""Trend and noise between the places where a curve steps to another level: a median window that spans one blurs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.signals.decomposition import Decomposition, decompose
from curveread.signals.events.change import offset_at
from curveread.signals.levels import split_point

_SURE = 6.0
"""A step is one when it is so many standard errors high."""
_LASTS = 0.5
"""So much of its height the trend has kept half a window later."""
_HEAD, _CLEAR = 3, 3.0
"""Points of which the narrowest window sees one side only, and by how many noise scales the trend is wrong there."""
_LEAST = 10
"""Fewest points between two steps."""
_WIDEST = 60
"""A rise that takes more points than this is a slope, which a trend can follow."""


def steps_near(parts: Decomposition, places: Iterable[int]) -> IntArray:
    """Return where a curve steps to another level, at or near places that are known.

    Parameters
    ----------
    parts
        The curve.
    places
        Indices at which something happened to it; those where its level goes on are left out.

    Returns
    -------
    (k,) int64, ascending: the first point of each new level. O(1) for each place.
    """
    y, n = parts.y, parts.y.size
    reach = int(np.clip(parts.window // 2, _LEAST, _WIDEST))
    found: list[int] = []
    for place in sorted(set(places)):
        low, high = max(place - reach // 2, 0), min(place + reach // 2, n)
        at = split_point(y, low, high)
        if not _LEAST <= at <= n - _LEAST or (found and at - found[-1] < _LEAST):
            continue
        step = offset_at(y, float(parts.scale_at(at)), parts.correlation, at, reach)
        # A level lasts; a spike that comes back is narrower than the median's window, which does not follow it.
        after, before = parts.trend[min(at + parts.window // 2, n - 1)], parts.trend[max(at - parts.window // 2, 0)]
        if abs(step.size) > _SURE * step.error and (after - before) / step.size > _LASTS:
            found.append(at)
    return np.array(found, dtype=np.int64)


def parted(parts: Decomposition, cuts: IntArray) -> Decomposition:
    """Return the decomposition with trend and noise made for each stretch between ``cuts`` by itself. O(n).

    Parameters
    ----------
    parts
        Of the whole curve.
    cuts
        (k,) ascending indices at which a new level begins.
    """
    edges = [0, *cuts.tolist(), parts.value.size]
    pieces = [decompose(parts.value[a:b], parts.transform) for a, b in pairwise(edges)] if cuts.size else [parts]
    trend = np.concatenate([_begun(piece) for piece in pieces])
    return replace(parts, trend=trend, scale_at=np.concatenate([piece.scale for piece in pieces]).__getitem__)


def _begun(piece: Decomposition) -> FloatArray:
    """Return a trend that begins where its curve does: of a steep beginning, half a window is a shelf."""
    y, trend = piece.y, piece.trend.copy()
    head = np.diff(y[: _HEAD + 1])
    if (
        head.size == _HEAD
        and (head > 0).all() | (head < 0).all()
        and abs(y[0] - trend[0]) > _CLEAR * float(piece.scale_at(0))
    ):
        trend[:_HEAD] = [np.median(y[: 2 * i + 1]) for i in range(_HEAD)]
    return trend
