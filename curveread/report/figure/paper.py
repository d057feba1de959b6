"""A sheet of paper: a matplotlib figure on which everything is placed in inches from the left and the top."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.textpath import text_to_path

from curveread.report.chart.palette import HEALTH
from curveread.report.figure.axes import shade

__all__ = ["Paper", "RunFigure", "text_width", "wrapped"]


class RunFigure(Figure):
    """A figure that shows itself in a notebook although pyplot does not know it."""

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png")
        return out.getvalue()


class Paper:
    """A figure of the given size in inches, in the colours of the style sheet that is in force."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.ink = rcParams["text.color"]
        self.paper = rcParams["figure.facecolor"]
        self.figure = RunFigure(figsize=(width, height))
        self.figure.set_layout_engine("none")  # a style sheet may ask for one; here every place is known
        FigureCanvasAgg(self.figure)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return a place as the figure's fractions."""
        return x / self.width, 1 - y / self.height

    def text(self, x: float, y: float, text: str, **how: Any) -> None:
        """Write text with its baseline at ``y``."""
        how.setdefault("color", self.ink)
        self.figure.text(*self.at(x, y), text, parse_math=False, **how)

    def line(self, x0: float, y0: float, x1: float, y1: float, **how: Any) -> None:
        """Draw a straight line."""
        (ax, ay), (bx, by) = self.at(x0, y0), self.at(x1, y1)
        self.figure.add_artist(Line2D([ax, bx], [ay, by], **how))

    def patch(self, kind: str, x: float, y: float, width: float, height: float, **how: Any) -> None:
        """Draw a ``square`` or ``round`` patch around its middle."""
        fx, fy = self.at(x, y)
        w, h = width / self.width, height / self.height
        shape = Rectangle((fx - w / 2, fy - h / 2), w, h, **how) if kind == "square" else Ellipse((fx, fy), w, h, **how)
        self.figure.add_artist(shape)

    def badge(self, x: float, y: float, number: int, severity: str) -> None:
        """Draw the number of a finding: an error is square, a remark hollow."""
        colour = shade(HEALTH[severity], self.paper)
        wide = 0.16 if number < 10 else 0.2 if number < 100 else 0.25
        fill = {"facecolor": colour} if severity != "info" else {"facecolor": self.paper}
        kind = "square" if severity == "error" else "round"
        self.patch(kind, x, y, wide, 0.16, edgecolor=colour, linewidth=1.1, zorder=5, **fill)
        dark = colour == HEALTH[severity].dark
        ink = "#ffffff" if severity == "error" and not dark else "#1c1400" if severity != "info" else self.ink
        self.text(x, y, str(number), size=7.5, weight="bold", ha="center", va="center_baseline", color=ink, zorder=6)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is in inches, in the font that is in force."""
    families = rcParams["font.family"]
    chosen = tuple(families) if isinstance(families, list) else (families,)
    return sum(_width(word, size, bold, chosen) for word in text.split(" ")) + text.count(" ") * _width(
        " ", size, bold, chosen
    )


@lru_cache(maxsize=20_000)
def _width(word: str, size: float, bold: bool, families: tuple[str, ...]) -> float:
    if not word:
        return 0.0
    font = FontProperties(family=list(families), size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(word, font, False)
    return float(width) / 72


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return text as lines of at most ``width`` inches; a word that is wider is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while len(word) > 1 and text_width(word, size, bold=bold) > width:
            share = max(1, int(len(word) * width / text_width(word, size, bold=bold)))
            while share > 1 and text_width(word[:share], size, bold=bold) > width:
                share -= 1
            lines.append(word[:share])
            word = word[share:]
        line = word
    return [*lines, line] if line or not lines else lines
