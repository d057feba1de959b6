"""Sizes of a picture: what the layout needs to know of the paper and the letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Measures in pixels of CSS (96 to the inch).

    Parameters
    ----------
    name, width
        Of the picture.
    left, right
        Its margins beside the plots.
    unit
        Height of a panel of height 1.
    char
        Width of a letter of a label, a key or a note; room for it is kept by this.
    line, row
        Height of a line of text and of a row of labels.
    measure
        Tells the width of a text of a kind (``heading`` or ``key``) where the font is known.
    """

    name: str
    width: float
    left: float
    right: float
    unit: float
    char: float = 6.3
    line: float = 14.0
    row: float = 21.0
    measure: Callable[[str, str], float] | None = None

    @property
    def plot(self) -> float:
        """Width of the plots."""
        return self.width - self.left - self.right

    def wide(self, text: str, kind: str) -> float:
        """Return about how wide a text is."""
        if self.measure is not None:
            return self.measure(text, kind)
        return len(text) * (self.char + (1.4 if kind == "heading" else 0.0))


WIDE = Size("wide", 1040, 54, 14, 94)
MEDIUM = Size("medium", 700, 50, 12, 84)
NARROW = Size("narrow", 358, 40, 8, 74)
