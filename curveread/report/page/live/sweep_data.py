"""Sweep -> what the scripts of its page draw: rows column by column in the order of the table, curves packed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.sweep.analysis import Analysis, Setting
from curveread.findings.sweep.row import Sketch, SweepRow
from curveread.findings.sweep.sweep import Sweep
from curveread.findings.wording import amount, percent
from curveread.logtext import shorten
from curveread.report import swept
from curveread.report.chart.scale import RULES
from curveread.report.page.live.packing import array
from curveread.report.page.svg.curves import sparkline
from curveread.run.thinning import thin

BUDGET = 2_200_000
"""Bytes that all curves of the page may take together."""
_LEAST = 16
"""No curve is brought below about so many points."""
_CHARTS = 4
_POINT = 10.7
"""Bytes that a point takes: a step and a value of four bytes each, in base64."""
_SPARK = 28
_LARGEST = 1.7e308


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of all rows, brought to what the page has room for.

    Parameters
    ----------
    charts
        One for each role, as the scripts take it.
    sparks
        A tiny picture of each row's outcome, or of its first curve.
    kept, longest
        How many points a curve keeps at most, and how many the longest had; equal where all are kept.
    axis
        What the steps count.
    """

    charts: tuple[dict[str, Any], ...]
    sparks: tuple[str, ...]
    kept: int
    longest: int
    axis: str


