"""What all axes of several runs have in common: their frame, the colours of their lines, and the key over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib import colormaps, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from curveread.report.chart.palette import INKS
from curveread.report.figure.style import is_dark

LINES = [INKS[n] for n in ("train", "eval", "third", "fourth", "fifth", "sixth")]
"""The inks of several lines, in their order."""

NAMED = 12
"""Lines that a key names; more colours than that cannot be told apart."""


def ramp(count: int) -> list[Any]:
    """Return the colours of the values of a number, from the lowest to the highest, apart from the paper."""
    low, high = (0.25, 1.0) if is_dark(rcParams["axes.facecolor"]) else (0.0, 0.72)
    return [colormaps["viridis"](low + (high - low) * i / max(1, count - 1)) for i in range(count)]


def bare(ax: Axes) -> None:
    """Leave axes the two lines that are read, and a light grid."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(axis="y", alpha=0.15)


def key(made: Figure, panels: Sequence[Axes], names: Sequence[str], title: str = "") -> None:
    """Name the lines once, above the panels: a key inside would cover where they begin."""
    lines = {line.get_label(): line for ax in panels for line in ax.get_lines() if str(line.get_label())[:1] != "_"}
    if 0 < len(lines) <= NAMED:
        columns = 3 if max(map(len, names)) <= 24 else 2
        drawn = made.legend(
            list(lines.values()),
            [str(n) for n in lines],
            loc="outside upper left",
            ncols=columns,
            fontsize="small",
            title=title or None,
            alignment="left",
        )
        drawn.set_frame_on(False)
        for told in (*drawn.get_texts(), drawn.get_title()):
            told.set_parse_math(False)
