"""What a learning rate does: constant, falling, or neither; since when, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.signals.median import median
from curveread.signals.reduction import knots

_GRID = 400


class Course(NamedTuple):
    """The course of a learning rate, as shares of its peak.

    Parameters
    ----------
    kind
        ``constant``, ``falling`` (on a line or a cosine, or by a law without an end) or ``unclear`` (cycles, too).
    regime
        Step at which the present course began: the end of the last jump or rise; the first step without one.
    now
        Rate at the end.
    end
        Step at which a falling rate arrives, None where it has no end or is not falling.
    step, rate
        (k,) steps and rates so far, thinned.
    ahead
        The rate at later steps, while the course goes on as it is.
    """

    kind: str
    regime: float
    now: float
    end: float | None
    step: FloatArray
    rate: FloatArray
    ahead: Callable[[FloatArray], FloatArray]

    def at(self, step: FloatArray) -> FloatArray:
        """Return the rate at any steps, past or to come."""
        return np.asarray(np.where(step <= self.step[-1], np.interp(step, self.step, self.rate), self.ahead(step)))

    def summed(self, step: FloatArray) -> FloatArray:
        """Return the rate summed from the first step to each of ``step``: progress in units of the peak rate."""
        last = max(float(step.max()), float(self.step[-1]))
        grid = np.linspace(float(self.step[0]), last, 4000)
        rate = self.at(grid)
        total = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(grid))])
        return np.asarray(np.interp(step, grid, total))


def course_of(step: FloatArray, rate: FloatArray) -> Course | None:
    """Return the course of a learning rate.

    Parameters
    ----------
    step, rate
        (n,) finite, in the order of steps.

    Returns
    -------
    Course, or None for fewer than 5 points or a rate that was never above 0. O(n).

    Notes
    -----
    On a grid of 400 steps. A jump is a change of more than 5 % of the rate that is 4 times as large as those around it;
    a rise counts when it comes after the first fall. A fall is a line, a cosine to a floor, an exponential or a power
    of the step when the rate follows it within 1 % of the peak.

    Examples
    --------
    >>> step = np.arange(500.0)
    >>> course_of(step, 1.0 + np.cos(step * np.pi / 1000.0)).kind
    'falling'
    """
    if step.size < 5 or not float(rate.max()) > 0.0 or step[-1] <= step[0]:
        return None
    grid = np.linspace(float(step[0]), float(step[-1]), _GRID)
    level = np.interp(grid, step, rate / float(rate.max()))
    begin = _regime(level)
    now = float(level[-1])
    regime = float(grid[begin])
    tail = level[begin:]
    if tail.size < 8:
        return Course("unclear", regime, now, None, grid, level, lambda s: np.full(s.shape, now))
    if _rises(level) > 1:
        return Course("unclear", regime, now, None, grid, level, lambda s: np.full(s.shape, now))
    recent = tail[-max(8, tail.size // 8) :]
    if float(np.ptp(recent)) <= 0.005 * max(now, 0.02):
        away = np.flatnonzero(np.abs(level - now) > max(0.1 * now, 0.002))
        settled = int(away[-1]) + 1 if away.size else 0
        if settled > 0.1 * level.size:  # else it is the end of the warmup
            regime = max(regime, float(grid[settled]))
        return Course("constant", regime, now, None, grid, level, lambda s: np.full(s.shape, now))
    top = begin + int(np.flatnonzero(tail >= 0.9999 * float(tail.max()))[-1])
    for shape in (_line, _cosine, _exponential, _power):
        found = shape(grid[top:], level[top:])
        if found is not None:
            ahead, end = found
            return Course("falling", regime, now, end, grid, level, ahead)
    return Course("unclear", regime, now, None, grid, level, lambda s: np.full(s.shape, now))


def _regime(level: FloatArray) -> int:
    """Return the first index of the present course."""
    d = np.diff(level)
    peak = int(np.argmax(level >= 0.98 * float(level.max())))
    first = 0
    for i in np.flatnonzero((np.abs(d) > 0.02 * np.maximum(level[:-1], 0.02)) & (np.arange(d.size) > peak)):
        around = np.abs(np.concatenate([d[max(peak, i - 8) : max(peak, i - 2)], d[i + 3 : i + 9]]))
        usual = median(around) if around.size else 0.0
        jump = abs(d[i]) > 0.05 * max(level[i], 0.02) and abs(d[i]) > 4.0 * usual
        if jump or d[i] > 0.0:
            first = int(i) + 1
    return first


def _rises(level: FloatArray) -> int:
    """Return how often the rate came up again by 5 % of its peak after it had come down as far."""
    low = high = float(level[0])
    count, rising = 0, True
    for value in level[int(np.argmax(level >= 0.98 * float(level.max()))) :].tolist():
        low, high = min(low, value), max(high, value)
        if rising and value < high - 0.05:
            rising, low = False, value
        elif not rising and value > low + 0.05:
            rising, high, count = True, value, count + 1
    return count


_Shape = tuple[Callable[[FloatArray], FloatArray], "float | None"]


def _line(x: FloatArray, y: FloatArray) -> _Shape | None:
    if x.size < 8:
        return None
    slope, start = np.polyfit(x - x[-1], y, 1)
    if slope >= 0.0 or not _follows(y, start + slope * (x - x[-1])):
        return None
    end = float(x[-1] - start / slope)
    return (lambda s: np.maximum(start + slope * (s - x[-1]), 0.0)), end


def _cosine(x: FloatArray, y: FloatArray) -> _Shape | None:
    """Fit c + a cos(pi (x - x0) / length) on grids: x0 from step 0 on, the length up to six times what is there.

    A cosine begins so flat that its first step cannot be read off it.
    """
    if x.size < 8 or x[-1] <= x[0]:
        return None
    thin = knots(x.size, 80)
    place, level = x[thin], y[thin]
    best: tuple[float, float, float, float, float] | None = None
    for x0 in np.linspace(0.0, float(x[0]), 5):
        length = (x[-1] - x0) * np.concatenate([np.linspace(1.0, 2.0, 201), np.linspace(2.02, 6.0, 100)])
        wave = np.cos(np.pi * (place - x0)[None, :] / length[:, None])
        mean = wave.mean(axis=1, keepdims=True)
        a = ((wave - mean) @ (level - level.mean())) / ((wave - mean) ** 2).sum(axis=1)
        c = level.mean() - a * mean[:, 0]
        chi = ((c[:, None] + a[:, None] * wave - level[None, :]) ** 2).sum(axis=1)
        i = int(chi.argmin())
        if best is None or float(chi[i]) < best[0]:
            best = float(chi[i]), float(x0), float(length[i]), float(a[i]), float(c[i])
    assert best is not None
    _, x0, span, a_, c_ = best

    def law(s: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(c_ + a_ * np.cos(np.pi * np.minimum((s - x0) / span, 1.0)), 0.0))

    if a_ <= 0.0 or c_ - a_ < -0.08 or not _follows(y, law(x)):
        return None
    return law, float(x0 + span)


def _exponential(x: FloatArray, y: FloatArray) -> _Shape | None:
    if x.size < 8 or float(y.min()) <= 0.0:
        return None
    slope, start = np.polyfit(x - x[-1], np.log(y), 1)
    if slope >= 0.0 or not _follows(y, np.exp(start + slope * (x - x[-1]))):
        return None
    return (lambda s: np.exp(start + slope * (s - x[-1]))), None


def _power(x: FloatArray, y: FloatArray) -> _Shape | None:
    if x.size < 8 or float(y.min()) <= 0.0 or x[0] <= 0.0:
        return None
    slope, start = np.polyfit(np.log(x / x[-1]), np.log(y), 1)
    if slope >= 0.0 or not _follows(y, np.exp(start) * (x / x[-1]) ** slope):
        return None
    return (lambda s: np.exp(start) * (s / x[-1]) ** slope), None


def _follows(y: FloatArray, law: FloatArray) -> bool:
    return float(np.abs(y - law).max()) <= 0.02 and float(np.sqrt(np.mean((y - law) ** 2))) <= 0.01