def curves(sweep: Sweep) -> Curves:
    """Return the curves; goes through the rows twice and holds no more than what the page does."""
    first = sweep.analysis.outcome.tag if sweep.analysis.outcome else ""
    sizes: dict[str, list[int]] = {}
    leading, axis = "", "step"
    for row in sweep.rows:
        for sketch in row.sketches:
            sizes.setdefault(_kind(sketch), []).append(len(sketch.step))
            leading = leading or (_kind(sketch) if sketch.tag == first else "")
            axis = row.x_axis
    kinds = sorted(sizes, key=lambda k: (k != leading, -len(sizes[k])))[:_CHARTS]
    every = [n for k in kinds for n in sizes[k]]
    kept, longest = _room(every), max(every, default=0)
    place = {row: i for i, row in enumerate(swept.order(sweep))}
    parts: dict[str, _Chart] = {k: _Chart() for k in kinds}
    sparks = []
    for i, row in enumerate(sweep.rows):
        sparks.append(_spark(row, first))
        for sketch in row.sketches:
            if _kind(sketch) in parts:
                parts[_kind(sketch)].add(place[i], sketch, kept // 2)
    charts = tuple(part.packed() for part in parts.values())
    return Curves(charts, tuple(sparks), min(kept, longest), longest, axis)


def content(sweep: Sweep, columns: Sequence[swept.Column], drawn: Curves) -> dict[str, Any]:
    """Return all that the scripts need; rows are named by their place in the table."""
    order = swept.order(sweep)
    place = {row: i for i, row in enumerate(order)}
    rows = [sweep.rows[i] for i in order]
    analysis = sweep.analysis
    outcome = analysis.outcome
    measures = [r.measure(outcome) for r in rows]
    return {
        "names": [shorten(r.run, 120) for r in rows],
        "health": [r.health for r in rows],
        "words": swept.WORDS,
        "forms": {f: array(_column([getattr(m, f) if m else math.nan for m in measures])) for f in swept.FORMS},
        "outcome": outcome
        and {
            "name": shorten(outcome.tag, 60),
            "form": outcome.form,
            "better": outcome.better,
            "forms": swept.FORMS,
        },
        "settings": [_setting(s, rows, analysis) for s in swept.settings(sweep)],
        "groups": [
            {
                "rows": [place[i] for i in g.rows],
                "judged": g.judged,
                "centre": _known(g.centre),
                "low": _known(g.low),
                "high": _known(g.high),
            }
            for g in analysis.groups
        ],
        "columns": [_sortable(c, rows, measures) for c in columns],
        "axis": drawn.axis,
        "charts": list(drawn.charts),
        "rules": RULES,
    }


def _column(values: Sequence[float | None]) -> FloatArray:
    return np.array([math.nan if v is None else v for v in values], dtype=np.float64)


def _known(v: float) -> float | None:
    """Return a number as JSON holds it: None for NaN, the largest for what is infinite and drawn beyond the axis."""
    return None if math.isnan(v) else float(min(max(v, -_LARGEST), _LARGEST))


def _setting(s: Setting, rows: Sequence[SweepRow], analysis: Analysis) -> dict[str, Any]:
    at = s.places(r.settings.get(s.name) for r in rows)
    best = next((o for o in analysis.optima if o.setting == s.name), None)
    matters = next((i for i in analysis.importances if i.setting == s.name), None)
    numeric = swept.numeric(s)
    return {
        "name": shorten(s.name, 60),
        "numbers": array(_column([float(v) for v in s.values]), exact=True) if numeric else None,
        "texts": [shorten(swept.value(v), 60) for v in s.values],
        "log": numeric and s.decades,
        "seed": s.seed,
        "at": array(np.array(at, dtype=np.int64)),
        "best": best and {k: _known(getattr(best, k)) for k in ("low", "high", "edge")},
        "share": matters and percent(matters.share),
    }


def _sortable(c: swept.Column, rows: Sequence[SweepRow], measures: Sequence[Any]) -> dict[str, Any]:
    """Return how a column sorts: by a form, by a setting's values, by numbers of its own, else by its text."""
    out: dict[str, Any] = {"kind": c.kind}
    match c.kind:
        case "form":
            out["form"] = c.name
        case "setting":
            out["name"] = shorten(c.name, 60)
        case "best-step":
            out["values"] = array(_column([m.best_step if m else None for m in measures]), exact=True)
        case "steps":
            out["values"] = array(_column([r.last_step for r in rows]), exact=True)
        case "seconds":
            out["values"] = array(_column([r.seconds for r in rows]))
    return out


def _kind(sketch: Sketch) -> str:
    """Return what is drawn on one chart: curves of one role, of one tag where that has none."""
    return sketch.role if sketch.role not in ("", "unknown", "other") else sketch.tag


def _room(lengths: Sequence[int]) -> int:
    """Return how many points each curve may keep, so that all fit: short curves leave theirs to the long ones."""
    sizes = sorted(lengths)
    left = BUDGET / _POINT
    for i, n in enumerate(sizes):
        share = left / (len(sizes) - i)
        if n > share:
            return max(_LEAST, int(share))
        left -= n
    return sizes[-1] if sizes else 0


@dataclass(slots=True)
class _Chart:
    tags: dict[str, None] = field(default_factory=dict)
    row: list[int] = field(default_factory=list)
    step: list[FloatArray] = field(default_factory=list)
    value: list[FloatArray] = field(default_factory=list)

    def add(self, place: int, sketch: Sketch, columns: int) -> None:
        step, value = _points(sketch, columns)
        self.tags[sketch.tag] = None
        self.row.append(place)
        self.step.append(step)
        self.value.append(value)

    def packed(self) -> dict[str, Any]:
        tag, *others = self.tags
        return {
            "name": shorten(tag, 60) + (f" and {amount(len(others), 'other name')}" if others else ""),
            "row": array(np.array(self.row, dtype=np.int64)),
            "size": array(np.array([step.size for step in self.step], dtype=np.int64)),
            "step": array(np.concatenate(self.step)),
            "value": array(np.concatenate(self.value)),
        }


def _spark(row: SweepRow, tag: str) -> str:
    sketch = next((s for s in row.sketches if s.tag == tag), row.sketches[0] if row.sketches else None)
    return "" if sketch is None else sparkline(_points(sketch, _SPARK)[1], 72, 18)


def _points(sketch: Sketch, columns: int) -> tuple[FloatArray, FloatArray]:
    """Return steps and values, the lowest and the highest of each stretch where there are more than fit."""
    step, value = np.array(sketch.step, dtype=np.float64), np.array(sketch.value, dtype=np.float64)
    if step.size > 2 * columns:
        keep = thin((step - step[0]) / max(float(step[-1] - step[0]), 1.0), value, max(1, columns))
        step, value = step[keep], value[keep]
    return step, value
