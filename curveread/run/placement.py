"""Placement: where the steps of a log lie on another axis, between known places by interpolation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray
from curveread.run.equality import ByValue
from curveread.run.model import Run


@dataclass(frozen=True, slots=True, eq=False)
class Placement(ByValue):
    """Steps of a log and the places they have on another axis.

    Parameters
    ----------
    run
        The run by the steps of its log: what the checks judge.
    step, value
        (n,) known steps, non-decreasing, and their places; of several places of one step the last holds.
    lowest
        No place before the first known one is below it.
    whole
        Whether places are whole numbers (tokens, seconds) or keep their fractions (epochs).
    """

    run: Run
    step: IntArray
    value: FloatArray
    lowest: float = 0.0
    whole: bool = True

    def __repr__(self) -> str:
        return f"<Placement of {self.run.name!r}: {self.step.size} known steps>"

    def between(self, step: NDArray[Any]) -> FloatArray:
        """Return the place of each step, (n,) float64; outside of the known ones go on at the average pace."""
        last = np.append(self.step[1:] != self.step[:-1], True)
        x, y = self.step[last].astype(np.float64), self.value[last]
        pace = (y[-1] - y[0]) / (x[-1] - x[0]) if x.size > 1 else 0.0
        at = np.interp(step, x, y)
        at = np.where(step > x[-1], y[-1] + (step - x[-1]) * pace, at)
        out: FloatArray = np.where(step < x[0], np.maximum(y[0] + (step - x[0]) * pace, self.lowest), at)
        return out

    def rounded(self, place: FloatArray) -> NDArray[Any]:
        """Return places as the axis counts them: whole numbers, or with their fractions."""
        return np.floor(place + 1e-9).astype(np.int64) if self.whole else place

    def at(self, step: int) -> int:
        """Return the place of one step; an ``int`` but for an axis of fractions."""
        place: int = self.rounded(self.between(np.array([step])))[0].item()
        return place
