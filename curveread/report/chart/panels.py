"""Drawings -> panels: which curves share one, how far its axis reaches, where its gaps and wild values lie."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.diagnosis import KeyFigure
from curveread.findings.extras.drawing import GAP, Drawing
from curveread.findings.forecast import Forecast
from curveread.findings.wording import compact, measure, number, place
from curveread.logtext import clean, shorten
from curveread.report.chart.scale import Scale, value_axis
from curveread.report.chart.spec import Band, Gap, Key, Line, Marker, Panel

# title, roles, relative height
_PANELS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("Loss", ("train-loss", "eval-loss"), 2.8),
    ("Gap", (GAP,), 1.0),
    ("Reward", ("reward",), 1.6),
    ("Accuracy", ("train-accuracy", "eval-accuracy"), 1.2),
    ("Metrics", ("quality-metric",), 1.2),
    ("Errors", ("error-metric",), 1.2),
    ("Perplexity", ("train-perplexity", "eval-perplexity"), 1.2),
    (
        "Loss terms",
        ("component-loss", "policy-loss", "value-loss", "adversarial-loss", "auxiliary-loss"),
        1.2,
    ),
    ("KL", ("kl",), 1.0),
    ("Entropy", ("entropy",), 1.0),
    ("Gradient norm", ("grad-norm",), 1.0),
    ("Learning rate", ("learning-rate",), 1.0),
    ("Throughput", ("throughput",), 1.0),
)
_FALLBACKS = {"Perplexity": "Loss", "Loss terms": "Loss"}
"""Panels that are drawn only when the other one is empty: they would show the same thing again."""
_ON_REQUEST = ("Throughput",)
"""Panels that are drawn only for curves that a finding names."""
_INKS = ("train", "third", "fourth", "fifth", "sixth")
_SIDE = ("Gradient norm", "Learning rate", "Gap")
"""Panels whose first curve is drawn in a quiet ink: they stand beside the loss to explain it."""
_OWN_SCALES = ("Reward", "Metrics", "Errors")
"""Panels of curves that have no scale in common."""
_FLAT, _MOST_SCALES = 10.0, 3
"""A curve that reaches less than this part of another is flat beside it; so many panels are made of one at most."""
MOST = len(_INKS)
_FIRST = 1.8
"""Least height of the panel that is put first."""
_MAX_DOTS = {"eval": 90, "other": 60}
"""So many points have a spot each."""
_DOTS = {"eval": 2.6, "other": 1.8, "lone": 4.0}
"""The radius of such a spot; that of up to three points, which make no line."""
_MAX_ARROWS = 6
_APART = 0.03
"""Values beyond the axis that are closer than this share of it have one arrow."""
RULES = {"arrows": _MAX_ARROWS, "apart": _APART, "most_dots": _MAX_DOTS, "dots": _DOTS}
""":mod:`labels` says what for."""


def panels(
    drawings: Iterable[Drawing],
    x: Scale,
    *,
    named: frozenset[str],
    summary: Mapping[str, KeyFigure],
    axis: str = "step",
    first: str | None = None,
    everything: bool = False,
    most: int = MOST,
    ahead: Forecast | None = None,
) -> Sequence[Panel]:
    """Return the panels from top to bottom.

    Parameters
    ----------
    drawings
        The curves.
    x
        The step axis.
    named
        Tags that findings name: their curves are always drawn.
    summary
        The run's key figures; the best evaluation is marked from it.
    axis
        What the step axis counts.
    first
        The curve whose panel stands first, and is high enough to be looked at; None keeps the usual order.
    everything
        Draws every curve, not only those that tell the state of a run.
    most
        How many curves a panel may hold.
    ahead
        The forecast, drawn as far as ``x`` reaches.
    """
    drawn = tuple(d for d in drawings if d.step.size or d.nonfinite_step.size)
    made = [
        _panel(title, group, height, x, named, summary, axis, most, ahead)
        for title, group, height in _groups(drawn, named, everything)
    ]
    at = next((i for i, panel in enumerate(made) if first in panel.tags), 0)
    if at:
        panel = made.pop(at)
        made.insert(0, replace(panel, height=max(panel.height, _FIRST)))
    return made


def _groups(
    drawings: Sequence[Drawing], named: frozenset[str], everything: bool
) -> Iterator[tuple[str, list[Drawing], float]]:
    """Yield the title, the curves and the relative height of each panel, in the usual order."""
    taken: set[str] = set()
    titles: set[str] = set()
    for title, roles, height in _PANELS:
        group = [d for d in drawings if d.role in roles]
        if not everything and (title in _ON_REQUEST or _FALLBACKS.get(title) in titles):
            group = [d for d in group if d.tag in named]
        if group:
            group.sort(key=lambda d: roles.index(d.role))
            titles.add(title)
            taken |= {d.tag for d in group}
            parts = _by_scale(group) if title in _OWN_SCALES else [group]
            largest, *others = sorted(parts, key=len, reverse=True)
            yield title, largest, height
            for part in others:
                yield shorten(part[0].tag, 60) if len(part) == 1 else f"{title} on another scale", part, height
    rest = [d for d in drawings if d.tag not in taken]
    if not everything:
        rest = [d for d in rest if d.tag in named] if titles else rest[:MOST]
    for d in rest:
        yield shorten(d.tag, 60), [d], 1.2


def _by_scale(group: list[Drawing]) -> list[list[Drawing]]:
    """Return curves apart where one panel would flatten some of them: percentages beside shares of 1."""
    reach = {d.tag: float(np.abs(d.value).max()) if d.value.size else 0.0 for d in group}
    sizes = np.array(sorted(r for r in reach.values() if r > 0.0))
    steps = sizes[1:] / sizes[:-1] if sizes.size else sizes
    widest = np.sort(np.argsort(-steps, kind="stable")[: _MOST_SCALES - 1])
    edges = [float(sizes[i + 1]) for i in widest if steps[i] > _FLAT]
    parts: dict[int, list[Drawing]] = {}
    for d in group:
        parts.setdefault(sum(reach[d.tag] >= edge for edge in edges), []).append(d)
    return list(parts.values())


def _panel(
    title: str,
    group: list[Drawing],
    height: float,
    x: Scale,
    named: frozenset[str],
    summary: Mapping[str, KeyFigure],
    axis: str,
    most: int,
    ahead: Forecast | None,
) -> Panel:
    shown = most_telling(group, named, most)
    log = any(d.log_scale for d in shown) or (
        title == _SIDE[0] and all(bool((d.value > 0).any()) for d in shown if d.value.size)
    )
    trends = [d.trend[np.isfinite(d.trend)] for d in shown if not d.role.startswith("eval-")]
    fans = {d.tag: fan(d, ahead, x.high) for d in shown if ahead and d.tag == ahead.tag}
    reached = [np.concatenate((low, high)) for _, low, _, high in filter(None, fans.values())]
    y = value_axis([*(d.value for d in shown), *trends, *reached], log=log, ticks=5 if height > 1.5 else 3)
    keys: list[Key] = []
    bands: list[Band] = []
    lines: list[Line] = []
    free = itertools.cycle(_INKS)
    prime = {d.tag for d in most_telling(shown, named, MOST)}
    for d in sorted(shown, key=lambda d: d.tag not in prime):  # those that are shown first have inks of their own
        evaluation = d.role.startswith("eval-")
        if evaluation and not any(line.ink == "eval" for line in lines):
            ink = "eval"
        elif title in _SIDE and not lines:
            ink = "plain"
        else:
            ink = next(free)
        drawn = _lines(d, ink, evaluation)
        lines += drawn
        if len(shown) > 1 or shorten(d.tag, 60) != title:
            keys.append(Key(shorten(d.tag, 40), d.tag, ink, drawn[-1].kind if drawn else "plain"))
        if d.trend.size and not evaluation:
            parts = parted(d)
            bands.append(Band(parts.knot_step.astype(np.float64), parts.band_low, parts.band_high, ink, d.tag))
        if made := fans.get(d.tag):
            at, low, mid, high = made
            bands.append(Band(at, low, high, ink, d.tag, "forecast"))
            lines.append(Line(at, mid, "forecast", ink, d.tag))
            keys.append(Key("forecast, 80 %", d.tag, ink, "forecast"))
    markers = [*outside(shown, x, y), *_best(summary, shown, axis)]
    units = {d.unit for d in shown if d.unit}
    unit = clean(units.pop()) if len(units) == 1 else ""
    left_out = len(group) - len(shown)
    return Panel(
        title,
        unit,
        y,
        height,
        tuple(keys),
        tuple(bands),
        tuple(lines),
        tuple(markers),
        _gaps(shown, x),
        tuple(d.tag for d in shown),
        left_out,
    )


def fan(d: Drawing, ahead: Forecast, until: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Return steps, low end, middle and high end of a forecast from the end of its curve to that of the axis.

    None where none is seen.
    """
    points = [p for p in ahead.points if d.step.size and p.step > d.step[-1]]
    if not points or not d.step[-1] < until:
        return None
    begin = float(d.trend[-1] if d.trend.size and not d.role.startswith("eval-") else d.value[-1])
    step = np.array([float(d.step[-1]), *(float(p.step) for p in points)])
    at = np.append(step[step < until], min(until, step[-1]))
    low, mid, high = (np.interp(at, step, [begin, *(getattr(p, n) for p in points)]) for n in ("low", "mid", "high"))
    return at, low, mid, high


