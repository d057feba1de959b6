"""The whole picture.

The curves stand once in a page (:func:`shared`); each size of the picture places the same paths and writes only
its own axes and labels, so that a page can hold one for wide, one for middling and one for narrow windows.
"""

from __future__ import annotations

from curveread.report.chart.spec import ChartSpec
from curveread.report.logtext import shorten
from curveread.report.page.svg.curves import definitions
from curveread.report.page.svg.element import tag
from curveread.report.page.svg.frame import Frame, Size
from curveread.report.page.svg.marks import labels, leaders, step_axis, strip
from curveread.report.page.svg.panel import heading, panel

__all__ = ["picture", "shared"]


def shared(spec: ChartSpec, uid: str) -> str:
    """Return a hidden ``<svg>`` with the curves of all panels; ``uid`` makes their ids unique in the page."""
    inner = tag("defs", definitions(spec, uid))
    return tag("svg", inner, cls="cr-defs", width=0, height=0, aria_hidden="true", focusable="false")


def picture(spec: ChartSpec, uid: str, size: Size, *, alone: bool = False) -> str:
    """Return the charts at one size.

    Parameters
    ----------
    spec
        What to draw.
    uid
        As given to :func:`shared`.
    size
        The measures.
    alone
        Puts the curves into this picture and makes no links: nothing else of the page is needed.
    """
    f = Frame.of(spec, uid, size)
    body: list[str] = []
    ribbon = strip(f, body) + 6
    y = ribbon + f.rows * size.row + (4 if f.rows else 0)
    shapes: list[str] = []
    for i, p in enumerate(spec.panels):
        y = heading(p, size, y, shapes)
        height = size.unit * p.height
        shapes += panel(f, i, y, height)
        y += height + 10
    bottom = y - 10 if spec.panels else y
    body.append(leaders(f, ribbon, bottom))
    body += shapes
    body += labels(f, ribbon, anchors=not alone)
    total = step_axis(f, bottom, body)
    inner = tag("defs", definitions(spec, uid)) if alone else ""
    return tag(
        "svg",
        inner + "".join(body),
        cls=f"cr-chart cr-{size.name}",
        viewBox=f"0 0 {size.width} {total:.0f}",
        role="group",
        aria_label=f"Charts of {shorten(spec.name, 80)} over {shorten(spec.x_label, 40)}",
        font_family="system-ui,sans-serif",
        font_size="11.5",
    )
