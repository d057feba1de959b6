"""The whole figure: verdict, strip, labels, panels and the list of findings, placed from the top in inches."""

from __future__ import annotations

import io
import textwrap
from typing import Any

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Rectangle

from curveread.findings.diagnosis import Diagnosis
from curveread.report import facts
from curveread.report.labels import Label, place
from curveread.report.mpl_axes import CHAR, dashes, draw, halo, plain, steps
from curveread.report.palette import HEALTH, INKS, STRIP, WORDS
from curveread.report.spec import ChartSpec, Panel

__all__ = ["RunFigure", "Sheet"]

_WIDTH = 10.0
_LEFT, _RIGHT = 0.72, 0.2
_UNIT = 0.88
_ROW = 0.215
_LISTED = 12


class RunFigure(Figure):
    """A figure that shows itself in a notebook although pyplot does not know it."""

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png")
        return out.getvalue()


class Sheet:
    """A figure with verdict, strip, labels, panels and the list of findings, placed from the top in inches."""

    def __init__(self, spec: ChartSpec, diagnosis: Diagnosis) -> None:
        self.spec = spec
        self.plot = _WIDTH - _LEFT - _RIGHT
        self.labels = place(spec.marks, spec.x, self.plot / CHAR)
        self.rows = 1 + max((lab.row for lab in self.labels if lab.row is not None), default=-1)
        self.headline = textwrap.wrap(plain(spec.headline, 400), 78) or [""]
        self.cards = facts.cards(diagnosis)
        self.lines = [(card, textwrap.wrap(plain(card.message, 400), 108) or [""]) for card in self.cards[:_LISTED]]
        quiet = len(diagnosis.quiet)
        self.closing = ""
        if len(self.cards) > _LISTED:
            self.closing = f"and {len(self.cards) - _LISTED} more findings"
        elif not self.cards:
            self.closing = f"{quiet} checks ran and found nothing to report." if quiet else "No check ran."
        heights = [0.34 + _UNIT * p.height for p in spec.panels]
        self.head = 0.55 + 0.27 * len(self.headline)
        self.top_rows = 0.34 + (0.2 if spec.phases else 0.0) + self.rows * _ROW
        listed = sum(0.19 * len(lines) + 0.05 for _, lines in self.lines) + (0.25 if self.closing else 0)
        self.height = self.head + self.top_rows + sum(heights) + 0.62 + listed + 0.15

    def draw(self) -> Figure:
        """Return the finished figure."""
        self.ink = rcParams["text.color"]
        self.paper = rcParams["figure.facecolor"]
        self.fig = RunFigure(figsize=(_WIDTH, self.height))
        FigureCanvasAgg(self.fig)
        self._text(
            _LEFT - 0.5, 0.3, plain(self.spec.name, 110) + "  ·  " + WORDS[self.spec.health], size=9.5, alpha=0.7
        )
        for i, line in enumerate(self.headline):
            self._text(_LEFT - 0.5, 0.58 + 0.27 * i, line, size=14, weight="bold")
        y = self._strip(self.head)
        ribbon = y
        y += self.rows * _ROW
        tops = []
        first: Axes | None = None
        for i, panel in enumerate(self.spec.panels):
            ax = self._panel(panel, i, y, first)
            first = first or ax
            tops.append(ax)
            y += 0.34 + _UNIT * panel.height
        self._leaders(ribbon, y)
        if tops:
            steps(tops[-1], self.spec)
            self._kept(tops[-1])
        self._labels(ribbon)
        self._list(y + 0.62)
        return self.fig

    # everything below takes places in inches from the left and the top

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x / _WIDTH, 1 - y / self.height

    def _text(self, x: float, y: float, text: str, **how: Any) -> None:
        how.setdefault("color", self.ink)
        fx, fy = self._at(x, y)
        self.fig.text(fx, fy, text, parse_math=False, **how)

    def _patch(self, kind: str, x: float, y: float, width: float, height: float, **how: Any) -> None:
        fx, fy = self._at(x, y)
        w, h = width / _WIDTH, height / self.height
        shape = Rectangle((fx - w / 2, fy - h / 2), w, h, **how) if kind == "square" else Ellipse((fx, fy), w, h, **how)
        self.fig.add_artist(shape)

    def _line(self, x0: float, y0: float, x1: float, y1: float, **how: Any) -> None:
        (ax, ay), (bx, by) = self._at(x0, y0), self._at(x1, y1)
        self.fig.add_artist(Line2D([ax, bx], [ay, by], **how))

    def _strip(self, y: float) -> float:
        base, full = y + 0.16, 0.15
        for seg in self.spec.strip:
            x0, x1 = _LEFT + self.spec.x.at(seg.first) * self.plot, _LEFT + self.spec.x.at(seg.last) * self.plot
            height = full * STRIP[seg.health]
            self._patch(
                "square", (x0 + x1) / 2, base - height / 2, x1 - x0, height, color=HEALTH[seg.health].light, linewidth=0
            )
        if not self.spec.phases:
            return base + 0.08
        for phase in self.spec.phases:
            x0, x1 = _LEFT + self.spec.x.at(phase.first) * self.plot, _LEFT + self.spec.x.at(phase.last) * self.plot
            self._line(x0, base + 0.06, x0, base + 0.17, color=self.ink, linewidth=0.7, alpha=0.5)
            if (len(phase.name) + 1) * CHAR < x1 - x0:
                self._text(x0 + 0.05, base + 0.165, plain(phase.name, 40), size=8, alpha=0.7)
        return base + 0.26

    def _row_y(self, lab: Label, ribbon: float) -> float:
        return ribbon + (self.rows - 1 - (lab.row or 0) + 0.5) * _ROW

    def _leaders(self, ribbon: float, bottom: float) -> None:
        for lab in self.labels:
            x = _LEFT + lab.at * self.plot
            start = self._row_y(lab, ribbon) + 0.07 if lab.row is not None else ribbon + self.rows * _ROW
            self._line(x, start, x, bottom, color=HEALTH[lab.mark.severity].light, linewidth=0.8, alpha=0.7, zorder=-1)

    def _labels(self, ribbon: float) -> None:
        for lab in self.labels:
            if lab.row is None:
                continue
            x, y = _LEFT + lab.badge * self.plot, self._row_y(lab, ribbon)
            if lab.until > lab.at:
                colour = HEALTH[lab.mark.severity].light
                self._line(
                    _LEFT + lab.at * self.plot,
                    y + 0.09,
                    _LEFT + lab.until * self.plot,
                    y + 0.09,
                    color=colour,
                    linewidth=1.6,
                )
            self._badge(x, y, lab.mark.number, lab.mark.severity)
            if lab.text:
                right = lab.text_side == "right"
                self._text(
                    x + (0.12 if right else -0.12), y + 0.04, lab.text, size=8.5, ha="left" if right else "right"
                )

    def _badge(self, x: float, y: float, number: int, severity: str) -> None:
        colour = HEALTH[severity].light
        wide = 0.16 if number < 10 else 0.2 if number < 100 else 0.25
        fill = {"facecolor": colour} if severity != "info" else {"facecolor": self.paper}
        self._patch(
            "square" if severity == "error" else "round",
            x,
            y,
            wide,
            0.16,
            edgecolor=colour,
            linewidth=1.1,
            zorder=5,
            **fill,
        )
        ink = "#ffffff" if severity == "error" else "#1c1400" if severity == "warning" else self.ink
        self._text(x, y, str(number), size=7.5, weight="bold", ha="center", va="center_baseline", color=ink, zorder=6)

    def _panel(self, panel: Panel, i: int, y: float, share: Axes | None) -> Axes:
        height = _UNIT * panel.height
        x0, y0 = self._at(_LEFT, y + 0.3 + height)
        ax = self.fig.add_axes((x0, y0, self.plot / _WIDTH, height / self.height), sharex=share)
        draw(self.spec, panel, i, ax, self.labels, self.plot, height)
        ax.patch.set_alpha(0.0)
        ax.tick_params(axis="x", labelbottom=False)
        title = panel.title + (f" ({panel.unit})" if panel.unit else "")
        outline = halo(self.paper)
        self._text(_LEFT, y + 0.23, plain(title, 70), size=9.5, weight="bold", path_effects=outline)
        x = _LEFT + (len(title) + 2) * 0.085
        for n, key in enumerate(panel.keys):
            label = plain(key.label, 40)
            ink = INKS[key.ink]
            wide = len(label) * CHAR + (0.5 if len(panel.keys) > 1 else 0.0)
            if n and x + wide > _WIDTH - 0.5:
                self._text(x, y + 0.23, f"+{len(panel.keys) - n}", size=8.5, alpha=0.7)
                break
            if len(panel.keys) > 1:
                self._line(x, y + 0.19, x + 0.24, y + 0.19, color=ink.light, linewidth=1.8, dashes=dashes(ink.dash))
                x += 0.3
            if key.kind == "eval" and len(panel.keys) > 1:
                self._patch("round", x - 0.18, y + 0.19, 0.07, 0.07, color=ink.light)
            self._text(x, y + 0.23, label, size=8.5, path_effects=outline)
            x += wide - 0.3
        return ax

    def _kept(self, ax: Axes) -> None:
        kept = [r.x for r in self.spec.rules if r.kind == "checkpoint"]
        if kept:
            ax.plot(
                kept,
                [0.0] * len(kept),
                "^",
                transform=ax.get_xaxis_transform(),
                color=self.ink,
                alpha=0.6,
                markersize=5,
                clip_on=False,
            )

    def _list(self, y: float) -> None:
        for card, lines in self.lines:
            self._badge(_LEFT - 0.41, y, card.number, card.severity)
            for line in lines:
                self._text(_LEFT - 0.2, y + 0.045, line, size=9)
                y += 0.19
            y += 0.05
        if self.closing:
            self._text(_LEFT - 0.2 if self.cards else _LEFT - 0.5, y + 0.045, self.closing, size=9, alpha=0.75)