def most_telling(group: list[Drawing], named: frozenset[str], most: int) -> list[Drawing]:
    """Return the curves that fit into a panel, in their order.

    The first of train and of eval, those that findings name, and of the others some from the one that ends highest to
    the one that ends lowest: sixty layers are told by the loudest, the quietest and what lies between.
    """
    if len(group) <= most:
        return group
    first = {
        next((d.tag for d in group if d.role.startswith("eval-") is evaluation), None) for evaluation in (False, True)
    }
    asked = [d for d in group if d.tag in first] + [d for d in group if d.tag in named and d.tag not in first]
    chosen = {d.tag for d in asked[:most]}
    others = sorted(
        (d for d in group if d.tag not in chosen), key=lambda d: float(d.value[-1]) if d.value.size else -np.inf
    )
    even = np.linspace(len(others) - 1, 0, max(most - len(chosen), 0)).round().astype(int)
    chosen |= {others[i].tag for i in even.tolist()}
    return [d for d in group if d.tag in chosen]


def _lines(d: Drawing, ink: str, evaluation: bool) -> list[Line]:
    out = []
    steps, values = _broken(d)
    if evaluation:
        return [Line(steps, values, "eval", ink, d.tag, _spots(d, "eval"))] if steps.size else []
    if d.trend.size:
        spots = _spots(d, "other")
        out.append(Line(steps, values, "sparse" if spots else "raw", ink, d.tag, spots))
        d = parted(d)
        knots = d.knot_step.astype(np.float64)
        out.append(Line(knots, _blank(knots, d.trend, d), "trend", ink, d.tag))
    elif steps.size:
        out.append(Line(steps, values, "plain", ink, d.tag, _spots(d, "other")))
    return out


