"""Spike scores by their definitions: one loop over the points."""

from __future__ import annotations

import numpy as np


def spike_score(value: np.ndarray, window: int, times: float, both_sides: bool) -> float | None:
    """Return the share, in percent, of points that leave the mean of the finite ones among the ``window`` before."""
    hits = 0
    for i, x in enumerate(value):
        before = value[max(0, i - window) : i]
        before = before[np.isfinite(before)]
        if before.size < window // 2 or not np.isfinite(x):
            continue
        off, sd = x - before.mean(), before.std()
        hits += sd > 0 and (abs(off) if both_sides else off) > times * sd
    judged = value.size - window // 2
    return 100.0 * hits / judged if judged >= window else None
