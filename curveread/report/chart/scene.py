"""Scene: a picture as primitives with their places, so that every painter shows the same.

Places are in pixels of CSS (96 to the inch) from the upper left corner. Inks are names of :mod:`palette`.
"""

from __future__ import annotations

from dataclasses import dataclass

from curveread.report.chart.spec import ChartSpec

Box = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Filled rectangles of one colour."""

    boxes: tuple[Box, ...]
    ink: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Hatch:
    """A hatched rectangle: no numbers there."""

    box: Box


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    ink: str
    width: float = 1.0
    opacity: float = 1.0
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; ``y`` is its baseline, ``anchor`` (``start``, ``middle``, ``end``) what stands at ``x``.

    ``kind`` is ``heading``, ``key``, ``tick``, ``phase``, ``label`` or ``note``.
    """

    x: float
    y: float
    text: str
    kind: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Badge:
    """The number of a finding, around ``x``, ``y``."""

    x: float
    y: float
    number: int
    severity: str

    @property
    def width(self) -> float:
        """Its width; it is 16 high."""
        return 16.0 if self.number < 10 else 20.0 if self.number < 100 else 25.0


SHAPES: dict[str, float | tuple[tuple[float, float], ...]] = {
    "peak": 3.2,
    "best": 4.5,
    "eval-key": 2.5,
    "above": ((0, 0), (4.5, 8), (-4.5, 8)),
    "below": ((0, 0), (4.5, -8), (-4.5, -8)),
    "checkpoint": ((0, 0), (4, 6), (-4, 6)),
    "lr-change": ((0, 0), (4, -4), (0, -8), (-4, -4)),
    "epoch": ((-0.5, 0), (0.5, 0), (0.5, -9), (-0.5, -9)),
    "eval": ((-1, 0), (1, 0), (1, -4), (-1, -4)),
}
"""The glyphs: a radius for a disc (``best`` is a ring), else the corners around the spot."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One of :data:`SHAPES` at every spot."""

    shape: str
    spots: tuple[tuple[float, float], ...]
    ink: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that belong together: ``about`` is told when the pointer rests on them, ``finding`` is what they label."""

    parts: tuple[Part, ...]
    about: str = ""
    finding: int | None = None


Part = Boxes | Hatch | Stroke | Words | Badge | Glyphs | Group


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the bands and lines of panel ``index`` are drawn."""

    index: int
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture at one size: what lies under the plots, the plots with the panels' curves, and what lies over them."""

    spec: ChartSpec
    name: str
    width: float
    height: float
    under: tuple[Part, ...]
    plots: tuple[Plot, ...]
    over: tuple[Part, ...]
