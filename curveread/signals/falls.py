"""Falls of a curve that should rise: the largest against all others, whether it came back, and where it began.

The noise of a return is neither Gaussian nor independent, and its scale is not known. What a fall is measured by is the
curve itself: every other fall that it went through, and how far its level usually moves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import BoolArray, FloatArray
from curveread.signals.median import median
from curveread.signals.returns import stretch_means, trimmed
from curveread.signals.scale import MAD_TO_SIGMA

_SHARES = (0.02, 0.05, 0.1)
_LEAST = 20
_OTHERS, _MOVES = 2.0, 5.0
"""Times that a fall must be as large as any other, and as its level usually moves within as many points."""
_ALONE, _FEWER, _FEWEST = 4.0, 4.0, 2.5
"""A fall that is so many times as large as any other may be that fewer times as large as those moves; and the fewest
where it went as far below the beginning as the curve ever rose above it: a long fall is itself most of the moves."""
_ERRORS = 6.0
"""Standard errors of the difference of two means of the length of the stretches, outside the fall."""
_HELD = 3
"""Points in a row that must lie below."""
_FEW, _LOST, _LONG = 10, 0.8, 0.1
"""Points, and shares of the gain and of the curve: what was lost for how long is a wreck, whatever came before."""


class PassingFall(NamedTuple):
    """A fall that was won back.

    Parameters
    ----------
    best, low
        Level before it and lowest level within.
    gained
        The rise of the whole curve, by which it is to be measured.
    onset, lowest, back
        Indices: the first point that left the level, the middle of the lowest stretch, the first point half-way back.
    others
        Its size in units of the largest other fall of the curve.
    """

    best: float
    low: float
    gained: float
    onset: int
    lowest: int
    back: int
    others: float

    @property
    def share(self) -> float:
        """Share of what had been gained that was lost."""
        return (self.best - self.low) / self.gained


def start_of(value: FloatArray) -> float:
    """Return the level of the first episodes: of the first 2 and 5 % of the points the lower mean."""
    n = value.size
    return float(min(value[: max(1, n // 50)].mean(), value[: max(3, n // 20)].mean()))


def largest_fall(level: FloatArray, apart: int) -> tuple[float, int, int]:
    """Return the largest fall from a level to a later one at least ``apart`` behind: (size >= 0, from, to). O(n)."""
    if level.size <= apart:
        return 0.0, 0, 0
    top = np.maximum.accumulate(level)
    fall = top[:-apart] - level[apart:]
    to = int(fall.argmax()) + apart
    return max(float(fall.max()), 0.0), int(level[: to - apart + 1].argmax()), to


def passing_fall(value: FloatArray, least: float, bottom: float | None = None) -> PassingFall | None:
    """Return the largest fall that cost a share of what had been gained and was won back, None when there is none.

    Parameters
    ----------
    value
        (n,) finite values of a curve that should rise; of fewer than 20 nothing is said.
    least
        Share of the gain that must be lost.
    bottom
        The value of a curve that says that nothing was gained, where there is one: 0 for an accuracy. Without one it is
        the level of the first points, and what falls from there has nothing to lose.

    Returns
    -------
    PassingFall. Means of stretches are looked at, of one point, of three and of 2 to 10 % of the curve: the fall must
    be twice as large as any other of the curve and five times as large as the level usually moves within as many
    points (four times where it is four times as large as any other, 2.5 times where it moreover went as far below the
    beginning as the curve ever rose above it), beyond the noise of its points elsewhere, and hold for three of them.
    O(n).
    """
    if value.size < _LEAST:
        return None
    y = trimmed(value) if bottom is None else value
    widths = sorted({1, 3, *(max(3, int(share * y.size)) for share in _SHARES)})
    found = [fall for m in widths if (fall := _of_width(y, m, bottom)) is not None and fall.share >= least]
    return max(found, key=lambda f: f.share, default=None)


def sank_for_good(value: FloatArray) -> bool:
    """Return whether a curve that had risen lies near its start at the end, for longer than ever since it rose.

    However deep the dips of a return are, it comes back from them about as fast as before. It sank where its last tenth
    or more lies below half of its gain, twice as long as any stretch before did, on average by 80 % of what it had, and
    by six standard errors. ``value`` is (n,) and finite; of fewer than 10 nothing is said. O(n).
    """
    n = value.size
    if n < _FEW:
        return False
    y, m = trimmed(value), max(3, n // 50)
    start, best = start_of(y), float(stretch_means(y, max(3, n // 10)).max())
    high = np.flatnonzero(stretch_means(y, m) >= 0.5 * (start + best))
    if high.size < max(m, n // 20):
        return False
    since = n - m - int(high[-1])
    before = int(np.diff(high).max(initial=1)) - 1
    if since < max(_LONG * n, _FEW // 2, _OTHERS * before):
        return False
    height, low = y[int(high[0]) : n - since], y[-since:]
    fall = float(height.mean() - low.mean())
    error = float(np.sqrt(height.var() / height.size + low.var() / low.size))
    return fall >= max(_LOST * (float(height.mean()) - start), _ERRORS * error)


def _of_width(y: FloatArray, m: int, bottom: float | None) -> PassingFall | None:
    level = stretch_means(y, m)
    size, i, j = largest_fall(level, m)
    best, low = float(level[i]), float(level[j])
    returned = np.flatnonzero(level[j:] >= best - 0.5 * size)
    if size <= 0.0 or returned.size == 0:
        return None
    k = j + int(returned[0])
    others = max(largest_fall(level[: i + 1], m)[0], largest_fall(level[k:], m)[0])
    if size < _OTHERS * others:
        return None
    lowest = j + int(y[j : j + m].argmin())
    onset, end = _around(y < best - max(0.125 * size, others), lowest)
    if end - onset < _HELD:
        return None
    calm = np.concatenate([np.diff(y[:onset]), np.diff(y[min(k + m, y.size) :])])
    if size < _ERRORS * float(calm.std() if calm.size else 0.0) / np.sqrt(m):
        return None
    start = start_of(y) if bottom is None else bottom
    gained = float(level.max()) - start
    # The first means of a running mean are those of few episodes; and what was not won yet cannot be lost.
    if gained < _OTHERS * others or best - start < 0.5 * gained or (bottom is None and i < y.size // 20):
        return None
    alone, below = size >= _ALONE * others, size >= 2.0 * gained
    least = _MOVES if not alone else _FEWEST if below else _FEWER
    if size < least * _usual_move(level, max(m, j - onset + 1)):
        return None
    return PassingFall(best, low, gained, onset, j + m // 2, k + m // 2, size / others if others > 0.0 else np.inf)


def _usual_move(level: FloatArray, lag: int) -> float:
    """Return how far a level usually moves, up or down, within ``lag`` points: a standard deviation."""
    return MAD_TO_SIGMA * median(np.abs(level[lag:] - level[:-lag])) if lag < level.size else np.inf


def _around(inside: BoolArray, at: int) -> tuple[int, int]:
    """Return the first index of the stretch of true values around ``at`` and the one behind its last."""
    outside = np.flatnonzero(~inside)
    first, last = outside[outside < at], outside[outside > at]
    return (int(first[-1]) + 1 if first.size else 0), (int(last[0]) if last.size else inside.size)
