"""Which logs of a folder are clearly of other runs: values at a few common steps, all logs compared at once.

Comparing every two of some hundred logs point by point would take minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from curveread.arrays import BoolArray, FloatArray
from curveread.run.model import Curve

_FEWEST = 16
"""Logs from which the comparison pays."""
_MOST_NAMES, _MOST_STEPS = 8, 48
_COMMON = 3
"""Steps that two logs must share to tell anything."""


def _places(size: int) -> list[int]:
    """Return positions at which curves are probed: dense at the begin, where logs of any length share steps."""
    out, gap = list(range(min(size, 4))), 2
    while out and out[-1] + gap < size:
        out += [p for p in (out[-1] + gap, out[-1] + 2 * gap) if p < size]
        gap *= 2
    return out


class Apart:
    """Compares logs by the values of equally named curves at equal steps."""

    def __init__(self, logs: Sequence[Mapping[str, Curve]]) -> None:
        self.count = len(logs)
        self.values: list[FloatArray] = []
        if self.count >= _FEWEST:
            names = {n: sum(n in log for log in logs) for log in logs for n in log}
            shared = sorted((n for n, k in names.items() if k > 1), key=lambda n: (-names[n], n))
            self.values = [_probed([log.get(name) for log in logs]) for name in shared[:_MOST_NAMES]]

    def from_(self, log: int) -> BoolArray:
        """Return (logs,) bool: which are surely of another run than ``log``.

        A log is where a curve differs from the same curve of ``log`` by more than half a percent at two thirds of the
        common steps that were looked at.
        """
        out = np.zeros(self.count, bool)
        for values in self.values:
            mine = values[log]
            common = np.isfinite(values) & np.isfinite(mine)
            with np.errstate(invalid="ignore"):
                far = np.abs(values - mine) > 0.005 * (np.abs(values) + np.abs(mine)) + 1e-3
            shared, differ = common.sum(axis=1), (far & common).sum(axis=1)
            out |= (shared >= _COMMON) & (3 * differ >= 2 * shared)
        return out


def _probed(curves: Sequence[Curve | None]) -> FloatArray:
    """Return (curves, steps) values at the steps that most curves have, NaN where one has none."""
    steps = [c.step[_places(len(c))] for c in curves if c is not None]
    distinct, count = np.unique(np.concatenate(steps), return_counts=True)
    chosen = np.sort(distinct[np.argsort(-count, kind="stable")[:_MOST_STEPS]])
    out = np.full((len(curves), chosen.size), np.nan)
    for row, curve in zip(out, curves, strict=True):
        if curve is not None and len(curve):
            at = np.minimum(np.searchsorted(curve.step, chosen, side="right"), len(curve)) - 1
            there = (at >= 0) & (curve.step[at] == chosen)
            row[there] = curve.value[at[there]]
    return out
