"""Shares of spikes as other projects define them, so that runs can be compared with published figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["above_recent", "olmo2_spike_score", "olmo_core_spike_score", "recent"]

_Float = NDArray[np.float64]


def recent(value: _Float, window: int, least: int) -> tuple[_Float, _Float]:
    """Return mean and standard deviation of the values before each point.

    Parameters
    ----------
    value
        (n,) values; those that are not finite do not count.
    window
        At most so many points before it.
    least
        NaN where fewer finite ones are before it.

    Returns
    -------
    (n,) mean and (n,) population standard deviation. O(n), by sums of the values less their median.
    """
    ok = np.isfinite(value)
    centre = float(np.median(value[ok])) if ok.any() else 0.0
    width = float(np.median(np.abs(value[ok] - centre))) if ok.any() else 0.0
    # One value of 1e30 would swallow the sums of all that follow it: it is as far away at a million widths.
    far = 1e6 * width if width > 0.0 else np.inf
    x = np.where(ok, np.clip(np.where(ok, value, centre) - centre, -far, far), 0.0)
    end = np.arange(value.size)
    begin = np.maximum(end - window, 0)

    def total(a: _Float) -> _Float:
        s = np.concatenate([[0.0], np.cumsum(a)])
        return np.asarray(s[end] - s[begin])

    count = total(ok.astype(np.float64))
    enough = count >= max(least, 1)
    safe = np.maximum(count, 1.0)
    mean = np.where(enough, total(x) / safe, np.nan)
    variance = np.maximum(total(x**2) / safe - mean**2, 0.0)
    return mean + centre, np.sqrt(variance)


def above_recent(value: _Float, window: int, times: float, *, both_sides: bool = False) -> NDArray[np.bool_]:
    """Return where a value leaves the mean of the values before it by ``times`` of their standard deviations.

    Parameters
    ----------
    value
        (n,) values.
    window
        Points before it; at least half as many must be there.
    times
        Standard deviations.
    both_sides
        Also below the mean.
    """
    mean, sd = recent(value, window, window // 2)
    off = np.where(np.isfinite(value), value, np.nan) - mean
    return np.asarray(((np.abs(off) if both_sides else off) > times * sd) & (sd > 0))


def olmo2_spike_score(value: _Float) -> float | None:
    """Return the share of points at least 7 standard deviations from the mean of the last 1,000, in percent.

    Parameters
    ----------
    value
        (n,) values of a loss or a gradient norm, a point a step.

    Returns
    -------
    float, None where fewer than 1,000 points could be judged. Source: OLMo Team, "2 OLMo 2 Furious", arXiv:2501.00656,
    section 3 ("spike score").
    """
    return _score(value, 1000, 7.0, both_sides=True)


def olmo_core_spike_score(value: _Float) -> float | None:
    """Return the share of points more than 6 standard deviations above the mean of the last 128, in percent.

    Parameters
    ----------
    value
        (n,) values of a loss or a gradient norm, a point a step.

    Returns
    -------
    float, None where fewer than 128 points could be judged. Source: allenai/OLMo-core,
    ``train/callbacks/stability_monitor.py`` (its cumulative score).
    """
    return _score(value, 128, 6.0, both_sides=False)


def _score(value: _Float, window: int, times: float, *, both_sides: bool) -> float | None:
    judged = value.size - window // 2
    if judged < window:
        return None
    return 100.0 * float(above_recent(value, window, times, both_sides=both_sides).sum()) / judged