def _spots(d: Drawing, kind: str) -> float:
    """Return the radius of the spots at the points of a curve, 0 where they are too many."""
    return 0.0 if d.step.size > _MAX_DOTS[kind] else _DOTS["lone" if d.step.size <= 3 else kind]


def parted(d: Drawing) -> Drawing:
    """Return a drawing whose trend and band are broken, by a NaN, where a new level begins."""
    at = np.searchsorted(d.knot_step, d.cuts)
    at = at[(at > 0) & (at < d.knot_step.size)]
    if not at.size:
        return d
    return replace(
        d,
        knot_step=np.insert(d.knot_step, at, d.knot_step[at - 1]),
        trend=np.insert(d.trend, at, np.nan),
        band_low=np.insert(d.band_low, at, np.nan),
        band_high=np.insert(d.band_high, at, np.nan),
        smooth={w: np.insert(v, at, v[at - 1]) for w, v in d.smooth.items()},
    )


def _broken(d: Drawing) -> tuple[FloatArray, FloatArray]:
    """Return the points with a NaN wherever non-finite values lie between two of them."""
    steps = d.step.astype(np.float64)
    if not (d.nonfinite_step.size and steps.size):
        return steps, d.value
    before = np.searchsorted(d.step, d.nonfinite_step, side="right")
    cuts = np.unique(before[(before > 0) & (before < steps.size)])
    return np.insert(steps, cuts, steps[cuts]), np.insert(d.value, cuts, np.nan)


