"""Diagnosis -> ChartSpec: the step axis, the panels over it, where findings, restarts and phases lie."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from curveread.errors import UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.extras.drawing import Drawing
from curveread.findings.finding import Finding, Severity
from curveread.findings.forecast import Forecast
from curveread.findings.wording import place
from curveread.logtext import clean, shorten, words
from curveread.report.chart.panels import panels
from curveread.report.chart.scale import Scale, step_axis
from curveread.report.chart.spec import ChartSpec, Event, Mark, Segment, Stretch

_MAX_MARKS = 40
_AHEAD = 0.2
"""A forecast is drawn where its first place lies no further beyond the run than this share of it."""
_GRAVER = ("info", "warning", "error")


def chart(diagnosis: Diagnosis, tags: Sequence[str] | None = None, *, most: int = _MAX_MARKS) -> ChartSpec:
    """Return the picture of a run.

    Parameters
    ----------
    diagnosis
        What was found; its ``drawings`` are drawn.
    tags
        Only these curves, each role in its panel; by default the curves that tell the state of a run.
    most
        How many findings may be marked; the strip and the cards show all.

    Raises
    ------
    UsageError
        When a tag is not among the drawings; the message names those that are.
    """
    drawings = _chosen(diagnosis, tags)
    ahead = diagnosis.forecast
    if ahead is not None and ahead.tag not in {d.tag for d in drawings}:
        ahead = None
    x, end = _x_axis(diagnosis, drawings, ahead)
    named = frozenset(f.tag for f in diagnosis.findings if f.tag is not None)
    stack = tuple(
        panels(
            drawings,
            x,
            named=named,
            summary=diagnosis.summary,
            axis=diagnosis.run.x_axis,
            first=leading(diagnosis) if tags is None else None,
            everything=tags is not None,
            ahead=ahead,
        )
    )
    shown = {t for p in stack for t in p.tags}
    marks = tuple(_marks(diagnosis.findings, {d.tag: d for d in drawings if d.tag in shown}, diagnosis.run.x_axis))
    return ChartSpec(
        name=diagnosis.run.name,
        headline=str(diagnosis.verdict.headline),
        health=diagnosis.verdict.health,
        x=x,
        x_label=clean(diagnosis.run.x_axis).lstrip("_") or "step",
        end=end,
        panels=stack,
        marks=marks[:most],
        events=tuple(_events(diagnosis)),
        strip=_strip(marks, x, end, quiet(diagnosis)),
        phases=_phases(diagnosis),
    )


def quiet(diagnosis: Diagnosis) -> str:
    """Return the health of the stretches without a finding: nothing is called well that was not judged."""
    return "undetermined" if diagnosis.verdict.health == "undetermined" else "ok"


def leading(diagnosis: Diagnosis) -> str | None:
    """Return the curve in which the gravest alarm was seen, that a reader wants to see first; None without one."""
    return next((f.tag for f in diagnosis.findings if f.severity is not Severity.INFO), None)


def _chosen(diagnosis: Diagnosis, tags: Sequence[str] | None) -> tuple[Drawing, ...]:
    if tags is None:
        return diagnosis.drawings
    have = {d.tag: d for d in diagnosis.drawings}
    for curve in diagnosis.run.curves.values():
        have |= {alias: have[curve.tag] for alias in curve.aliases if curve.tag in have}
    missing = [t for t in tags if t not in have]
    if missing:
        there = ", ".join(shorten(d.tag, 60) for d in diagnosis.drawings[:20]) or "none"
        raise UsageError(f"no curve {shorten(missing[0], 80)!r} to draw; there are: {there}")
    return tuple(have[t] for t in dict.fromkeys(tags))


def _x_axis(diagnosis: Diagnosis, drawings: Iterable[Drawing], ahead: Forecast | None) -> tuple[Scale, float]:
    """Return the axis of steps, with room for the beginning of a forecast, and where the run ends."""
    ends: list[float] = []
    for d in drawings:
        for steps in (d.step, d.nonfinite_step):
            if steps.size:
                ends += steps[[0, -1]].tolist()
    run = diagnosis.run
    if not ends and run.first_step is not None and run.last_step is not None:
        ends = [run.first_step, run.last_step]
    first, last = min(ends, default=0), max(ends, default=0)
    end = first + (1 + _AHEAD) * (last - first)
    until = min((float(p.step) for p in ahead.points if p.step > last), default=last) if ahead else last
    x = step_axis(first, until if last < until <= end else last, seconds=run.x_axis.lower() == "seconds")
    return x, float(last) if last > first else x.high


def _marks(findings: Sequence[Finding], drawn: Mapping[str, Drawing], axis: str) -> Iterable[Mark]:
    for i, f in enumerate(findings, start=1):
        if f.first_step is None:
            continue
        last = f.first_step if f.last_step is None else max(f.last_step, f.first_step)
        rule = words(f.rule)
        texts = (f"{rule} {place(f.first_step, axis)}", rule, "")
        peak = _point(drawn.get(f.tag or ""), f.peak_step)
        yield Mark(i, f.severity.value, float(f.first_step), float(last), texts, str(f.message), f.tag, peak)


def _point(d: Drawing | None, step: int | None) -> tuple[float, float] | None:
    """Return the drawn point at a step; None where there is none."""
    if d is None or step is None:
        return None
    at = np.flatnonzero(d.step == step)
    return (float(step), float(d.value[at].max())) if at.size else None


def _events(diagnosis: Diagnosis) -> Iterable[Event]:
    for entry in diagnosis.timeline:
        if entry.kind not in ("finding", "checkpoint", "end"):
            yield Event(float(entry.step), clean(entry.kind), clean(entry.text))
    for kept in diagnosis.run.checkpoints:
        yield Event(float(kept.step), "checkpoint", f"checkpoint {place(kept.step, diagnosis.run.x_axis)}")


def _phases(diagnosis: Diagnosis) -> tuple[Stretch, ...]:
    """Return the phases; a run that only learned needs no ribbon to say so."""
    if [p.name for p in diagnosis.phases] == ["learning"]:
        return ()
    return tuple(Stretch(p.first_step, p.last_step, clean(p.name)) for p in diagnosis.phases)


def _strip(marks: Sequence[Mark], x: Scale, end: float, calm: str) -> tuple[Segment, ...]:
    """Return the run cut where findings begin and end, each with its gravest finding, or ``calm`` without one.

    A finding of one step is widened to a visible piece, so that the strip never hides it.
    """
    least = 0.006 * (end - x.low)
    spans = []
    for m in marks:
        first, last = min(max(m.first, x.low), end), min(max(m.last, x.low), end)
        if last - first < least:
            middle = min(max((first + last) / 2, x.low + least / 2), end - least / 2)
            first, last = middle - least / 2, middle + least / 2
        spans.append((first, last, m))
    cuts = sorted({x.low, end, *(s[0] for s in spans), *(s[1] for s in spans)})
    out: list[Segment] = []
    for first, last in itertools.pairwise(cuts):
        here = [m for a, b, m in spans if a <= first and b >= last]
        health = max((m.severity for m in here), key=_GRAVER.index, default=calm)
        numbers = tuple(m.number for m in here)
        if out and (out[-1].health, out[-1].numbers) == (health, numbers):
            out[-1] = Segment(out[-1].first, last, health, numbers)
        else:
            out.append(Segment(first, last, health, numbers))
    return tuple(out)
