"""Places: an axis that a sentence can be worded on, and where the steps of the log lie on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from curveread.findings import wording
from curveread.run.placement import Placement


class Places(NamedTuple):
    """An axis other than steps.

    Parameters
    ----------
    axis
        ``epoch``, ``tokens`` or ``seconds``, as ``Run.x_axis`` has it.
    at
        A step of the log -> its place on the axis; an ``int`` but for an axis of fractions.
    own
        Whether the log itself counts this way, so that lengths in steps are lengths in it.
    """

    axis: str
    at: Callable[[int], int]
    own: bool


def places(axis: str, placement: Placement | None) -> Places | None:
    """Return the axis on which a run is shown, None where that is steps.

    Parameters
    ----------
    axis
        As ``Run.x_axis`` has it.
    placement
        Of the run; None where it is shown by the steps of its log.
    """
    if placement is not None:
        return Places(axis, placement.at, own=False)
    own = "epoch" if axis.lower() in wording.EPOCHS else axis.lower()
    return Places(own, lambda step: step, own=True) if own in ("epoch", "tokens") else None