def _blank(knots: FloatArray, trend: FloatArray, d: Drawing) -> FloatArray:
    """Return the trend without the knots that lie inside a stretch without numbers."""
    if not (d.nonfinite_step.size and d.step.size):
        return trend
    at = np.searchsorted(d.step, knots, side="right")
    bad = np.searchsorted(d.step, d.nonfinite_step, side="right")
    inside = np.isin(at, bad) & ~np.isin(knots, d.step)
    return np.where(inside, np.nan, trend)


def _gaps(shown: list[Drawing], x: Scale) -> tuple[Gap, ...]:
    """Return the stretches of non-finite values of a panel; those of several curves that overlap are one."""
    out: list[Gap] = []
    for gap in sorted((g for d in shown for g in _stretches(d, x)), key=lambda g: g.first):
        if out and gap.first <= out[-1].last:
            before = out.pop()
            tags = tuple(dict.fromkeys(before.tags + gap.tags))
            gap = Gap(before.first, max(before.last, gap.last), tags, before.points + gap.points)
        out.append(gap)
    return tuple(out)


def _stretches(d: Drawing, x: Scale) -> list[Gap]:
    """Return the stretches of one curve; those closer than a few pixels are one."""
    if not d.nonfinite_step.size:
        return []
    steps = np.sort(d.nonfinite_step).astype(np.float64)
    between = np.searchsorted(d.step, steps[1:], side="left") - np.searchsorted(d.step, steps[:-1], side="left")
    near = np.diff(steps) < 0.004 * (x.high - x.low)
    starts = np.concatenate(([0], 1 + np.flatnonzero((between > 0) & ~near)))
    ends = np.concatenate((starts[1:], [steps.size])) - 1
    return [Gap(float(steps[a]), float(steps[b]), (d.tag,), int(b - a + 1)) for a, b in zip(starts, ends, strict=True)]


def outside(shown: Iterable[Drawing], x: Scale, y: Scale) -> list[Marker]:
    """Return the arrows of a panel at values that its axis does not reach, those of the wildest."""
    return sorted((m for d in shown for m in _outside(d, x, y)), key=lambda m: -abs(m.y))[:_MAX_ARROWS]


def _outside(d: Drawing, x: Scale, y: Scale) -> list[Marker]:
    """Return an arrow for each cluster of points that the axis does not reach: the farthest of them, with its value."""
    out = []
    for kind, beyond, pick in (("above", d.value > y.high, np.argmax), ("below", d.value < y.low, np.argmin)):
        index = np.flatnonzero(beyond)
        if not index.size:
            continue
        place = x.fraction(d.step[index].astype(np.float64))
        for part in np.split(index, 1 + np.flatnonzero(np.diff(place) > _APART)):
            worst = int(part[int(pick(d.value[part]))])
            arrow = "↑" if kind == "above" else "↓"
            out.append(
                Marker(float(d.step[worst]), float(d.value[worst]), kind, f"{arrow} {number(float(d.value[worst]), 3)}")
            )
    return out


def _best(summary: Mapping[str, KeyFigure], shown: list[Drawing], axis: str) -> list[Marker]:
    """Return the best evaluation as the summary states it: the report does not look for it itself."""
    out = []
    for d in shown:
        if not d.role.startswith("eval-"):
            continue
        reading = summary.get(f"best_{d.role.replace('-', '_')}")
        if reading is not None and reading.step is not None and d is next(o for o in shown if o.role == d.role):
            at = place(reading.step, axis) if axis.lower() == "seconds" else compact(reading.step)
            text = f"best {measure(reading.value, reading.unit)} at {at}"
            out.append(Marker(float(reading.step), float(reading.value), "best", text))
    return out
