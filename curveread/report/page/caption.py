"""The sentence under the charts of a page: how to read them."""

from __future__ import annotations

from collections.abc import Sequence

from curveread.findings.extras.drawing import Drawing
from curveread.findings.wording import count
from curveread.logtext import shorten
from curveread.report.chart.spec import ChartSpec


def caption(spec: ChartSpec, drawings: Sequence[Drawing]) -> str:
    """Return what the marks of the charts mean, of those that are there."""
    parts = []
    kinds = {line.kind for p in spec.panels for line in p.lines}
    if kinds & {"raw", "sparse"}:
        parts.append(f"Faint: every value as logged. Strong: its smoothed trend. {_shaded(spec, drawings)}")
    if "forecast" in kinds:
        parts.append("Dotted, beyond the end of the run: where it would have gone, with its 80 % interval.")
    if any(m.kind in ("above", "below") for p in spec.panels for m in p.markers):
        parts.append("Arrows: values beyond the axis.")
    if any(p.gaps for p in spec.panels):
        parts.append("Hatched: NaN or Inf.")
    if any(r.kind == "restart" for r in spec.events):
        parts.append("Dashed: restart.")
    reduced = [d for d in drawings if d.complete is not None]
    if reduced:
        most = max(reduced, key=lambda d: d.points)
        which = "curve is" if len(reduced) == 1 else "curves are"
        parts.append(
            f"{count(len(reduced))} long {which} drawn with the lowest and the highest point of every stretch, "
            f"findings with every point as far as there is room: {count(most.step.size)} of {count(most.points)} for "
            f"{shorten(most.tag, 60)}."
        )
    return " ".join(parts)


def _shaded(spec: ChartSpec, drawings: Sequence[Drawing]) -> str:
    """Return what the bands of the picture hold."""
    banded = {line.tag for p in spec.panels for line in p.lines if line.kind == "trend"}
    widths = sorted({d.band_scales for d in drawings if d.tag in banded}, reverse=True)
    slim = f", ±{widths[1]:g} where that would fill the chart" if len(widths) > 1 else ""
    return f"Shaded: ±{widths[0]:g} standard deviation{'s' if widths[0] > 1 else ''} of its noise{slim}."
