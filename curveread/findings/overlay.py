"""Overlay: curves of several runs on one axis, reduced to what a picture needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray
from curveread.run.equality import ByValue


@dataclass(frozen=True, slots=True, eq=False)
class Strand(ByValue):
    """The line of a run, or that of a group of runs with its band.

    Parameters
    ----------
    step, value
        (n,) the line: of a group its median.
    low, high
        (n,) lowest and highest run of a group; empty for one run.
    broke
        (k, 2) step and value of the last finite point of the runs whose curve turned NaN or infinite.
    """

    step: FloatArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    broke: FloatArray


@dataclass(frozen=True, slots=True)
class OverlayPanel:
    """One quantity of all runs.

    Parameters
    ----------
    title, unit
        What it is, and its unit where all have the same.
    strands
        The lines, in the order of the groups; None for a group without this quantity.
    top
        Below it lies most of most lines: the middle one of their 95th percentiles.
    """

    title: str
    unit: str
    strands: tuple[Strand | None, ...]
    top: float

    @property
    def drawn(self) -> list[Strand]:
        """The lines that are there."""
        return [strand for strand in self.strands if strand is not None and np.size(strand.step)]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Curves of several runs.

    Parameters
    ----------
    panels
        A panel for each quantity.
    x_axis
        What the steps count.
    labels
        Of the runs or groups, in order; of a group with the number of its runs.
    title
        Settings by which the runs are grouped; empty where each stands for itself.
    ramp
        Whether the groups are values of one number, to be coloured in their order.
    """

    panels: tuple[OverlayPanel, ...]
    x_axis: str
    labels: tuple[str, ...]
    title: str = ""
    ramp: bool = False
