"""ChartSpec -> matplotlib figure: for papers, notebooks, PNG and PDF.

Made without pyplot, so that nothing global changes and the caller's style sheet stays in force.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis
from curveread.report.chart.chart import chart
from curveread.report.chart.labels import place
from curveread.report.chart.palette import HEALTH, INKS
from curveread.report.chart.spec import ChartSpec
from curveread.report.logtext import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure", "pdf", "png", "svg"]

_PAD = 16
"""Points between axes of the caller's and the verdict over them, where the findings' numbers stand."""


def figure(diagnosis: Diagnosis, tags: Sequence[str] | None = None, ax: Axes | None = None) -> Figure:
    """Return the annotated figure of a run.

    Parameters
    ----------
    diagnosis
        What was found.
    tags
        Draw these curves only.
    ax
        Draw the first panel into these axes, and return their figure.

    Raises
    ------
    UsageError
        When a tag is not among the curves that can be drawn.
    """
    spec = chart(diagnosis, tags)
    if ax is not None:
        return _into(spec, ax)
    from curveread.report.figure.sheet import sheet

    return sheet(spec, diagnosis)


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
    from curveread.report.figure.pdf import document

    return document(diagnosis, chart(diagnosis), title=title)


def _into(spec: ChartSpec, ax: Axes) -> Figure:
    """Draw the first panel into axes of the caller's."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D

    from curveread.report.figure.axes import CHAR, dashes, draw, plain, shade, steps
    from curveread.report.figure.paper import wrapped

    made = ax.figure.figure  # the root, also of axes in a subfigure
    assert made is not None
    size = ax.get_window_extent().transformed(made.dpi_scale_trans.inverted())
    paper = rcParams["axes.facecolor"]
    if spec.panels:
        panel = spec.panels[0]
        labels = place(spec.marks, spec.x, size.width / CHAR, rows=1)
        draw(spec, panel, 0, ax, labels, size.width, size.height)
        ax.set_ylabel(plain(panel.title + (f" ({panel.unit})" if panel.unit else ""), 60), parse_math=False)
        for lab in labels:
            colour = shade(HEALTH[lab.mark.severity], paper)
            ax.axvline(lab.mark.first, color=colour, linewidth=0.8, alpha=0.7)
            ax.annotate(
                str(lab.mark.number),
                (lab.mark.first, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                color=colour,
                weight="bold",
            )
        steps(ax, spec)
        if len(panel.keys) > 1:
            keys = [
                Line2D(
                    [], [], color=shade(INKS[k.ink], paper), label=plain(k.label, 40), dashes=dashes(INKS[k.ink].dash)
                )
                for k in panel.keys
            ]
            ax.legend(handles=keys, fontsize=8, frameon=False, loc="best")
    points = FontProperties(size="medium").get_size_in_points()
    lines = wrapped(plain(spec.headline, 400), max(size.width, 1.0), points)
    # without a layout engine the title has the room that is there
    above = float(made.get_figheight()) - size.y1 - _PAD / 72
    most = 2 if made.get_layout_engine() is not None or above > 2.6 * points / 72 else 1
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(",;") + " …"]
    ax.set_title("\n".join(lines), fontsize="medium", loc="left", parse_math=False, pad=_PAD)
    return made
