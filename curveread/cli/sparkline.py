"""A curve in a few characters."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(value: FloatArray, width: int = 16) -> str:
    """Return the values as a line of at most ``width`` bars, each the median of an equal share of the points.

    It is ``×`` where a share holds no finite value. Values over three decades are drawn on a logarithmic scale.
    """
    n = min(width, value.size)
    if n == 0:
        return ""
    shares = [part[np.isfinite(part)] for part in np.array_split(value, n)]
    return bars(np.array([np.median(s) if s.size else np.inf for s in shares]))


def bars(level: FloatArray) -> str:
    """Return a bar for each level; ``×`` for ±Inf, a space for NaN.

    Values over three decades are drawn on a logarithmic scale.
    """
    known = level[np.isfinite(level)]
    if known.size and known.min() > 0 and np.log10(known.max()) - np.log10(known.min()) > 3:
        level, known = np.log10(level), np.log10(known)
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    drawn = np.where(np.isfinite(level), level, low)
    # halves first: the range of two large floats may overflow
    share = (drawn / 2 - low / 2) / (high / 2 - low / 2) if high > low else np.zeros(level.size)
    index = np.clip(share * 7.999, 0, 7).astype(int)
    return "".join(
        " " if np.isnan(v) else _BARS[i] if np.isfinite(v) else "×" for i, v in zip(index, level, strict=True)
    )
