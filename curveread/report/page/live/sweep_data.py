"""Sweep -> what the scripts of its page draw: rows column by column in the order of the table, curves packed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.sweep.analysis import Analysis, Setting
from curveread.findings.sweep.row import Sketch, SweepRow
from curveread.findings.sweep.sweep import Sweep
from curveread.findings.wording import number, percent
from curveread.report import swept
from curveread.report.chart.scale import RULES
from curveread.report.chart.thinning import thin
from curveread.report.logtext import shorten
from curveread.report.page.live.packing import array
from curveread.report.page.svg.curves import sparkline

__all__ = ["BUDGET", "content", "spark", "thinned"]

BUDGET = 2_200_000
"""Bytes that all curves of the page may take together."""
_LEAST = 16
"""No curve is brought below about so many points."""
_CHARTS = 4
_POINT = 10.7
"""Bytes that a point takes: a step and a value of four bytes each, in base64."""
_SPARK = 28
_LARGEST = 1.7e308


def content(sweep: Sweep, columns: Sequence[swept.Column]) -> dict[str, Any]:
    """Return all that the scripts need; rows are named by their place in the table."""
    order = swept.order(sweep)
    place = {row: i for i, row in enumerate(order)}
    rows = [sweep.rows[i] for i in order]
    analysis = sweep.analysis
    outcome = analysis.outcome
    measures = [swept.measured(r, outcome) for r in rows]
    return {
        "names": [shorten(r.run, 120) for r in rows],
        "health": [r.health for r in rows],
        "words": swept.WORDS,
        "forms": {f: array(_column([getattr(m, f) if m else math.nan for m in measures])) for f in swept.FORMS},
        "outcome": outcome and {
            "name": shorten(outcome.tag, 60), "form": outcome.form, "better": outcome.better,
            "forms": swept.FORMS,
        },
        "settings": [_setting(s, rows, analysis) for s in swept.settings(sweep)],
        "groups": [
            {"rows": [place[i] for i in g.rows], "judged": g.judged, "centre": _known(g.centre), "low": _known(g.low),
             "high": _known(g.high), "name": swept.group_name(g)}
            for g in analysis.groups
        ],
        "columns": [_sortable(c, rows, measures) for c in columns],
        "axis": next((r.x_axis for r in rows if r.sketches), "step"),
        "charts": _charts(rows, outcome.tag if outcome else ""),
        "rules": RULES,
    }  # fmt: skip


def thinned(sweep: Sweep) -> tuple[int, int]:
    """Return how many points a curve keeps at most, and how many the longest had; equal where all are kept."""
    kept = _chosen(sweep.rows, _first(sweep))
    longest = max((len(s.step) for _, sketches in kept for _, s in sketches), default=0)
    return min(_room(kept), longest), longest


def spark(row: SweepRow, tag: str) -> str:
    """Return the row's outcome, or its first curve, as a tiny picture."""
    sketch = next((s for s in row.sketches if s.tag == tag), row.sketches[0] if row.sketches else None)
    if sketch is None:
        return ""
    _, value = _points(sketch, _SPARK)
    return sparkline(value, 72, 18)


def _column(values: Sequence[float | None]) -> FloatArray:
    return np.array([math.nan if v is None else v for v in values], dtype=np.float64)


def _known(v: float) -> float | None:
    """Return a number as JSON holds it: None for NaN, the largest for what is infinite and drawn beyond the axis."""
    return None if math.isnan(v) else float(min(max(v, -_LARGEST), _LARGEST))


def _setting(s: Setting, rows: Sequence[SweepRow], analysis: Analysis) -> dict[str, Any]:
    found = {_key(v): i for i, v in enumerate(s.values)}
    at = [found.get(_key(r.settings[s.name]), -1) if s.name in r.settings else -1 for r in rows]
    best = next((o for o in analysis.optima if o.setting == s.name), None)
    matters = next((i for i in analysis.importances if i.setting == s.name), None)
    numeric = s.kind == "number" and all(isinstance(v, int | float) and math.isfinite(v) for v in s.values)
    return {
        "name": shorten(s.name, 60),
        "numbers": array(_column([float(v) for v in s.values]), exact=True) if numeric else None,
        "texts": [shorten(swept.value(v), 60) for v in s.values],
        "log": numeric and s.decades and all(float(v) > 0 for v in s.values),
        "seed": s.seed,
        "at": array(np.array(at, dtype=np.int64)),
        "best": best and {k: _known(getattr(best, k)) for k in ("low", "high", "edge")},
        "share": matters and percent(matters.share),
    }


def _key(v: object) -> tuple[bool, object]:
    return isinstance(v, bool), v


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


def _first(sweep: Sweep) -> str:
    return sweep.analysis.outcome.tag if sweep.analysis.outcome else ""


def _chosen(rows: Sequence[SweepRow], first: str) -> list[tuple[str, list[tuple[int, Sketch]]]]:
    """Return the charts: curves of one role (of one tag where it has none) together, the outcome's first."""
    charts: dict[str, list[tuple[int, Sketch]]] = {}
    for i, row in enumerate(rows):
        for sketch in row.sketches:
            role = sketch.role if sketch.role not in ("", "unknown", "other") else sketch.tag
            charts.setdefault(role, []).append((i, sketch))
    ranked = sorted(charts.items(), key=lambda c: (all(s.tag != first for _, s in c[1]), -len(c[1])))
    return ranked[:_CHARTS]


def _room(charts: Sequence[tuple[str, list[tuple[int, Sketch]]]]) -> int:
    """Return how many points each curve may keep, so that all fit: short curves leave theirs to the long ones."""
    sizes = sorted(len(s.step) for _, sketches in charts for _, s in sketches)
    left = BUDGET / _POINT
    for i, n in enumerate(sizes):
        share = left / (len(sizes) - i)
        if n > share:
            return max(_LEAST, int(share))
        left -= n
    return sizes[-1] if sizes else 0


def _charts(rows: Sequence[SweepRow], first: str) -> list[dict[str, Any]]:
    chosen = _chosen(rows, first)
    most = _room(chosen)
    out = []
    for _, sketches in chosen:
        points = [_points(s, most // 2) for _, s in sketches]
        tags = list(dict.fromkeys(s.tag for _, s in sketches))
        out.append(
            {
                "name": shorten(tags[0], 60) + (f" and {number(len(tags) - 1)} other names" if len(tags) > 1 else ""),
                "row": array(np.array([i for i, _ in sketches], dtype=np.int64)),
                "size": array(np.array([step.size for step, _ in points], dtype=np.int64)),
                "step": array(np.concatenate([step for step, _ in points])),
                "value": array(np.concatenate([value for _, value in points])),
            }
        )
    return out


def _points(sketch: Sketch, columns: int) -> tuple[FloatArray, FloatArray]:
    """Return steps and values, the lowest and the highest of each stretch where there are more than fit."""
    step, value = np.array(sketch.step, dtype=np.float64), np.array(sketch.value, dtype=np.float64)
    if step.size > 2 * columns:
        keep = thin((step - step[0]) / max(float(step[-1] - step[0]), 1.0), value, max(1, columns))
        step, value = step[keep], value[keep]
    return step, value
