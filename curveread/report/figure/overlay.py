"""Overlay -> matplotlib figure: the curves of several runs, groups with their bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from curveread.findings.overlay import Overlay, OverlayPanel, Strand
from curveread.report.chart.palette import HEALTH
from curveread.report.chart.scale import DECADES
from curveread.report.figure.axes import LINES, NAMED, bare, key, ramp
from curveread.report.figure.paper import RunFigure
from curveread.report.figure.style import dashes, plain, shade

_TURNS = ("", "6 3", "2 2", "8 3 2 3")
"""Dashes of the first six lines, of the next six …: each turn through the colours has its own."""

_FAR = 1000.0
"""Times the usual top of the lines above which a line leaves the picture, as that of a run that diverged."""

_BAND = "  median, band from the lowest to the highest run"


def figure(overlay: Overlay, ax: Axes | None = None) -> Figure:
    """Return the figure, a panel for each quantity; with ``ax`` the first of them drawn into those axes."""
    if ax is not None:
        _draw(ax, overlay.panels[0], overlay)
        ax.set_xlabel(plain(overlay.x_axis, 40), parse_math=False)
        if ax.get_lines() and len(overlay.labels) <= NAMED:
            ax.legend(fontsize="small", frameon=False, title=plain(overlay.title, 30) or None)
        made = ax.figure.figure
        assert made is not None
        return made
    made = RunFigure(figsize=(8.0, 0.8 + 3.0 * len(overlay.panels)), layout="constrained")
    grid = made.subplots(len(overlay.panels), 1, sharex=True, squeeze=False)[:, 0]
    for panel, axes in zip(overlay.panels, grid, strict=True):
        _draw(axes, panel, overlay)
    grid[-1].set_xlabel(plain(overlay.x_axis, 40), parse_math=False)
    if len(overlay.labels) > NAMED:
        made.suptitle(
            f"{len(overlay.labels)} lines: too many to name, by= makes groups", x=0.01, ha="left", fontsize="small"
        )
    banded = any(strand.low.size for panel in overlay.panels for strand in panel.drawn)
    key(made, list(grid), overlay.labels, plain(overlay.title, 40) + _BAND * banded)
    return made


def _draw(ax: Axes, panel: OverlayPanel, overlay: Overlay) -> None:
    inks, lines = _inks(overlay), list[tuple[Line2D, Strand]]()
    for strand, label, (colour, dash) in zip(panel.strands, overlay.labels, inks, strict=True):
        if strand is None or not strand.step.size:
            continue
        (line,) = ax.plot(strand.step, strand.value, color=colour, linewidth=1.5, dashes=dashes(dash))
        lines.append((line, strand))
        line.set_label("\u200a" + plain(label, 40))  # a name that begins with _ would not be shown
        if strand.low.size:
            ax.fill_between(strand.step, strand.low, strand.high, color=colour, alpha=0.18, linewidth=0)
        if len(strand.broke):
            worst = shade(HEALTH["error"], rcParams["axes.facecolor"])
            ax.plot(*strand.broke.T, "x", color=worst, markersize=7, markeredgewidth=2, zorder=5)
    top = _scaled(ax, panel)
    for line, strand in lines:
        gone = np.flatnonzero(strand.value > top)
        if gone.size:  # it is said where a line leaves the picture
            at = strand.step[gone[0]]
            ax.plot(at, 1.0, "^", color=line.get_color(), transform=ax.get_xaxis_transform(), clip_on=False, zorder=6)
    title = panel.title + (f" ({panel.unit})" if panel.unit else "")
    ax.set_title(plain(title, 60), loc="left", fontsize="medium", parse_math=False)
    bare(ax)


def _scaled(ax: Axes, panel: OverlayPanel) -> float:
    """Give the axes limits within which all lines lie but those that go far, and return the upper one."""
    values = [end for s in panel.drawn for end in (s.value, s.low, s.high) if end.size]
    if not values:
        return 1.0
    tops = [float(v.max()) for v in values]
    near = [v for v, top in zip(values, tops, strict=True) if panel.top <= 0.0 or top <= _FAR * panel.top] or values
    low, high = min(float(v.min()) for v in near), max(float(v.max()) for v in near)
    wide = low > 0.0 and high / low > DECADES
    pad = (high / low) ** 0.04 if wide else 0.04 * (high - low) or 0.5
    low, high = (low / pad, high * pad) if wide else (low - pad, high + pad)
    ax.set_ylim(low, high)  # first: a logarithmic axis chooses limits of its own otherwise
    if wide:
        ax.set_yscale("log")
    return high


def _inks(overlay: Overlay) -> list[tuple[Any, str]]:
    """Return a colour and dashes for each line: a ramp for the values of a number, else the inks of curves in turn."""
    count, paper = len(overlay.labels), rcParams["axes.facecolor"]
    if overlay.ramp or count > NAMED:
        return [(colour, "") for colour in ramp(count)]
    return [(shade(LINES[i % len(LINES)], paper), _TURNS[i // len(LINES)]) for i in range(count)]
