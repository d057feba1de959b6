"""One panel drawn into matplotlib axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import patheffects, rcParams
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font

from curveread.report.chart.labels import Label, beside
from curveread.report.chart.palette import HEALTH, INKS, STROKES, Ink
from curveread.report.chart.spec import ChartSpec, Panel
from curveread.report.chart.texture import busy
from curveread.report.logtext import clean, shorten

__all__ = ["CHAR", "dashes", "draw", "halo", "plain", "shade", "steps"]

CHAR = 0.0745
"""Width of a character of a label, in inches, at 8.5 points."""


def plain(text: object, length: int) -> str:
    """Return text that the default font can draw; other characters become boxes here instead of warnings there."""
    short = shorten(text, length)
    if short.isascii():
        return short
    glyphs = get_font(findfont(FontProperties())).get_charmap()
    return "".join(c if ord(c) in glyphs else "□" for c in short)


def draw(
    spec: ChartSpec, panel: Panel, i: int, ax: Axes, labels: tuple[Label, ...], width: float, height: float
) -> None:
    """Draw the content of one panel; ``width`` and ``height`` in inches."""
    ink, paper = rcParams["text.color"], rcParams["axes.facecolor"]
    ax.set_xlim(spec.x.low, spec.x.high)
    if panel.y.log:
        ax.set_yscale("log")
        ax.minorticks_off()
    ax.set_ylim(panel.y.low, panel.y.high)
    ax.set_yticks([t.at for t in panel.y.ticks], [t.text for t in panel.y.ticks])
    ax.tick_params(axis="y", length=0, labelsize=8.5)
    ax.tick_params(axis="x", labelsize=8.5, length=3)
    ax.grid(axis="y", color=ink, alpha=0.09, linewidth=0.8)
    ax.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_alpha(0.5)
    for lab in labels:
        if lab.until > lab.at and spec.home(lab.mark) == i:
            ax.axvspan(
                lab.mark.first, lab.mark.last, color=shade(HEALTH[lab.mark.severity], paper), alpha=0.08, linewidth=0
            )
    for gap in panel.gaps:
        least = (spec.x.high - spec.x.low) * 0.002
        ax.axvspan(
            gap.first - least, gap.last + least, facecolor="none", edgecolor=ink, alpha=0.25, hatch="////", linewidth=0
        )
    for band in panel.bands:
        low, high = np.clip(band.low, panel.y.low, panel.y.high), np.clip(band.high, panel.y.low, panel.y.high)
        ax.fill_between(band.x, low, high, color=shade(INKS[band.ink], paper), alpha=0.13, linewidth=0)
    for line in panel.lines:
        wide, alpha = STROKES[line.kind]
        colour = INKS[line.ink]
        style: dict[str, Any] = {"marker": "o", "markersize": 3.2} if line.dots else {}
        dash: dict[str, Any] = {} if line.kind == "raw" else {"dashes": dashes(colour.dash)}
        held = np.clip(line.y, panel.y.low, panel.y.high)  # wild values end at the edge, as their arrow says
        ax.plot(
            line.x,
            held,
            color=shade(colour, paper),
            linewidth=0.85 * wide,
            alpha=alpha,
            solid_joinstyle="round",
            **(style | dash),
        )
    notes: list[tuple[float, float, str]] = []
    for gap in panel.gaps[:1]:
        x0, x1 = spec.x.at(gap.first) * width, spec.x.at(gap.last) * width
        if x1 - x0 > 11 * CHAR:
            _note(ax, (x0 + x1) / 2 / width, 0.5, "no number", "center", ink, paper)
    for mark in spec.marks:
        # beyond the axis an arrow names it
        if mark.peak is not None and spec.home(mark) == i and panel.y.low <= mark.peak[1] <= panel.y.high:
            x, y = mark.peak
            ax.plot(
                [x],
                [y],
                "o",
                markersize=5,
                color=shade(HEALTH[mark.severity], paper),
                markeredgecolor=paper,
                zorder=6,
                clip_on=False,
            )
    for marker in panel.markers:
        x, y_at = spec.x.at(marker.x) * width, (1 - panel.y.at(marker.y)) * height
        if marker.kind == "best":
            ax.plot(
                [marker.x],
                [marker.y],
                "o",
                markersize=8,
                markerfacecolor="none",
                markeredgecolor=ink,
                markeredgewidth=1.2,
            )
            notes.append((x, y_at, marker.text))
        else:
            _note(
                ax,
                x / width,
                0.985 if marker.kind == "above" else 0.015,
                marker.text[0],
                "center",
                ink,
                paper,
                edge=marker.kind,
            )
            notes.append((x, 0.08 if marker.kind == "above" else height - 0.08, marker.text[2:]))
    for rule in spec.rules:
        if rule.kind == "restart":
            ax.axvline(rule.x, color=ink, alpha=0.6, linewidth=0.9, linestyle=(0, (4, 3)))
            if i == 0 and all(m.first != rule.x for m in spec.marks):
                notes.append((spec.x.at(rule.x) * width, height - 0.1, "restart"))
    for note in beside(notes, width, height, CHAR, 0.17, busy(spec, panel, width, height)):
        if note is not None:
            side = {"start": "left", "end": "right", "middle": "center"}[note.anchor]
            _note(ax, note.x / width, 1 - note.y / height, note.text, side, ink, paper)


def _note(ax: Axes, x: float, y: float, text: str, side: str, ink: Any, paper: Any, edge: str = "") -> None:
    va = {"above": "top", "below": "bottom"}.get(edge, "center")
    ax.text(
        x,
        y,
        clean(text),
        transform=ax.transAxes,
        ha=side,
        va=va,
        fontsize=8.5,
        color=ink,
        path_effects=halo(paper),
        zorder=8,
        parse_math=False,
    )


def steps(ax: Axes, spec: ChartSpec) -> None:
    """Label the step axis."""
    ax.set_xticks([t.at for t in spec.x.ticks], [t.text for t in spec.x.ticks])
    ax.tick_params(axis="x", labelbottom=True)
    kept = any(r.kind == "checkpoint" for r in spec.rules)
    ax.set_xlabel(
        plain(spec.x_label, 40) + ("  ·  ▲ checkpoint" if kept else ""), fontsize=8.5, loc="right", parse_math=False
    )


def shade(ink: Ink, paper: Any) -> str:
    """Return the colour of an ink that can be read on this paper."""
    red, green, blue = to_rgb(paper) if paper != "none" else (1.0, 1.0, 1.0)
    return ink.light if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.4 else ink.dark


def dashes(pattern: str) -> tuple[float, ...]:
    """Return an ink's dash pattern as matplotlib takes it; empty for a whole line."""
    return tuple(float(p) / 2 for p in pattern.split()) if pattern else ()


def halo(paper: Any) -> list[Any]:
    """Return the effect that keeps a text readable over a line."""
    return [patheffects.withStroke(linewidth=2.5, foreground=paper)]
