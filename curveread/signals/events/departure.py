"""Where a curve left its level for an event: the first point of the excursion that reaches it."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median
from curveread.signals.scale import mad_scale

_SIGMAS = 5.0
_FEWEST = 12


def departure(y: FloatArray, first: int, last: int, reach: int, noise: float = 0.0) -> int | None:
    """Return the index at which a curve left its own noise upward for an event.

    Parameters
    ----------
    y
        (n,) values on a scale on which the noise is even; +inf where the value is not a number.
    first, last
        Indices of the event's beginning and of where the curve must have moved at the latest.
    reach
        So many points before ``first`` an excursion that lasts into the event may have begun.
    noise
        Least noise scale that is believed.

    Returns
    -------
    int or None. The curve's level is that of the ``4 reach`` points before the reach, at their end, and rises on where
    they rise; what lies five of their noise scales above it, and three times their 95 % quantile, has left. The
    excursion is the first that touches ``first - 2`` to ``last``, followed backwards over gaps of at most one point.
    None where the curve did not move there, where fewer than a dozen points tell its noise, or where it had moved
    before the reach.
    """
    begin = max(0, first - reach)
    base = y[max(0, begin - 4 * reach) : begin]
    base = base[np.isfinite(base)]
    if base.size < _FEWEST or first >= y.size:
        return None
    half = base.size // 2
    slope = float(np.median(base[half:]) - np.median(base[:half])) / (base.size - half)
    middle = (base.size - 1) / 2.0
    line = median(base) + slope * (np.arange(base.size) - middle)
    rest = base - line
    limit = max(_SIGMAS * max(mad_scale(rest), noise), 3.0 * float(np.quantile(rest, 0.95)))
    stop = min(last, y.size - 1) + 1
    # A curve that falls may level out: only a rise is expected to go on.
    end = max(float(line[-1]), median(base[-max(3, base.size // 4) :]))
    expected = end + max(slope, 0.0) * np.arange(1, stop - begin + 1)
    high = np.flatnonzero(y[begin:stop] > expected + limit)
    if high.size == 0:
        return None
    starts = np.flatnonzero(np.diff(high, prepend=high[0] - 3) > 2)
    ends = np.append(starts[1:], high.size) - 1
    touching = np.flatnonzero(high[ends] >= first - 2 - begin)
    if touching.size == 0:
        return None
    at = int(high[starts[touching[0]]])
    return begin + at if at > 0 else None
