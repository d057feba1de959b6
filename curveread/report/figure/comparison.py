"""Comparison -> matplotlib figure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from curveread.arrays import FloatArray, IntArray
from curveread.findings.comparison import Comparison, Difference
from curveread.report.chart.scale import value_axis
from curveread.report.figure.axes import LINES, bare, key
from curveread.report.figure.paper import RunFigure
from curveread.report.figure.style import DARK, dashes, plain, shade


def figure(comparison: Comparison) -> Figure:
    """Return the losses of all runs on common steps: a panel for the eval loss and one for the train loss."""
    drawn = [(role, a) for role, a in comparison.aligned.items() if a.step.size]
    apart = [
        (role, [d for d in comparison.differences if d.tag in a.tags and comparison.axis != "share"])
        for role, a in drawn
    ]
    apart = [(role, found) for role, found in apart if found]
    panels = len(drawn) + len(apart)
    made = RunFigure(figsize=(8.0, 0.6 + 3.0 * len(drawn) + 2.0 * len(apart) if drawn else 3.6), layout="constrained")
    if not drawn:
        made.text(0.5, 0.5, "no loss to draw", ha="center")
        return made
    heights = [3.0] * len(drawn) + [2.0] * len(apart)
    grid = made.subplots(panels, 1, sharex=True, squeeze=False, height_ratios=heights)
    for (role, aligned), ax in zip(drawn, grid[: len(drawn), 0], strict=True):
        _draw(ax, aligned.step, aligned.value, [r.name for r in comparison.runs])
        ax.set_title(role.replace("-", " "), loc="left", fontsize="medium")
    names = [r.name for r in comparison.runs]
    for (role, found), ax in zip(apart, grid[len(drawn) :, 0], strict=True):
        _draw_apart(ax, found, names)
        less = f"{role.replace('-', ' ')} less that of {plain(found[0].reference, 40)}"
        ax.set_title(less, loc="left", fontsize="medium", parse_math=False)
    grid[-1, 0].set_xlabel(
        "share of the run (%)" if comparison.axis == "share" else comparison.axis.lstrip("_") or "step"
    )
    key(made, list(grid[: len(drawn), 0]), [r.name for r in comparison.runs])
    return made


def png(comparison: Comparison, dpi: int = 150, *, dark: bool = False) -> bytes:
    """Return the figure as a PNG picture, in the style that is in force or for the dark paper of a page."""
    out = io.BytesIO()
    with rc_context(DARK if dark else {}):
        figure(comparison).savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


def _draw_apart(ax: Axes, found: Sequence[Difference], names: Sequence[str]) -> None:
    """Draw the differences with their 95 % intervals around the line on which a run is like the reference."""
    ax.axhline(0.0, color="0.5", linewidth=0.8)
    for d in found:
        how = _inked(names.index(d.run))
        ax.fill_between(d.step, d.low, d.high, color=how["color"], alpha=0.2, linewidth=0)
        ax.plot(d.step, d.value, linewidth=1.4, **how)
    reach = value_axis([end for d in found for end in (d.low, d.high)])
    ax.set_ylim(reach.low, reach.high)
    bare(ax)


def _draw(ax: Axes, step: IntArray | FloatArray, value: FloatArray, names: Sequence[str]) -> None:
    for i, (row, name) in enumerate(zip(value, names, strict=True)):
        if np.isfinite(row).any():
            (line,) = ax.plot(step, row, linewidth=1.6, **_inked(i))
            line.set_label("\u200a" + plain(name, 40))  # a name that begins with _ would not be shown
    seen = [row[np.isfinite(row)] for row in value]
    if any(row.size for row in seen):
        reach = value_axis(seen)
        ax.set_ylim(reach.low, reach.high)
    bare(ax)


def _inked(i: int) -> dict[str, Any]:
    """Return colour and dashes of the line of a run, in the order given."""
    ink = LINES[i % len(LINES)]
    return {"color": shade(ink, rcParams["axes.facecolor"]), "dashes": dashes(ink.dash)}
