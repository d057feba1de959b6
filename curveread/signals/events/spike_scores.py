"""Shares of spikes as other projects define them, so that runs can be compared with published figures."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray, FloatArray
from curveread.signals.median import median


class _Sums:
    """Sums of a curve's finite values up to each point, so that every window costs a difference.

    Parameters
    ----------
    value
        (n,) values.
    """

    def __init__(self, value: FloatArray) -> None:
        ok = np.isfinite(value)
        x = value if ok.all() else value[ok]
        self.value = value
        self.centre = median(x) if x.size else 0.0
        x = value - self.centre
        x[~ok] = 0.0
        width = median(np.abs(x))
        if width > 0.0:
            # One value of 1e30 would swallow the sums of all that follow it: it is as far away at a million widths.
            np.clip(x, -1e6 * width, 1e6 * width, out=x)
        self.count = None if ok.all() else np.concatenate([[0.0], np.cumsum(ok)])
        self.first = np.concatenate([[0.0], np.cumsum(x)])
        self.second = np.concatenate([[0.0], np.cumsum(np.square(x, out=x))])

    def before(self, window: int, least: int) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of up to ``window`` values before each point; NaN below ``least``."""
        n = self.value.size

        def total(s: FloatArray) -> FloatArray:
            out = s[:n].copy()
            out[window:] -= s[: max(n - window, 0)]
            return out

        count = np.minimum(np.arange(n, dtype=np.float64), window) if self.count is None else total(self.count)
        safe = np.maximum(count, 1.0)
        mean = total(self.first) / safe
        variance = total(self.second) / safe - mean**2
        mean[count < max(least, 1)] = np.nan
        return mean + self.centre, np.sqrt(np.maximum(variance, 0.0, out=variance))


def recent(value: FloatArray, window: int, least: int) -> tuple[FloatArray, FloatArray]:
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
    return _Sums(value).before(window, least)


def _above(sums: _Sums, window: int, times: float, *, both_sides: bool) -> BoolArray:
    mean, sd = sums.before(window, window // 2)
    with np.errstate(invalid="ignore"):
        off = sums.value - mean
    off[~np.isfinite(sums.value)] = np.nan
    return np.asarray(((np.abs(off) if both_sides else off) > times * sd) & (sd > 0))


def spike_scores(value: FloatArray) -> dict[str, float]:
    """Return a curve's spike scores, in percent of its points.

    Parameters
    ----------
    value
        (n,) values of a loss or a gradient norm, a point a step.

    Returns
    -------
    dict
        ``olmo2_spike_score``: the share of points at least 7 standard deviations from the mean of the last 1,000 (OLMo
        Team, "2 OLMo 2 Furious", arXiv:2501.00656, section 3). ``olmo_core_spike_score``: the share more than 6
        standard deviations above the mean of the last 128 (allenai/OLMo-core,
        ``train/callbacks/stability_monitor.py``, its cumulative score). Points are judged from half a window on; a
        score is left out where fewer of them than its window could be.
    """
    judged = {name: value.size - window // 2 for name, window, _, _ in _SCORES if value.size >= 1.5 * window}
    if not judged:
        return {}
    sums = _Sums(value)
    return {
        name: 100.0 * float(_above(sums, window, times, both_sides=both).sum()) / judged[name]
        for name, window, times, both in _SCORES
        if name in judged
    }


_SCORES = (("olmo2_spike_score", 1000, 7.0, True), ("olmo_core_spike_score", 128, 6.0, False))
