"""ChartSpec -> matplotlib figure: for papers, notebooks, PNG and PDF.

Made without pyplot, so that nothing global changes and the caller's style sheet stays in force.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import shorten
from curveread.report.cards import cards
from curveread.report.chart.chart import chart
from curveread.report.chart.labels import Label, place
from curveread.report.chart.palette import INKS, dash
from curveread.report.chart.plots import content
from curveread.report.chart.scene import Badge, Part, Plot, Stroke, Words
from curveread.report.chart.spec import ChartSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAD = 16
"""Points between axes of the caller's and the verdict over them, where the findings' numbers stand."""


def figure(diagnosis: Diagnosis, tags: Sequence[str] | None = None, ax: Axes | None = None) -> Figure:
    """Return the annotated figure of a run; with ``ax`` the first panel is drawn into those axes.

    Raises
    ------
    UsageError
        When a tag is not among the curves that can be drawn.
    """
    spec = chart(diagnosis, tags)
    if ax is not None:
        return _into(spec, ax)
    from curveread.report.figure.sheet import sheet

    return sheet(
        spec, cards(diagnosis.findings, diagnosis.run.x_axis, (diagnosis.verdict.headline,)), len(diagnosis.quiet)
    )


def png(diagnosis: Diagnosis, dpi: int = 150) -> bytes:
    """Return the figure as a PNG picture."""
    out = io.BytesIO()
    figure(diagnosis).savefig(
        out, format="png", dpi=dpi, metadata={"Software": None, "Title": shorten(diagnosis.run.name, 120)}
    )
    return out.getvalue()


def svg(diagnosis: Diagnosis) -> bytes:
    """Return the figure as an SVG picture; its text stays text."""
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "curveread"}):
        figure(diagnosis).savefig(
            out, format="svg", metadata={"Date": None, "Creator": None, "Title": shorten(diagnosis.run.name, 120)}
        )
    return out.getvalue()


def pdf(diagnosis: Diagnosis, *, title: str | None = None) -> bytes:
    """Return the report as a PDF document: verdict, key figures and charts, then the findings as text."""
    from curveread.report.figure.pdf import pdf_document

    return pdf_document(diagnosis, chart(diagnosis), title=title)


def _into(spec: ChartSpec, ax: Axes) -> Figure:
    """Draw the first panel into axes of the caller's, which keep ticks, labels and a legend of their own."""
    from matplotlib import rcParams
    from matplotlib.transforms import Affine2D

    from curveread.report.figure.paint import PIXEL, Painter, curves
    from curveread.report.figure.paper import size

    made = ax.figure.figure  # the root, also of axes in a subfigure
    assert made is not None
    inches = ax.get_window_extent().transformed(made.dpi_scale_trans.inverted())
    width, height = inches.width / PIXEL, inches.height / PIXEL
    if spec.panels:
        labels = place(spec.marks, spec.x, width / size("axes", 1, 0, 0).char, rows=1)
        under, over = content(spec, Plot(0, (0.0, 0.0, width, height)), labels, size("axes", inches.width, 0, 0))
        curves(spec, spec.panels[0], ax)
        # pixels are tied to the limits that the axes have now, so that the marks follow when they are zoomed
        first, top = ax.transScale.transform((spec.x.low, spec.panels[0].y.high))
        last, bottom = ax.transScale.transform((spec.x.high, spec.panels[0].y.low))
        scaled = Affine2D().scale((last - first) / width, (bottom - top) / height).translate(first, top)
        painter = Painter(ax, scaled + ax.transLimits + ax.transAxes, rcParams["axes.facecolor"])
        painter.draw([p for p in under if not isinstance(p, Words)], -1.0)  # ticks: the axes have their own
        painter.draw([*over, *itertools.chain.from_iterable(_numbered(lab, width, height) for lab in labels)], 5.0)
        _framed(spec, ax)
    _titled(spec, ax, made, inches.width, inches.y1)
    return made


def _numbered(lab: Label, width: float, height: float) -> tuple[Part, ...]:
    """Return the line where a finding begins, and its number over the axes."""
    x, severity = lab.at * width, lab.mark.severity
    return Stroke(x, 0.0, x, height, severity, opacity=0.7), Badge(x, -11.0, lab.mark.number, severity)


def _framed(spec: ChartSpec, ax: Axes) -> None:
    """Give axes their labels, a light frame and, for several curves, a legend."""
    from matplotlib import rcParams
    from matplotlib.lines import Line2D

    from curveread.report.figure.style import dashes, plain, shade

    panel = spec.panels[0]
    ax.set_ylabel(plain(panel.heading, 60), parse_math=False)
    ax.set_xlabel(plain(spec.x_name, 40), fontsize=8.5, loc="right", parse_math=False)
    ax.tick_params(axis="y", length=0, labelsize=8.5)
    ax.tick_params(axis="x", labelsize=8.5, length=3)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_alpha(0.5)
    if len(panel.keys) > 1:
        keys = []
        for key in panel.keys:
            colour = shade(INKS[key.ink], rcParams["axes.facecolor"])
            keys.append(
                Line2D([], [], color=colour, label=plain(key.label, 40), dashes=dashes(dash(key.ink, key.kind)))
            )
        ax.legend(handles=keys, fontsize=8, frameon=False, loc="best")


def _titled(spec: ChartSpec, ax: Axes, made: Figure, width: float, top: float) -> None:
    """Write the verdict over axes that are so wide and reach so far up, in inches."""
    from matplotlib.font_manager import FontProperties

    from curveread.report.figure.paper import wrapped
    from curveread.report.figure.style import plain

    points = FontProperties(size="medium").get_size_in_points()
    lines = wrapped(plain(spec.headline, 400), max(width, 1.0), points)
    # without a layout engine the title has the room that is there
    above = float(made.get_figheight()) - top - _PAD / 72
    most = 2 if made.get_layout_engine() is not None or above > 2.6 * points / 72 else 1
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(",;") + " …"]
    ax.set_title("\n".join(lines), fontsize="medium", loc="left", parse_math=False, pad=_PAD)
