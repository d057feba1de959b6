"""ChartSpec -> matplotlib figure: for papers, notebooks, PNG and PDF.

Made without pyplot, so that nothing global changes and the caller's style sheet stays in force.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis
from curveread.report.chart import chart
from curveread.report.labels import place
from curveread.report.logtext import shorten
from curveread.report.palette import HEALTH
from curveread.report.spec import ChartSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure", "pdf", "png"]


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
    from curveread.report.mpl_sheet import Sheet

    return Sheet(spec, diagnosis).draw()


def png(diagnosis: Diagnosis, dpi: int = 150) -> bytes:
    """Return the figure as a PNG picture."""
    out = io.BytesIO()
    figure(diagnosis).savefig(
        out, format="png", dpi=dpi, metadata={"Software": None, "Title": shorten(diagnosis.run.name, 120)}
    )
    return out.getvalue()


def pdf(diagnosis: Diagnosis) -> bytes:
    """Return the figure as a PDF document of one page."""
    out = io.BytesIO()
    figure(diagnosis).savefig(
        out, format="pdf", metadata={"CreationDate": None, "Title": shorten(diagnosis.run.name, 120)}
    )
    return out.getvalue()


def _into(spec: ChartSpec, ax: Axes) -> Figure:
    """Draw the first panel into axes of the caller's."""
    from curveread.report.mpl_axes import CHAR, draw, plain, steps

    made = ax.figure.figure  # the root, also of axes in a subfigure
    assert made is not None
    size = ax.get_window_extent().transformed(made.dpi_scale_trans.inverted())
    if spec.panels:
        panel = spec.panels[0]
        labels = place(spec.marks, spec.x, size.width / CHAR, rows=1)
        draw(spec, panel, 0, ax, labels, size.width, size.height)
        ax.set_ylabel(plain(panel.title + (f" ({panel.unit})" if panel.unit else ""), 60), parse_math=False)
        for lab in labels:
            colour = HEALTH[lab.mark.severity].light
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
    words = plain(spec.headline, max(20, int(size.width / 0.085)))
    ax.set_title(words, fontsize="medium", loc="left", parse_math=False, pad=16)
    return made
