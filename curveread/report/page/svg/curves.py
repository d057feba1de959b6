"""Curves as paths on a grid of whole numbers, written once and placed at any size with ``<use>``."""

from __future__ import annotations

import itertools

import numpy as np

from curveread.arrays import FloatArray
from curveread.report.chart.spec import Band, ChartSpec, Line, Panel
from curveread.report.page.svg.element import tag
from curveread.run.thinning import thin

GRID = (2000, 1000)
"""Width and height of the grid of a panel."""
_BUDGET = 16_000
"""Points that all curves of a picture may have together: about 100 kB."""


def definitions(spec: ChartSpec, uid: str) -> str:
    """Return the content of ``<defs>``: every band, line and row of dots, and the hatching of gaps.

    Ids are ``<uid>-b<panel>-<i>``, ``-l`` and ``-d`` alike, and ``<uid>-hatch``.
    """
    lines = sum(len(p.lines) + len(p.bands) for p in spec.panels)
    columns = int(np.clip(_BUDGET / max(1, lines) / 2, 60, 1000))
    stroke = tag("path", d="M0 0v6", stroke="#888", stroke_width="1.6", cls="cr-hatch")
    turned = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    out = [tag("pattern", stroke, id=f"{uid}-hatch", width=6, height=6, **turned)]
    thin_stroke = "non-scaling-stroke"
    for i, panel in enumerate(spec.panels):
        out += [tag("path", id=f"{uid}-b{i}-{j}", d=_band(spec, panel, b, columns)) for j, b in enumerate(panel.bands)]
        for j, line in enumerate(panel.lines):
            x, y = _on_grid(spec, panel, line, columns)
            out.append(tag("path", id=f"{uid}-l{i}-{j}", d=_path(x, y), vector_effect=thin_stroke))
            if line.dots:
                out.append(tag("path", id=f"{uid}-d{i}-{j}", d=_path(x, y, dots=True), vector_effect=thin_stroke))
    return "".join(out)


def sparkline(values: FloatArray, width: int = 96, height: int = 18) -> str:
    """Return a tiny picture of (n,) values, evenly spaced; what is not a number breaks the line."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return ""
    low, high = float(finite.min()), float(finite.max())
    with np.errstate(invalid="ignore"):
        share = (values / 2 - low / 2) / (high / 2 - low / 2) if high > low else values * 0 + 0.5
    x = np.linspace(1.0, width - 1.0, values.size) if values.size > 1 else np.array([width / 2])
    y = np.where(np.isfinite(share), (1 - share) * (height - 4) + 2, np.nan)
    stroke = {
        "fill": "none",
        "stroke": "currentColor",
        "stroke_width": 1 if values.size > 1 else 4,
        "stroke_linecap": "round",
    }
    drawn = tag("path", d=_path(x, y, dots=values.size == 1), **stroke)
    size = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}
    return tag("svg", drawn, cls="cr-spark", aria_hidden="true", **size)


def _on_grid(spec: ChartSpec, panel: Panel, line: Line, columns: int) -> tuple[FloatArray, FloatArray]:
    fx = np.clip(spec.x.fraction(line.x), 0.0, 1.0)
    fy = np.clip(panel.y.fraction(line.y), 0.0, 1.0)  # wild values end at the edge, where an arrow names them
    keep = thin(fx, fy, columns)
    return fx[keep] * GRID[0], (1 - fy[keep]) * GRID[1]


def _band(spec: ChartSpec, panel: Panel, band: Band, columns: int) -> str:
    fx = np.clip(spec.x.fraction(band.x), 0.0, 1.0)
    low, high = np.clip(panel.y.fraction(band.low), 0, 1), np.clip(panel.y.fraction(band.high), 0, 1)
    cuts = np.flatnonzero(np.isnan(low) | np.isnan(high))
    return "".join(
        _area(fx[a:b], low[a:b], high[a:b], columns)
        for a, b in itertools.pairwise([0, *(cuts + 1).tolist(), fx.size + 1])
    )


def _area(fx: FloatArray, low: FloatArray, high: FloatArray, columns: int) -> str:
    """Return one unbroken piece of a band; a NaN may end it."""
    keep = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    if keep.size > columns:
        keep = keep[np.unique(np.linspace(0, keep.size - 1, columns).astype(np.int64))]
    if keep.size < 2:
        return ""
    x = np.concatenate((fx[keep], fx[keep][::-1])) * GRID[0]
    y = (1 - np.concatenate((high[keep], low[keep][::-1]))) * GRID[1]
    return _path(x, y) + "z"


def _path(x: FloatArray, y: FloatArray, *, dots: bool = False) -> str:
    """Return path data in relative whole numbers; NaN lifts the pen, ``dots`` sets spots instead of drawing a line."""
    out: list[str] = []
    at: tuple[int, int] | None = None
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        if py != py:
            at = None
            continue
        spot = (round(px), round(py))
        if dots or at is None:
            out.append(f"M{spot[0]} {spot[1]}h0")  # a line of no length is a dot where the caps are round
        elif spot != at:
            dx, dy = spot[0] - at[0], spot[1] - at[1]
            out.append(f"l{dx}{dy}" if dy < 0 else f"l{dx} {dy}")
        at = spot
    return "".join(out)
