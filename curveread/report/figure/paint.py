"""The matplotlib painter: a scene on a figure, its curves in axes of their own, in the units of the data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse, Polygon, Rectangle
from matplotlib.transforms import Affine2D, Transform

from curveread.report.chart.palette import HEALTH, INKS, SHADES, STROKES, dash
from curveread.report.chart.scene import SHAPES, Badge, Boxes, Glyphs, Group, Hatch, Part, Scene, Stroke, Words
from curveread.report.chart.spec import ChartSpec, Panel
from curveread.report.figure.style import colour, dashes, halo, plain, shade

PIXEL = 1 / 96
"""A pixel of CSS in inches."""
_POINT = 72 * PIXEL
"""A pixel of CSS in points."""
_UNDER, _OVER = -1.0, 5.0
_PT = {"heading": 9.4, "key": 8.6, "tick": 8.3, "phase": 8.0, "label": 8.5, "note": 8.5}
"""Sizes of letters in points."""


def paint(scene: Scene, made: Figure, y: float) -> None:
    """Draw a scene on a figure, ``y`` inches from its top."""
    width, height = made.get_size_inches()
    place = Affine2D().scale(PIXEL / width, -PIXEL / height).translate(0, 1 - y / height) + made.transFigure
    painter = Painter(made, place, rcParams["figure.facecolor"])
    painter.draw(scene.under, _UNDER)
    first: Axes | None = None
    for plot in scene.plots:
        left, top, wide, high = (n * PIXEL for n in plot.box)
        box = (left / width, 1 - (y + top + high) / height, wide / width, high / height)
        ax = made.add_axes(box, sharex=first)
        first = first or ax
        ax.axis("off")  # the scene has the axis and its ticks
        curves(scene.spec, scene.spec.panels[plot.index], ax)
    painter.draw(scene.over, _OVER)


def curves(spec: ChartSpec, panel: Panel, ax: Axes) -> None:
    """Draw the bands and lines of a panel into axes of its range."""
    paper = rcParams["axes.facecolor"]
    ax.set_xlim(spec.x.low, spec.x.high)
    if panel.y.log:
        ax.set_yscale("log")
        ax.minorticks_off()
    ax.set_ylim(panel.y.low, panel.y.high)
    ax.set_yticks([t.at for t in panel.y.ticks], [t.text for t in panel.y.ticks])
    ax.set_xticks([t.at for t in spec.x.ticks], [t.text for t in spec.x.ticks])
    for band in panel.bands:
        low, high = np.clip(band.low, panel.y.low, panel.y.high), np.clip(band.high, panel.y.low, panel.y.high)
        ax.fill_between(band.x, low, high, color=shade(INKS[band.ink], paper), alpha=SHADES[band.kind], linewidth=0)
    for line in panel.lines:
        wide, alpha = STROKES[line.kind]
        ink = INKS[line.ink]
        how: dict[str, Any] = {"marker": "o", "markersize": 1.5 * line.dots, "markeredgewidth": 0} if line.dots else {}
        if line.kind not in ("raw", "sparse"):
            how["dashes"] = dashes(dash(line.ink, line.kind))
        held = np.clip(line.y, panel.y.low, panel.y.high)  # wild values end at the edge, as their arrow says
        how |= {"color": shade(ink, paper), "alpha": alpha, "linewidth": 0.85 * wide}
        ax.plot(line.x, held, solid_joinstyle="round", **how)


class Painter:
    """Draws parts of a scene onto a figure or axes; ``place`` turns the scene's pixels into places on it."""

    def __init__(self, target: Figure | Axes, place: Transform, paper: Any) -> None:
        self.target, self.place, self.paper = target, place, paper

    def draw(self, parts: Iterable[Part], zorder: float) -> None:
        """Draw the parts, those of a group one over the other."""
        for part in parts:
            match part:
                case Group():
                    self.draw(part.parts, zorder)
                case Boxes():
                    for x, y, width, height in part.boxes:
                        how = self._filled(part.ink, part.opacity)
                        self._add(Rectangle((x, y), width, height, zorder=zorder, **how))
                case Hatch():
                    x, y, width, height = part.box
                    how = {"facecolor": "none", "edgecolor": rcParams["text.color"], "alpha": 0.25, "linewidth": 0}
                    self._add(Rectangle((x, y), width, height, hatch="////", zorder=zorder, **how))
                case Stroke():
                    self._stroke(part, zorder)
                case Words():
                    self._words(part, zorder)
                case Badge():
                    self._badge(part, zorder)
                case Glyphs():
                    self._glyphs(part, zorder)

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self.place)
        self.target.add_artist(artist)
        artist.set_clip_on(False)

    def _filled(self, ink: str, opacity: float) -> dict[str, Any]:
        shade_, alpha = colour(ink, self.paper)
        return {"facecolor": shade_, "edgecolor": "none", "alpha": alpha * opacity, "linewidth": 0}

    def _stroke(self, part: Stroke, zorder: float) -> None:
        shade_, alpha = colour(part.ink, self.paper)
        how: dict[str, Any] = {"color": shade_, "alpha": alpha * part.opacity, "linewidth": part.width * _POINT}
        if part.dash:
            how["dashes"] = dashes(part.dash)
        self._add(Line2D([part.x0, part.x1], [part.y0, part.y1], zorder=zorder, solid_capstyle="butt", **how))

    def _words(self, part: Words, zorder: float) -> None:
        side = {"start": "left", "end": "right", "middle": "center"}[part.anchor]
        how: dict[str, Any] = {"alpha": 0.7} if part.kind in ("tick", "phase") else {}
        if part.kind in ("heading", "key", "note"):
            how["path_effects"] = halo(self.paper)
        self._text(part.x, part.y, plain(part.text, 200), zorder, size=_PT[part.kind], ha=side, va="baseline", **how)

    def _text(self, x: float, y: float, text: str, zorder: float, **how: Any) -> None:
        how.setdefault("color", rcParams["text.color"])
        if how.get("size") == _PT["heading"]:
            how["weight"] = "bold"
        self.target.text(x, y, text, transform=self.place, parse_math=False, zorder=zorder + 0.5, **how)

    def _badge(self, badge: Badge, zorder: float) -> None:
        """Draw the number of a finding: an error is square, a remark hollow."""
        ink = HEALTH[badge.severity]
        filled = shade(ink, self.paper)
        inside = filled if badge.severity != "info" else self.paper
        how: dict[str, Any] = {"facecolor": inside, "edgecolor": filled, "linewidth": 1.1}
        wide = badge.width
        if badge.severity == "error":
            self._add(Rectangle((badge.x - wide / 2, badge.y - 8), wide, 16, zorder=zorder, **how))
        else:
            self._add(Ellipse((badge.x, badge.y), wide, 16, zorder=zorder, **how))
        letters = {"error": "#1c1400" if filled == ink.dark else "#ffffff", "warning": "#1c1400"}
        number = {"color": letters.get(badge.severity, rcParams["text.color"]), "weight": "bold", "size": 7.5}
        self._text(badge.x, badge.y, str(badge.number), zorder, ha="center", va="center_baseline", **number)

    def _glyphs(self, glyphs: Glyphs, zorder: float) -> None:
        shape = SHAPES[glyphs.shape]
        for x, y in glyphs.spots:
            if isinstance(shape, tuple):
                corners = [(x + dx, y + dy) for dx, dy in shape]
                self._add(Polygon(corners, zorder=zorder, **self._filled(glyphs.ink, glyphs.opacity)))
                continue
            how = self._filled(glyphs.ink, glyphs.opacity)
            if glyphs.shape == "best":
                how |= {"facecolor": "none", "edgecolor": colour(glyphs.ink, self.paper)[0], "linewidth": 1.2}
            elif glyphs.shape == "peak":
                how |= {"edgecolor": self.paper, "linewidth": 0.9}
            self._add(Circle((x, y), shape, zorder=zorder, **how))
