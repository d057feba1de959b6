"""Letters, inks and dashes as matplotlib takes them, on whatever paper the caller's style sheet asks for."""

from __future__ import annotations

from typing import Any

from matplotlib import patheffects, rcParams
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font

from curveread.logtext import shorten
from curveread.report.chart.palette import HEALTH, INKS, PLAIN, Ink

DARK: Any = dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "#14171a") | dict.fromkeys(
    ("text.color", "axes.labelcolor", "axes.titlecolor", "axes.edgecolor", "xtick.color", "ytick.color", "grid.color"),
    PLAIN["ink"].dark,
)
"""Settings for the dark paper of a page."""


def plain(text: object, length: int) -> str:
    """Return text that the default font can draw; other characters become boxes here instead of warnings there."""
    short = shorten(text, length)
    if short.isascii():
        return short
    glyphs = get_font(findfont(FontProperties())).get_charmap()
    return "".join(c if ord(c) in glyphs else "□" for c in short)


def colour(name: str, paper: Any) -> tuple[Any, float]:
    """Return the colour and the opacity of an ink by its name; text and axes are in the caller's colour."""
    if name in INKS or name in HEALTH:
        return shade((INKS | HEALTH)[name], paper), 1.0
    return rcParams["text.color"], {"ink": 1.0, "soft": 0.7, "grid": 0.09}[name]


def shade(ink: Ink, paper: Any) -> str:
    """Return the colour of an ink that can be read on this paper."""
    return ink.dark if is_dark(paper) else ink.light


def is_dark(paper: Any) -> bool:
    """Return whether a paper asks for light inks."""
    red, green, blue = to_rgb(paper) if paper != "none" else (1.0, 1.0, 1.0)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue <= 0.4


def dashes(pattern: str) -> tuple[float, ...]:
    """Return an ink's dash pattern as matplotlib takes it; empty for a whole line."""
    return tuple(float(p) / 2 for p in pattern.split()) if pattern else ()


def halo(paper: Any) -> list[Any]:
    """Return the effect that keeps a text readable over a line."""
    return [patheffects.withStroke(linewidth=2.5, foreground=paper)]
