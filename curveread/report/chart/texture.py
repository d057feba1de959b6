"""Where a panel is full: places along its lines, so that texts can keep off them."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.report.chart.spec import ChartSpec, Panel

_SAMPLES = 400
RULES = {"samples": _SAMPLES}
""":mod:`labels` says what for."""


def busy(spec: ChartSpec, panel: Panel, width: float, height: float) -> FloatArray:
    """Return (m, 2) places, x and y downwards from the upper left corner, along the strong lines of a panel."""
    grid = np.linspace(0.0, 1.0, _SAMPLES)
    parts = []
    for line in panel.lines:
        fx, fy = spec.x.fraction(line.x), np.clip(panel.y.fraction(line.y), 0.0, 1.0)
        good = np.isfinite(fx) & np.isfinite(fy)
        if line.kind in ("raw", "sparse") or not good.any():
            continue
        inside = grid[(grid >= fx[good][0]) & (grid <= fx[good][-1])]
        y = np.interp(inside, fx[good], fy[good])
        parts.append(np.column_stack((inside * width, (1 - y) * height)))
    return np.concatenate(parts) if parts else np.empty((0, 2))
