"""Curves that should rise and wander by nature, as the return of an episode does: where they began, whether they rose.

Values of single episodes are far from Gaussian; means of stretches are what counts, and a curve is measured by its own
wandering.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import quantile_of
from curveread.signals.piecemeal import AT_ONCE
from curveread.signals.scale import correlation_length
from curveread.signals.trend import kendall_score, kendall_spread, robust_trend

_SURE, _RISES, _FALLS = 2.5, 1.3, 2.33
"""Errors of a level and of a trend from which on a rise may be there: by chance in 3 % and in 10 % of flat curves; and
of a trend that falls: in 1 %."""
_SURER, _RISES_SURELY = 3.3, 2.58
"""The same for a rise that is certain though it is small: in 1 % and in 0.5 %."""
_NEARLY_NONE = 5.0
"""Percentile of the rest below which what a quick one began with lies."""


class Ascent(NamedTuple):
    """How far a curve rose above its beginning.

    Parameters
    ----------
    start, best, end
        Mean levels of the first tenth, of the highest tenth and of the last.
    early
        How far the median lies above the first hundredth, at least three points: what a quick one gained in no time.
    spread
        How far single values scatter: the distance of the 10th from the 90th percentile of a Gaussian as wide as they.
    error
        Standard error of the difference of two tenths, were the values independent.
    z
        How clearly any fifth lies above the first, in standard errors.
    trend
        Kendall's tau of the means of at most 40 stretches, no shorter than the noise is correlated, against their
        order, in standard deviations.
    quick
        Whether its first hundredth, at least three points, lies below nearly all that follows: learned in no time.
    low_sided
        Whether the values scatter downward only, as those of a learner at its ceiling do.
    one_by_one
        Whether neighbours lie about as far apart as any two values: single episodes, and no running mean of them.
    """

    start: float
    best: float
    end: float
    early: float
    spread: float
    error: float
    z: float
    trend: float
    quick: bool
    low_sided: bool
    one_by_one: bool

    @property
    def hidden(self) -> bool:
        """Whether what gain there is disappears in the scatter of the points."""
        gain, kept = self.best - self.start, self.end - self.start
        most, more = max(0.5 * self.spread, 3.0 * self.error), max(0.35 * self.spread, 1.5 * self.error)
        small = (gain <= most and kept <= more) or (gain <= self.spread and kept <= 0.0)
        return small and self.early <= 0.5 * self.spread and not self.low_sided

    @property
    def never(self) -> bool:
        """Whether it never rose: the gain is hidden, and none of it is certain."""
        return self.hidden and self.z < _SURE and self.trend < _RISES

    @property
    def rose(self) -> bool:
        """Whether it rose: a fifth, the course as a whole, all after the very first points; if little, for certain."""
        if self.hidden:
            return self.z >= _SURER or self.trend >= _RISES_SURELY
        return self.z >= _SURE or self.trend >= _RISES or self.early > 0.5 * self.spread > 0.0

    @property
    def surely_rose(self) -> bool:
        """Whether it rose beyond doubt: a fifth of it, the course as a whole, or all after the very first points."""
        if self.hidden:
            return self.rose
        return self.z >= _SURE or self.trend >= _RISES_SURELY or self.quick

    @property
    def fell(self) -> bool:
        """Whether it fell as a whole, and never stood clearly above where it began."""
        return self.trend < -_FALLS and self.z < _SURE


def trimmed(value: FloatArray) -> FloatArray:
    """Return the values cut at their 1st and 99th percentile, those of fewer than 50 as they are."""
    if value.size < 50:
        return value
    low, high = (quantile_of(value.size, value.__getitem__, share) for share in (0.01, 0.99))
    return np.clip(value, low, high)


def stretch_means(value: FloatArray, width: int) -> FloatArray:
    """Return the means of all stretches of ``width`` values: (n - width + 1,). O(n)."""
    centre = float(value.mean())
    total = np.zeros(value.size + 1)
    np.cumsum(np.subtract(value, centre, out=total[1:]), out=total[1:])
    means = total[:-width]
    for i in range(0, means.size, AT_ONCE):  # what lies behind is needed no more
        part = means[i : i + AT_ONCE]
        np.subtract(total[i + width :][: part.size], part, out=part)
        part /= width
        part += centre
    return means


def ascent_of(value: FloatArray) -> Ascent:
    """Measure how far (n,) finite values rose, n >= 10. O(n)."""
    y = trimmed(value)
    tenth, fifth = max(3, y.size // 10), max(4, y.size // 5)
    means = stretch_means(y, tenth)
    start, best, end = float(means[0]), float(means.max()), float(means[-1])
    means = stretch_means(y, fifth)
    top = int(means.argmax())
    rise = float(means[top] - means[0])
    del means
    residual = robust_trend(y)
    np.subtract(y, residual, out=residual)
    correlation = correlation_length(residual)
    del residual  # of a long curve each is a copy of it
    independent = max(fifth / correlation, 1.0)
    blocks = int(np.clip(y.size / correlation, 4, 40))
    means_of_blocks = np.array([part.mean() for part in np.array_split(y, blocks)])
    error = float(np.sqrt((y[:fifth].var() + y[top : top + fifth].var()) / independent))
    low, middle, high = (quantile_of(y.size, y.__getitem__, share) for share in (0.01, 0.5, 0.99))
    first = max(3, y.size // 100)
    return Ascent(
        start=start,
        best=best,
        end=end,
        early=float(middle - value[:first].mean()),
        spread=2.56 * float(y.std()),
        error=float(y.std()) * float(np.sqrt(2.0 / tenth)),
        z=rise / error if error > 0.0 else (np.inf if rise > 0.0 else 0.0),
        trend=kendall_score(means_of_blocks) / kendall_spread(blocks),
        quick=bool(value[:first].max() < np.percentile(value[first:], _NEARLY_NONE)),
        low_sided=bool(high - middle < 0.5 * (middle - low)),
        one_by_one=bool(np.diff(y).var() >= y.var()),  # twice as large where nothing ties neighbours to one another
    )
