"""The stack of charts on a paper: health strip, phases, numbered labels with leaders, panels, one step axis."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from curveread.report.chart.labels import Label, place
from curveread.report.chart.palette import HEALTH, INKS, STRIP
from curveread.report.chart.spec import ChartSpec, Panel
from curveread.report.figure.axes import CHAR, dashes, draw, halo, plain, shade, steps
from curveread.report.figure.paper import Paper, text_width

__all__ = ["Charts"]

_ROW = 0.215
_HEAD = 0.34
"""Inches over a panel for its title."""
_FOOT = 0.62
"""Inches under the last panel for the step axis."""


class Charts:
    """Charts of a run on a paper, between two margins in inches."""

    def __init__(self, paper: Paper, spec: ChartSpec, left: float, right: float) -> None:
        self.paper, self.spec = paper, spec
        self.left, self.plot = left, paper.width - left - right
        self.labels = place(spec.marks, spec.x, self.plot / CHAR)
        self.rows = 1 + max((lab.row for lab in self.labels if lab.row is not None), default=-1)

    @property
    def top(self) -> float:
        """Height of the strip and the labels over the first panel."""
        return _HEAD + (0.2 if self.spec.phases else 0.0) + self.rows * _ROW

    def height(self, panels: Sequence[int], unit: float) -> float:
        """Return the height of a stack, where a panel of height 1 takes ``unit`` inches."""
        return self.top + sum(_HEAD + unit * self.spec.panels[i].height for i in panels) + _FOOT

    def draw(self, y: float, panels: Sequence[int], unit: float) -> float:
        """Draw the panels with these positions from ``y`` downwards and return where they end."""
        y = self._strip(y)
        ribbon = y
        y += self.rows * _ROW
        axes: list[Axes] = []
        for i in panels:
            panel = self.spec.panels[i]
            axes.append(self._panel(panel, i, y, unit, axes[0] if axes else None))
            y += _HEAD + unit * panel.height
        for lab in self.labels:
            x = self.left + lab.at * self.plot
            start = self._row_y(lab, ribbon) + 0.07 if lab.row is not None else ribbon + self.rows * _ROW
            colour = shade(HEALTH[lab.mark.severity], self.paper.paper)
            self.paper.line(x, start, x, y, color=colour, linewidth=0.8, alpha=0.7, zorder=-1)
        if axes:
            steps(axes[-1], self.spec)
            self._kept(axes[-1])
        self._labels(ribbon)
        return y + _FOOT

    def _strip(self, y: float) -> float:
        base, full = y + 0.16, 0.15
        for seg in self.spec.strip:
            x0, x1 = self._x(seg.first), self._x(seg.last)
            height = full * STRIP[seg.health]
            colour = shade(HEALTH[seg.health], self.paper.paper)
            self.paper.patch("square", (x0 + x1) / 2, base - height / 2, x1 - x0, height, color=colour, linewidth=0)
        if not self.spec.phases:
            return base + 0.08
        ink = self.paper.ink
        for phase in self.spec.phases:
            x0, x1 = self._x(phase.first), self._x(phase.last)
            self.paper.line(x0, base + 0.06, x0, base + 0.17, color=ink, linewidth=0.7, alpha=0.5)
            if (len(phase.name) + 1) * CHAR < x1 - x0:
                self.paper.text(x0 + 0.05, base + 0.165, plain(phase.name, 40), size=8, alpha=0.7)
        return base + 0.26

    def _x(self, at: float) -> float:
        return self.left + self.spec.x.at(at) * self.plot

    def _row_y(self, lab: Label, ribbon: float) -> float:
        return ribbon + (self.rows - 1 - (lab.row or 0) + 0.5) * _ROW

    def _labels(self, ribbon: float) -> None:
        for lab in self.labels:
            if lab.row is None:
                continue
            x, y = self.left + lab.badge * self.plot, self._row_y(lab, ribbon)
            if lab.until > lab.at:
                x0, x1 = self.left + lab.at * self.plot, self.left + lab.until * self.plot
                colour = shade(HEALTH[lab.mark.severity], self.paper.paper)
                self.paper.line(x0, y + 0.09, x1, y + 0.09, color=colour, linewidth=1.6)
            self.paper.badge(x, y, lab.mark.number, lab.mark.severity)
            if lab.text:
                right = lab.text_side == "right"
                side = "left" if right else "right"
                self.paper.text(x + (0.12 if right else -0.12), y + 0.04, plain(lab.text, 60), size=8.5, ha=side)

    def _panel(self, panel: Panel, i: int, y: float, unit: float, share: Axes | None) -> Axes:
        paper, height = self.paper, unit * panel.height
        x0, y0 = paper.at(self.left, y + 0.3 + height)
        place_ = (x0, y0, self.plot / paper.width, height / paper.height)
        ax = paper.figure.add_axes(place_, sharex=share)
        draw(self.spec, panel, i, ax, self.labels, self.plot, height)
        ax.patch.set_alpha(0.0)
        ax.tick_params(axis="x", labelbottom=False)
        title = plain(panel.title + (f" ({panel.unit})" if panel.unit else ""), 70)
        outline = halo(paper.paper)
        paper.text(self.left, y + 0.23, title, size=9.5, weight="bold", path_effects=outline)
        x = self.left + text_width(title, 9.5, bold=True) + 0.25
        several = len(panel.keys) > 1
        for n, key in enumerate(panel.keys):
            label = plain(key.label, 40)
            colour = shade(INKS[key.ink], paper.paper)
            wide = text_width(label, 8.5) + (0.3 if several else 0.0)
            if n and x + wide > self.left + self.plot:
                paper.text(x, y + 0.23, f"+{len(panel.keys) - n}", size=8.5, alpha=0.7)
                break
            if several:
                paper.line(
                    x, y + 0.19, x + 0.24, y + 0.19, color=colour, linewidth=1.8, dashes=dashes(INKS[key.ink].dash)
                )
                if key.kind == "eval":
                    paper.patch("round", x + 0.12, y + 0.19, 0.07, 0.07, color=colour)
            paper.text(x + (0.3 if several else 0.0), y + 0.23, label, size=8.5, path_effects=outline)
            x += wide + 0.2
        return ax

    def _kept(self, ax: Axes) -> None:
        kept = [r.x for r in self.spec.rules if r.kind == "checkpoint"]
        if kept:
            ax.plot(
                kept,
                [0.0] * len(kept),
                "^",
                transform=ax.get_xaxis_transform(),
                color=self.paper.ink,
                alpha=0.6,
                markersize=5,
                clip_on=False,
            )
