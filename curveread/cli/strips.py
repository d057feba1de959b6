"""The curves of a diagnosis as bars over one step axis, and under them what happened where."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.cli.screen import Part, Screen, cells, padded
from curveread.cli.sparkline import bars
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import compact, figure
from curveread.logtext import shorten
from curveread.run.model import Curve
from curveread.run.roles import Role

_ORDER = (
    Role.TRAIN_LOSS,
    Role.EVAL_LOSS,
    Role.EVAL_ACCURACY,
    Role.REWARD,
    Role.TRAIN_ACCURACY,
    Role.QUALITY_METRIC,
    Role.ERROR_METRIC,
    Role.GRAD_NORM,
    Role.LEARNING_RATE,
)
"""Roles with a strip of their own, in this order."""
_MOST = 6
_WIDEST = 60
_SIGNS = {"checkpoint": "▲", "restart": "R", "lr-change": "L"}
_MEANING = {"▲": "checkpoint", "R": "restart", "L": "learning rate changed"}
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "cyan"}


def print_strips(out: Screen, diagnosis: Diagnosis) -> None:
    """Print a strip for each telling curve and one for the events; nothing for a run without curves.

    A number in the events' strip is that of the finding that begins there; its other signs are told under it.
    """
    curves = _chosen(diagnosis)
    first, last = diagnosis.run.first_step, diagnosis.run.last_step
    if not curves or first is None or last is None or last == first or not out.draws:
        return
    ends = [_ends(c) for c in curves]
    names = [shorten(c.tag, max(12, out.width - 46)) for c in curves]
    name, end = max(map(cells, names)), max(map(len, ends))
    room = min(out.width - 2 - name - 2 - 2 - end, _WIDEST)
    if room < 10:
        return
    out.blank()
    for curve, tag, text in zip(curves, names, ends, strict=True):
        levels = _levels(curve, first, last, room)
        for finding in diagnosis.findings:
            if finding.tag == curve.tag and finding.peak_step is not None:
                _keep_peak(levels, curve, finding.peak_step, first, last)
        out.row(f"  {padded(tag, name)}  {bars(levels)}  {text}")
    lead = " " * (2 + name + 2)
    events = _events(diagnosis, first, last, room)
    if any(part != "·" for part in events):
        out.row(lead, *events)
    low, high = compact(first), compact(last)
    out.row(lead, (low + " " * max(room - len(low) - len(high), 1) + high, "dim"))
    legend = [f"{sign} {words}" for sign, words in _MEANING.items() if sign in events]
    if legend:
        out.row(lead, (" · ".join(legend), "dim"))


def _chosen(diagnosis: Diagnosis) -> list[Curve]:
    """Return the best curve of each telling role, and those in which something was found."""
    run = diagnosis.run
    chosen = {c.tag: c for role in _ORDER for c in run.of(role)[:1]}
    for finding in diagnosis.findings:
        named = run.curves.get(finding.tag) if finding.tag is not None else None
        if named is not None and len(named):
            chosen.setdefault(named.tag, named)
    found = {f.tag for f in diagnosis.findings}
    # With little room a curve in which something was found goes before one in which nothing was.
    kept = sorted(chosen.values(), key=lambda c: (c.role not in (Role.TRAIN_LOSS, Role.EVAL_LOSS), c.tag not in found))
    few = {c.tag for c in kept[:_MOST]}
    return [c for c in chosen.values() if c.tag in few]


def _ends(curve: Curve) -> str:
    """Return the first and the last finite value."""
    value = curve.value[curve.finite]
    return f"{figure(float(value[0]))} → {figure(float(value[-1]))}" if value.size else "no number"


def _levels(curve: Curve, first: int, last: int, width: int) -> FloatArray:
    """Return (width,) medians of the curve over equal stretches of the axis.

    A stretch without a point of its own between two that have one holds the earlier value; ±Inf stands for a stretch
    whose values are all no numbers, NaN for one outside the curve.
    """
    column = _columns(curve.step, first, last, width)
    out = np.full(width, np.nan)
    edges = np.searchsorted(column, np.arange(width + 1))
    held = np.nan
    for i in range(width):
        part = curve.value[edges[i] : edges[i + 1]]
        if part.size:
            good = np.sort(part[np.isfinite(part)])  # the median of so few by np.median takes far longer
            held = float(good[(good.size - 1) // 2] + good[good.size // 2]) / 2.0 if good.size else np.inf
        out[i] = held if edges[i + 1] < column.size or part.size else np.nan
    return out


def _keep_peak(levels: FloatArray, curve: Curve, peak: int, first: int, last: int) -> None:
    """Put the worst value of a finding in place of the median around it, which would hide a spike."""
    value = curve.value[(curve.step == peak) & curve.finite]
    at = int(_columns(np.array([peak]), first, last, levels.size)[0])
    if value.size and np.isfinite(levels[at]):
        levels[at] = max(float(value.max()), levels[at])


def _columns(step: IntArray, first: int, last: int, width: int) -> IntArray:
    """Return the column of each step, 0 to ``width`` - 1."""
    share = (step - first) / (last - first)  # in floats: steps may be large
    return np.clip(share * width, 0, width - 1).astype(np.int64)


def _events(diagnosis: Diagnosis, first: int, last: int, width: int) -> list[Part]:
    """Return the strip of events, the gravest finding of a column before all else."""
    line: list[Part] = ["·"] * width

    def column(step: int) -> int:
        return int(_columns(np.array([step]), first, last, width)[0])

    for entry in diagnosis.timeline:
        if entry.kind in _SIGNS:
            line[column(entry.step)] = _SIGNS[entry.kind]
    for i, finding in reversed(list(enumerate(diagnosis.findings, start=1))):
        if finding.first_step is not None:
            at = column(finding.first_step)
            for k, sign in enumerate(str(i)):
                line[min(at + k, width - 1)] = (sign, _STYLES[finding.severity.value])
    return line
