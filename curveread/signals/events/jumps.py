"""Lasting steps of a curve: where the level before and the level after differ by more than noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.levels import split_point
from curveread.signals.trend import blocks_of


@dataclass(frozen=True, slots=True)
class Jump:
    """A step between two levels.

    Parameters
    ----------
    index
        The first point of the new level.
    size
        New level minus old, on the scale that was given.
    z
        Size in standard errors.
    before
        Level before the step.
    """

    index: int
    size: float
    z: float
    before: float


_FLOOR = 6.0
"""Smallest size in standard errors."""
_LEFT, _RIGHT = 6, 4
"""Blocks compared before and after."""


def jumps(y: FloatArray, scale: FloatArray, correlation: float) -> list[Jump]:
    """Return the steps of a curve, up and down, in order; a steep steady slope counts as steps in its direction.

    Parameters
    ----------
    y, scale
        (n,) values and local noise scale.
    correlation
        Points per independent piece of noise.

    Returns
    -------
    list of Jump. The medians of six blocks before and four after each block edge are compared, at 200, 100 and 50
    blocks, so that small steps that last are found as well as large short ones; of steps closer than a window the
    clearest is kept. O(n).

    Examples
    --------
    >>> y = np.repeat([1.0, 3.0], 500)
    >>> [(found.index, round(found.size, 1)) for found in jumps(y, np.full(1000, 0.1), 1.0)]
    [(500, 2.0)]
    """
    found: list[Jump] = []
    for most in (200, 100, 50):
        blocks = blocks_of(y, scale, correlation, most=most)
        k = len(blocks)
        if k < _LEFT + _RIGHT + 2:
            continue
        view = np.lib.stride_tricks.sliding_window_view
        before = view(blocks.median, _LEFT)[: k - _LEFT - _RIGHT + 1]
        after = view(blocks.median, _RIGHT)[_LEFT:]
        a, b = np.median(before, axis=1), np.median(after, axis=1)
        size = b - a
        error = 1.2533 * np.median(view(blocks.error, _LEFT)[: size.size], axis=1) * np.sqrt(1 / _LEFT + 1 / _RIGHT)
        z = np.divide(size, error, out=np.zeros_like(size), where=error > 0)
        for i in _peaks(np.abs(z)):
            edge = i + _LEFT
            index = split_point(y, int(blocks.edge[edge - 2]), int(blocks.edge[min(edge + 2, k)]))
            found.append(Jump(index, float(size[i]), float(z[i]), float(a[i])))
    return _separate(found, max(10, y.size // 20))


def _peaks(x: FloatArray) -> list[int]:
    """Return indices of values above the floor that are the largest among the blocks that are compared."""
    out: list[int] = []
    left = np.flatnonzero(x > _FLOOR)
    for i in left[np.argsort(-x[left])]:
        if all(abs(int(i) - j) > _LEFT + _RIGHT for j in out):
            out.append(int(i))
    return sorted(out)


def _separate(found: list[Jump], distance: int) -> list[Jump]:
    """Return the clearest of jumps that lie closer than ``distance`` points."""
    out: list[Jump] = []
    for jump in sorted(found, key=lambda j: -abs(j.z)):
        if all(abs(jump.index - other.index) > distance for other in out):
            out.append(jump)
    return sorted(out, key=lambda j: j.index)
