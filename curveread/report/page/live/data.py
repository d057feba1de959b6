"""Diagnosis -> what the scripts of the page draw, as JSON: arrays packed, everything that ships within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.extras.drawing import Drawing, Ruler
from curveread.findings.forecast import Forecast
from curveread.logtext import clean, shorten
from curveread.report.chart import labels, panels, scale, texture
from curveread.report.chart.chart import chart, leading, quiet
from curveread.report.chart.palette import FORECAST, INKS, SHADES, STROKES, WORDS
from curveread.report.chart.scene import SHAPES
from curveread.report.chart.size import WIDE
from curveread.report.chart.spec import ChartSpec, Panel
from curveread.report.page.live.packing import array
from curveread.run.thinning import thin

BUDGET = 2_000_000
"""Bytes that the curves of a page may take together."""
CURVES = 600
"""Curves that a page holds: with all that is said of each, they are what would let it grow beyond all bounds."""
_LEAST = 300
"""No curve is brought below about so many points, whatever the budget."""
_MARKS = 200
_EVENTS = 3000
_RULES: dict[str, Any] = {
    **scale.RULES,
    **labels.RULES,
    **panels.RULES,
    **texture.RULES,
    "char": WIDE.char,
    "line": WIDE.line,
}
_RULES |= {
    "forecast": [float(n) for n in FORECAST.split()],
    "shades": SHADES,
    "strokes": {kind: list(stroke) for kind, stroke in STROKES.items()},
    "spots": {n: SHAPES[n] for n in ("peak", "best")},
}
_RULERS = {"epoch": "epochs", "tokens": "tokens", "time": "time"}


def charts(diagnosis: Diagnosis, spec: ChartSpec) -> dict[str, Any]:
    """Return all that the scripts need; the panels of the picture stand open, all others can be opened."""
    named = frozenset(f.tag for f in diagnosis.findings if f.tag is not None)
    at_once = frozenset(t for p in spec.panels for t in p.tags)
    drawings = {d.tag: d for d in fitted(_held(diagnosis.drawings, at_once, named), at_once)}
    every = panels.panels(
        drawings.values(),
        spec.x,
        named=named,
        summary=diagnosis.summary,
        axis=diagnosis.run.x_axis,
        first=leading(diagnosis),
        everything=True,
        most=len(drawings) + 1,
    )
    stack = sorted(every, key=lambda p: at_once.isdisjoint(p.tags))
    home = {tag: i for i, p in enumerate(stack) for tag in p.tags}
    first, last, ahead = spec.x.low, spec.x.high, diagnosis.forecast
    if [t.at for t in spec.x.ticks] == [(first + last) / 2]:
        first = last = spec.x.ticks[0].at  # a run of one step, with room on both sides
    return {
        "x": {
            "label": spec.x_label,
            "word": _word(spec.x_label),
            "first": first,
            "last": last,
            "end": min(spec.end, last),
            "ahead": max((float(p.step) for p in ahead.points), default=last) if ahead else last,
        },
        "rulers": [_ruler(r) for r in diagnosis.rulers],
        "panels": [_panel(p, drawings, at_once, named, ahead) for p in stack],
        "marks": [
            {
                "n": m.number,
                "severity": m.severity,
                "word": WORDS[m.severity],
                "first": m.first,
                "last": m.last,
                "texts": list(m.texts),
                "message": shorten(m.message, 400),
                "tag": m.tag and shorten(m.tag, 300),
                "home": home.get(m.tag or "", 0),
                "peak": _finite(m.peak),
            }
            for m in _all_marks(diagnosis, spec)
        ],
        "quiet": quiet(diagnosis),
        "phases": [[p.first, p.last, p.name] for p in spec.phases],
        "rules": _RULES,
        "events": [[r.x, r.kind, shorten(r.text, 120)] for r in spec.events[:_EVENTS]],
    }


def _held(drawings: Sequence[Drawing], at_once: frozenset[str], named: frozenset[str]) -> Sequence[Drawing]:
    """Return the curves that a page holds: those it shows at once, those of findings, then the first others."""
    ranked = sorted(drawings, key=lambda d: (d.tag not in at_once, d.tag not in named))
    held = {d.tag for d in ranked[:CURVES]}
    return [d for d in drawings if d.tag in held]


def fitted(drawings: Sequence[Drawing], first: frozenset[str]) -> tuple[Drawing, ...]:
    """Return the drawings with as many points as the page has room for.

    The curves of ``first``, which the page shows at once, keep theirs as long as three quarters of the room serve
    them; the others share the rest. Where a curve is brought down, each stretch keeps its lowest and highest point.
    """
    out = {d.tag: d for d in drawings}
    for tags, room in (([t for t in out if t in first], 0.75 * BUDGET), ([t for t in out if t not in first], None)):
        left = BUDGET - sum(_cost(out[t]) for t in out if t in first) if room is None else room
        cost = sum(_cost(out[t]) for t in tags)
        if cost > left:
            share = max(left, 0.0) / cost
            out |= {t: _reduced(out[t], share) for t in tags}
    return tuple(out.values())


def _cost(d: Drawing) -> float:
    return 10.7 * d.step.size + 5.4 * d.knot_step.size * (1 + 3 * bool(d.trend.size) + len(d.smooth))


def _reduced(d: Drawing, share: float) -> Drawing:
    most = max(_LEAST, int(share * d.step.size))
    if d.step.size > most:
        step = d.step.astype(np.float64)
        keep = thin((step - step[0]) / max(float(step[-1] - step[0]), 1.0), d.value, max(1, most // 2))
        d = replace(d, step=d.step[keep], value=d.value[keep], complete=())
    most = max(_LEAST // 4, int(share * d.knot_step.size))
    if d.knot_step.size > most:
        cuts = np.searchsorted(d.knot_step, d.cuts)
        even = np.linspace(0, d.knot_step.size - 1, most).round().astype(np.int64)
        at = np.unique(np.concatenate((even, cuts, cuts - 1)))
        band = {name: getattr(d, name)[at] for name in ("trend", "band_low", "band_high") if getattr(d, name).size}
        d = replace(d, knot_step=d.knot_step[at], smooth={w: v[at] for w, v in d.smooth.items()}, **band)
    return d


def _word(label: str) -> str:
    """Return what one place on the axis is called: ``train/global_step`` -> ``step``."""
    return next((w for w in ("epoch", "tokens", "seconds") if w in label.lower()), "step")


def _all_marks(diagnosis: Diagnosis, spec: ChartSpec) -> Iterable[Any]:
    """Return the marks of the picture; a zoomed chart has room for more of them than a printed one."""
    if len(spec.marks) < sum(f.first_step is not None for f in diagnosis.findings):
        return chart(diagnosis, most=_MARKS).marks
    return spec.marks


def _finite(peak: tuple[float, float] | None) -> list[float] | None:
    return list(peak) if peak is not None and np.isfinite(peak).all() else None


def _ruler(r: Ruler) -> dict[str, Any]:
    return {"name": r.name, "label": _RULERS[r.name], "step": array(r.step), "value": array(r.value, exact=True)}


def _panel(
    p: Panel, drawings: Mapping[str, Drawing], shown: frozenset[str], named: frozenset[str], ahead: Forecast | None
) -> dict[str, Any]:
    here = shown & set(p.tags)
    on = here or {d.tag for d in panels.most_telling([drawings[t] for t in p.tags], named, panels.MOST)}
    ink = {line.tag: line.ink for line in p.lines}
    points = {line.tag: line for line in p.lines if line.kind != "trend"}
    return {
        "title": p.title,
        "unit": p.unit,
        "log": p.y.log,
        "height": p.height,
        "open": bool(here),
        "curves": [
            _curve(drawings[tag], points.get(tag), ink.get(tag, "plain"), tag in on) | _fan(drawings[tag], ahead)
            for tag in p.tags
        ],
        "gaps": [[g.first, g.last, g.points] for g in p.gaps],
        "best": next(([m.x, m.y, m.text] for m in p.markers if m.kind == "best" and np.isfinite(m.y)), None),
    }


def _fan(d: Drawing, ahead: Forecast | None) -> dict[str, Any]:
    made = panels.fan(d, ahead, np.inf) if ahead and ahead.tag == d.tag else None
    return {"fan": [array(values) for values in made]} if made else {}


def _curve(d: Drawing, line: Any, ink: str, on: bool) -> dict[str, Any]:
    out: dict[str, Any] = {
        "tag": shorten(d.tag, 300),
        "label": shorten(d.tag, 40),
        "ink": ink,
        "dash": [int(n) for n in INKS[ink].dash.split()],
        "eval": d.role.startswith("eval-"),
        "on": on,
        "unit": clean(d.unit),
        "points": d.points,
        "step": array(line.x if line is not None else d.step),
        "value": array(line.y if line is not None else d.value),
    }
    if d.complete is not None:
        out["complete"] = [[first, last] for first, last in d.complete]
    d = panels.parted(d)
    if d.knot_step.size and not out["eval"]:  # evaluations are few and shown as they are
        out["knots"] = array(d.knot_step)
        out["smooth"] = {f"{w:g}": array(v) for w, v in sorted(d.smooth.items())}
    if d.trend.size and "knots" in out:
        out |= {"trend": array(d.trend), "low": array(d.band_low), "high": array(d.band_high)}
        if d.trend_weight is not None:
            out["asked"] = f"{d.trend_weight:g}"
    return out
