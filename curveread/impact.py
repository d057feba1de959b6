"""Run and Diagnosis -> Impact: what the faults cost, and when a check of the growing log would have found them.

The second is measured, not estimated: the check runs again on the log as it was at growing lengths, until it finds what
it found in the end, and then between the last two lengths until they are close.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from curveread.diagnose import diagnose
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.impact import Detection, Impact, Spent
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

_FINDINGS = 4
"""Findings, the gravest, that are looked for in the growing log."""
_LENGTHS, _HALVINGS = 8, 7
"""Lengths of the log that are tried from the onset to the end, and halvings after that: at most 15 looks a finding."""


def impact(run: Run, diagnosis: Diagnosis, *, cost_per_hour: float | None = None) -> Impact:
    """Return what the faults of a run cost, and when they could have been noticed.

    Parameters
    ----------
    run
        The run.
    diagnosis
        What was found in it.
    cost_per_hour
        Price of an hour of the machine.
    """
    meter = _Meter(run, cost_per_hour)
    first, last = run.first_step or 0, run.last_step or 0
    faults = [f for f in diagnosis.findings if f.severity is not Severity.INFO]
    best = diagnosis.summary.get("share_of_compute_after_best")
    after = meter.spent([(best.step, last)]) if best is not None and best.step is not None else None
    attempts = run.attempts
    again = [(b.first_step, a.last_step) for a, b in itertools.pairwise(attempts)]
    return Impact(
        whole=meter.spent([(first, last)]),
        affected=meter.spent((f.first_step, f.last_step or f.first_step) for f in faults if f.first_step is not None),
        after_best=after,
        repeated=meter.spent((a, b + 1) for a, b in again if b >= a),
        detections=tuple(_detected(run, f, meter) for f in faults[:_FINDINGS] if f.first_step is not None),
        started=meter.at(first),
    )


def until(run: Run, step: int) -> Run:
    """Return the run as its log was when it had reached a step: nothing later is in it, nor how it ended."""

    def cut(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        shorter = {tag: c.take(slice(0, int(np.searchsorted(c.step, step, side="right")))) for tag, c in curves.items()}
        return {tag: c for tag, c in shorter.items() if len(c)}

    return replace(
        run,
        curves=cut(run.curves),
        attempts=tuple(
            replace(a, last_step=min(a.last_step, step), curves=cut(a.curves), superseded=cut(a.superseded))
            for a in run.attempts
            if a.first_step <= step
        ),
        checkpoints=tuple(c for c in run.checkpoints if c.step <= step),
        crashed=None,
    )


def _detected(run: Run, finding: Finding, meter: _Meter) -> Detection:
    onset, last = finding.first_step or 0, run.last_step or 0
    looks = 0

    def found(step: int) -> Severity | None:
        nonlocal looks
        looks += 1
        early = diagnose(until(run, step), select=[finding.rule])
        return next((f.severity for f in early.findings if _same(f, finding, run)), None)

    reach = last - onset
    # dense after the onset, where a check that is quick fires
    lengths = sorted({onset + round(reach * (k / _LENGTHS) ** 2) for k in range(_LENGTHS)} | {last})
    low, high, severity = onset - 1, last, None
    for length in lengths:
        severity = found(length)
        if severity is not None:
            high = length
            break
        low = length
    if severity is None:
        return Detection(finding, None, None, None, meter.spent([]), looks)
    for _ in range(_HALVINGS):
        if high - low <= max(1, reach // 100):
            break
        middle = (low + high) // 2
        then = found(middle)
        if then is None:
            low = middle
        else:
            high, severity = middle, then
    return Detection(finding, high, severity, meter.at(high), meter.spent([(high, last)]), looks)


def _same(early: Finding, finding: Finding, run: Run) -> bool:
    """Return whether a finding in the shorter log is that of the whole log, as early as it can be seen."""
    if early.rule != finding.rule or (finding.tag is not None and early.tag != finding.tag):
        return False
    if early.first_step is None or finding.first_step is None:
        return True
    near = 0.05 * max((run.last_step or 0) - (run.first_step or 0), 1)
    return abs(early.first_step - finding.first_step) <= near


class _Meter:
    """Reads wall time and tokens off the run at any step."""

    def __init__(self, run: Run, cost_per_hour: float | None) -> None:
        self.length = max((run.last_step or 0) - (run.first_step or 0), 1)
        self.price = cost_per_hour
        clocks = [c for c in run.curves.values() if c.wall_time is not None and len(c)]
        clock = max(clocks, key=len, default=None)
        self.clock = None if clock is None else _counter(clock.step, clock.wall_time)
        counters = run.of(Role.TOKENS)
        self.tokens = _counter(counters[0].step, counters[0].value) if counters else None

    def at(self, step: int) -> float | None:
        """Return the wall time at a step."""
        return None if self.clock is None else float(np.interp(step, *self.clock))

    def spent(self, spans: Iterable[tuple[int, int]]) -> Spent:
        """Return what the run spent within some spans of steps, where they overlap once."""
        joined = _joined(spans)
        steps = sum(b - a for a, b in joined)
        seconds = None if self.clock is None else _over(joined, self.clock)
        return Spent(
            steps=steps,
            share=min(steps / self.length, 1.0),
            seconds=seconds,
            tokens=None if self.tokens is None else _over(joined, self.tokens),
            cost=None if seconds is None or self.price is None else seconds / 3600 * self.price,
        )


_Counter = tuple[np.ndarray, np.ndarray]


def _counter(step: np.ndarray, value: np.ndarray | None) -> _Counter | None:
    """Return the finite values with their steps, made never to go back, None without any."""
    if value is None:
        return None
    good = np.isfinite(value)
    return (step[good].astype(np.float64), np.maximum.accumulate(value[good])) if good.any() else None


def _over(spans: Sequence[tuple[int, int]], counter: _Counter) -> float:
    return float(sum(np.interp(b, *counter) - np.interp(a, *counter) for a, b in spans))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans as such that do not overlap."""
    out: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out
