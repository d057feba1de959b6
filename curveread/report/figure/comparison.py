"""Comparison -> matplotlib figure."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from curveread.arrays import FloatArray, IntArray
from curveread.findings.comparison import Comparison
from curveread.report.chart.palette import INKS
from curveread.report.chart.scale import value_axis
from curveread.report.figure.style import dashes, plain

__all__ = ["figure", "png"]

_NAMED = 12
"""Lines that a key names; more colours than that cannot be told apart."""


def figure(comparison: Comparison) -> Figure:
    """Return the losses of all runs on common steps: a panel for the eval loss and one for the train loss."""
    drawn = [(role, a) for role, a in comparison.aligned.items() if a.step.size]
    made = Figure(figsize=(8.0, 0.6 + 3.0 * max(len(drawn), 1)), layout="constrained")
    if not drawn:
        made.text(0.5, 0.5, "no loss to draw", ha="center")
        return made
    grid = made.subplots(len(drawn), 1, sharex=True, squeeze=False)
    for (role, aligned), ax in zip(drawn, grid[:, 0], strict=True):
        _draw(ax, aligned.step, aligned.value, [r.name for r in comparison.runs])
        ax.set_title(role.replace("-", " "), loc="left", fontsize="medium")
    grid[-1, 0].set_xlabel("step")
    _key(made, list(grid[:, 0]), [r.name for r in comparison.runs])
    return made


def png(comparison: Comparison, dpi: int = 150) -> bytes:
    """Return the figure as a PNG picture."""
    out = io.BytesIO()
    figure(comparison).savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


def _draw(ax: Axes, step: IntArray, value: FloatArray, names: Sequence[str]) -> None:
    inks = [INKS[n] for n in ("train", "eval", "third", "fourth", "fifth", "sixth")]
    for i, (row, name) in enumerate(zip(value, names, strict=True)):
        if np.isfinite(row).any():
            ink = inks[i % len(inks)]
            (line,) = ax.plot(step, row, color=ink.light, linewidth=1.6, dashes=dashes(ink.dash))
            line.set_label("\u200a" + plain(name, 40))  # a name that begins with _ would not be shown
    seen = [row[np.isfinite(row)] for row in value]
    if any(row.size for row in seen):
        reach = value_axis(seen)
        ax.set_ylim(reach.low, reach.high)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(axis="y", alpha=0.15)


def _key(made: Figure, panels: Sequence[Axes], names: Sequence[str]) -> None:
    """Name the lines once, above the panels: a key inside would cover where they begin."""
    lines = {line.get_label(): line for ax in panels for line in ax.get_lines()}
    if 0 < len(lines) <= _NAMED:
        columns = 3 if max(map(len, names)) <= 24 else 2
        key = made.legend(
            list(lines.values()), [str(n) for n in lines], loc="outside upper left", ncols=columns, fontsize="small"
        )
        key.set_frame_on(False)
        for told in key.get_texts():
            told.set_parse_math(False)
