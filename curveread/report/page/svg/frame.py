"""What every part of a picture needs to know: its measures, its labels, where its panels stand."""

from __future__ import annotations

from dataclasses import dataclass

from curveread.report.chart.labels import Label, place
from curveread.report.chart.spec import ChartSpec

__all__ = ["MEDIUM", "NARROW", "WIDE", "Frame", "Size"]


@dataclass(frozen=True, slots=True)
class Size:
    """Measures in CSS pixels: the picture's width and margins, the height of a side panel, of a row of labels."""

    name: str
    width: int
    left: int
    right: int
    unit: int
    row: int = 21
    char: float = 6.3
    line: int = 14

    @property
    def plot(self) -> int:
        """Width of the plots."""
        return self.width - self.left - self.right


WIDE = Size("wide", 1040, 54, 14, 94)
MEDIUM = Size("medium", 700, 50, 12, 84)
NARROW = Size("narrow", 358, 40, 8, 74)


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture under construction.

    Parameters
    ----------
    spec, uid, size
        What is drawn, the prefix of its ids, and how large.
    labels, rows
        The placed labels and how many rows they take.
    """

    spec: ChartSpec
    uid: str
    size: Size
    labels: tuple[Label, ...]
    rows: int

    @classmethod
    def of(cls, spec: ChartSpec, uid: str, size: Size) -> Frame:
        """Return the frame with the labels placed for this size."""
        labels = place(spec.marks, spec.x, size.plot / size.char)
        return cls(spec, uid, size, labels, 1 + max((lab.row for lab in labels if lab.row is not None), default=-1))

    def x(self, step: float) -> float:
        """Return the place of a step in the picture, held within the plots."""
        return self.size.left + self.spec.x.at(step) * self.size.plot

    def across(self, fraction: float) -> float:
        """Return the place of a fraction of the axis."""
        return self.size.left + fraction * self.size.plot
