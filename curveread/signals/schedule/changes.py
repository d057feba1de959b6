"""What a learning rate does: where it warms up, stays, falls, drops or jumps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray, IntArray

_JUMP = 1.25
"""Ratio of two neighbouring values from which on a change is sudden, when it is also ``_LONE`` times its neighbours."""
_LONE = 4.0
_EDGES = 1000
_FEW = 12
"""More stretches than this are not a schedule that words could describe."""


class RateStretch(NamedTuple):
    """A stretch in which a rate goes one way.

    Parameters
    ----------
    first, last
        Indices of its ends.
    way
        1 rising, 0 constant, -1 falling.
    """

    first: int
    last: int
    way: int


@dataclass(frozen=True, slots=True)
class RateChange:
    """A place where a rate begins to do something else.

    Parameters
    ----------
    index
        First point of what is new; of a jump or drop the first point after it.
    kind
        ``warm`` (the warm-up is over), ``fall``, ``rest`` (it stops falling or rising), ``rise``, ``drop`` or ``jump``.
    before, after
        The rate on both sides: of a jump or drop the neighbouring points, else the point itself.
    """

    index: int
    kind: str
    before: float
    after: float

    @property
    def sudden(self) -> bool:
        """Whether it happened from one point to the next."""
        return self.kind in ("drop", "jump")


def _sudden(value: FloatArray) -> IntArray:
    """Return the indices of the first points after sudden changes."""
    top = float(value.max())
    level = np.maximum(value, 1e-3 * top)
    ratio = np.diff(np.log(level, out=level))
    np.abs(ratio, out=ratio)
    ratio[: max(2, value.size // 50)][value[: max(2, value.size // 50)] < 0.02 * top] = 0.0  # a warm-up's first steps
    far = np.flatnonzero(ratio > np.log(_JUMP))
    before = np.where(far > 0, ratio[far - 1], 0.0)
    after = np.where(far < ratio.size - 1, ratio[np.minimum(far + 1, ratio.size - 1)], 0.0)
    return far[ratio[far] > _LONE * np.maximum(before, after)] + 1


def stretches(value: FloatArray) -> list[RateStretch]:
    """Return the stretches of a rate between its sudden changes, in order.

    Parameters
    ----------
    value
        (n,) finite values, not negative.

    Returns
    -------
    list of RateStretch; empty for fewer than 3 points or a rate that is never above zero, and for one that changes
    direction more than a dozen times. O(n).
    """
    top = float(value.max()) if value.size else 0.0
    if value.size < 3 or top <= 0.0 or float(value.min()) < 0.0:
        return []
    cuts = [0, *_sudden(value).tolist(), value.size]
    if len(cuts) > 100:
        return []
    out = [s for a, b in pairwise(cuts) for s in _ways(value, a, b - 1, top)]
    return out if len(out) <= _FEW + len(cuts) else []


def _ways(value: FloatArray, first: int, last: int, top: float) -> list[RateStretch]:
    """Return the stretches between two indices without a sudden change between them."""
    if last <= first:
        return [RateStretch(first, last, 0)]
    delta = np.diff(value[first : last + 1])
    way = (delta > 1e-6 * top).astype(np.int8) - (delta < -1e-6 * top).astype(np.int8)
    edge = np.concatenate([[0], np.flatnonzero(np.diff(way)) + 1, [way.size]])
    if edge.size > _EDGES:  # a rate that trembles, or rounded so coarsely that it is a stair: look at it from further
        at = np.linspace(first, last, _EDGES // 2).round().astype(np.int64)
        return [RateStretch(int(at[s.first]), int(at[s.last]), s.way) for s in _ways(value[at], 0, at.size - 1, top)]
    out: list[RateStretch] = []
    for a, b in pairwise(edge.tolist()):
        net = abs(float(value[first + b] - value[first + a]))
        new = RateStretch(first + a, first + b, int(way[a]))
        short = b - a < 3 and net < 0.02 * top
        if out and (short or out[-1].way == new.way):
            out[-1] = RateStretch(out[-1].first, new.last, out[-1].way)
        else:
            out.append(new)
    return _settled(out, value, top)


def _settled(parts: list[RateStretch], value: FloatArray, top: float) -> list[RateStretch]:
    """Return stretches whose ways are those of their ends: rounding makes stairs of a slope, and flats of its top."""
    least = max(3, value.size // 50)
    out: list[RateStretch] = []
    for part in parts:
        net = float(value[part.last] - value[part.first])
        way = part.way if part.way and abs(net) > 1e-6 * top else int(np.sign(net)) if abs(net) > 0.005 * top else 0
        if out and (out[-1].way == way or (way == 0 and part.last - part.first < least)):
            out[-1] = RateStretch(out[-1].first, part.last, out[-1].way)
        elif out and out[-1].way == 0 and out[-1].last - out[-1].first < least:
            out[-1] = RateStretch(out[-1].first, part.last, way)
        else:
            out.append(RateStretch(part.first, part.last, way))
    return out


def warms_up(value: FloatArray, part: RateStretch) -> bool:
    """Return whether a stretch is a warm-up: a rise at the head, to at least twice the first value, not for long."""
    rises = part.way == 1 and part.first == 0 and part.last <= value.size // 2
    return rises and float(value[part.last]) >= 2.0 * float(value[0])


def changes(value: FloatArray) -> list[RateChange]:
    """Return where a rate begins to do something else, in order.

    Parameters
    ----------
    value
        (n,) finite values, not negative.

    Returns
    -------
    list of RateChange; empty for a rate that only stays or only falls. O(n).

    Examples
    --------
    >>> [(c.index, c.kind) for c in changes(np.repeat([1e-3, 1e-4], 50))]
    [(50, 'drop')]
    """
    parts = stretches(value)
    out: list[RateChange] = []
    for old, new in pairwise(parts):
        before, after = float(value[old.last]), float(value[new.first])
        if new.first > old.last:
            out.append(RateChange(new.first, "jump" if after > before else "drop", before, after))
        elif warms_up(value, old):
            out.append(RateChange(old.last, "warm", before, before))
        if new.first == old.last and new.way != old.way and not (out and out[-1].index == new.first):
            kind = {1: "rise", 0: "rest", -1: "fall"}[new.way]
            out.append(RateChange(new.first, kind, before, after))
    return out
