"""A sheet of paper: a matplotlib figure on which everything is placed in inches from the left and the top."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from curveread.report.chart.scene import Badge, Scene
from curveread.report.chart.size import Size
from curveread.report.figure.paint import PIXEL, Painter, paint
from curveread.report.figure.style import plain


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

    def badge(self, x: float, y: float, number: int, severity: str) -> None:
        """Draw the number of a finding around a place."""
        pixels = Affine2D().scale(PIXEL / self.width, -PIXEL / self.height).translate(0, 1) + self.figure.transFigure
        Painter(self.figure, pixels, self.paper).draw([Badge(x / PIXEL, y / PIXEL, number, severity)], 5.0)

    def scene(self, scene: Scene, y: float) -> float:
        """Draw a scene from ``y`` downwards and return where it ends."""
        paint(scene, self.figure, y)
        return y + scene.height * PIXEL


def size(name: str, width: float, left: float, right: float) -> Size:
    """Return the measures of charts on a paper, from inches."""
    sizes = {"width": width / PIXEL, "left": left / PIXEL, "right": right / PIXEL, "unit": 84.5, "row": 20.6}
    return Size(name, **sizes, char=7.15, line=16.3, measure=_measure)


def _measure(text: str, kind: str) -> float:
    return text_width(plain(text, 200), 9.4 if kind == "heading" else 8.6, bold=kind == "heading") / PIXEL


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
