"""Which curve moved first: gradient norm or loss, or the learning rate before both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Length, Tag, count
from curveread.findings.text import Text, text
from curveread.signals.events.departure import departure

__all__ = ["Lead", "Moved", "Watched", "lead_of"]


class Watched:
    """A curve that may move first, judged by its own noise.

    Parameters
    ----------
    view
        The curve. What is not a measurement (NaN, ±Inf, a masked zero) counts as infinitely high.
    """

    def __init__(self, view: CurveView) -> None:
        self.view = view

    @cached_property
    def height(self) -> FloatArray:
        """(n,) values on their even scale, +inf where there is no measurement."""
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


@dataclass(frozen=True, slots=True)
class Moved:
    """When a curve moved.

    Parameters
    ----------
    tag
        Which curve.
    still, at
        The last logged step at which it had not, and the first at which it had.
    """

    tag: str
    still: int
    at: int


@dataclass(frozen=True, slots=True)
class Lead:
    """Which of two curves moved first.

    Parameters
    ----------
    first, then
        The two, the earlier logged first.
    least, most
        By how many steps ``first`` moved before ``then``: what the points before and after the two places allow.
    """

    first: Moved
    then: Moved
    least: int
    most: int

    @property
    def known(self) -> bool:
        """Whether the order is certain."""
        return self.least > 0

    def sentence(self) -> Text:
        """Return it in words: ``grad_norm, 3 steps before train/loss``."""
        first, then = Tag(self.first.tag), Tag(self.then.tag)
        if self.least == self.most == 0:
            return text("{first} and {then} at the same step", first=first, then=then)
        if not self.known:
            within = Length(self.most + 1)
            return text(
                "{first} or {then} (the log cannot tell within {within})", first=first, then=then, within=within
            )
        if self.least == self.most:
            return text("{first}, {by} before {then}", first=first, then=then, by=Length(self.least))
        return text(
            "{first}, about {by} ({least} to {most}) before {then}",
            first=first,
            then=then,
            by=Length(self.then.at - self.first.at),
            least=count(self.least),
            most=Length(self.most),
        )


def lead_of(a: Moved, b: Moved) -> Lead:
    """Return which of two curves moved first, bounded by where each was logged."""
    if (b.at, b.still) < (a.at, a.still):
        a, b = b, a
    return Lead(a, b, b.still + 1 - a.at, b.at - (a.still + 1))
