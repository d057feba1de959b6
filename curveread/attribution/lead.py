"""When a curve left its noise for an event, and which of two did so first."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView
from curveread.findings.finding import Finding
from curveread.findings.lead import Lead, Moved, lead_of
from curveread.signals.events.departure import departure


class Watched:
    """A curve that may move first, judged by its own noise.

    What is not a measurement (NaN, ±Inf, a masked zero) counts as infinitely high.
    """

    def __init__(self, view: CurveView) -> None:
        self.view = view
        self._moved: dict[tuple[int, int], Moved | None] = {}

    @cached_property
    def height(self) -> FloatArray:
        """(n,) values on their even scale, +inf where there is no measurement."""
        if bool(self.view.usable.all()):
            return self.view.parts.y
        out = np.full(len(self.view.curve), np.inf)
        out[self.view.usable] = self.view.parts.y
        return out

    def moved(self, first: int, last: int) -> Moved | None:
        """Return where the curve left its noise for an event.

        Parameters
        ----------
        first, last
            Step at which the event begins, and step by which the curve must have moved; the curve is given at least
            a hundredth of its points after ``first`` where ``last`` is closer.
        """
        if (first, last) not in self._moved:  # a loss is set against one curve after another
            self._moved[first, last] = self._left(first, last)
        return self._moved[first, last]

    def _left(self, first: int, last: int) -> Moved | None:
        step = self.view.curve.step
        if step.size == 0:
            return None
        begin = int(np.searchsorted(step, first))
        end = max(int(np.searchsorted(step, last, side="right")) - 1, begin)
        reach = int(np.clip(step.size // 50, 10, 200))
        at = departure(self.height, begin, end, reach, 0.5 * self.view.parts.noise)
        if at is None:
            return None
        return Moved(self.view.tag, int(step[at - 1]), int(step[at]))


def lead_at(finding: Finding, loss: Watched, other: Watched) -> Lead | None:
    """Return which of the training loss and another curve moved first at a finding; None where one did not move."""
    first = finding.first_step
    if first is None:
        return None
    brief = finding.rule in ("loss-spike", "outlier-batch")
    peak = finding.peak_step if brief and finding.peak_step is not None else first
    cadence = max(loss.view.cadence, other.view.cadence)
    last = int(peak + (2 if brief else 10) * cadence)
    a, b = loss.moved(first, last), other.moved(first, last)
    return lead_of(a, b) if a is not None and b is not None else None
