"""What every check owes: it explains itself, survives any floats, is quiet on healthy runs and finds what it is for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from curveread.detectors.base import SECTIONS, Detector
from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from curveread.testing.runs import healthy, hostile

__all__ = ["check_detector"]


def check_detector(check: type[Detector], *, finds: Sequence[Run] = (), quiet: Sequence[Run] = ()) -> None:
    """Hold a check to its contract; it needs no trained sample for it.

    Parameters
    ----------
    check
        The check.
    finds
        Runs in which it must find something, made or real. There it must also find the same when it is asked twice,
        when the curves come in another order, when they were stored as float32, and, moved along, when the steps
        begin elsewhere.
    quiet
        Runs, beside healthy ones that are made here, in which it must not raise an alarm.

    Raises
    ------
    AssertionError
        For the first thing that the check owes.
    """
    _explains_itself(check)
    roles = sorted({role for need in check.needs for role in need} | set(check.uses))
    for run in hostile(roles):
        _found(check, run)
    for run in (*(healthy(roles, n, seed) for n in (300, 2000) for seed in range(3)), *quiet):
        alarms = [f for f in _found(check, run) if f.severity is not Severity.INFO]
        assert not alarms, f"{check.rule} raises an alarm on the healthy run {run.name!r}: {alarms[0].message}"
    for run in finds:
        _finds_the_same(check, run)


def _explains_itself(check: type[Detector]) -> None:
    text = check.explain()
    missing = [s for s in SECTIONS if s not in text]
    assert not missing, f"the description of {check.rule} lacks: {', '.join(missing)}"
    assert check.summary().endswith("."), f"the first line of {check.rule} is not a sentence: {check.summary()}"
    for option in check.options():
        assert option.help, f"the option {check.rule}.{option.name} has no help"


def _found(check: type[Detector], run: Run) -> tuple[Finding, ...]:
    """Return what the check alone finds in a run; it must not break, or change what it is given."""
    before = {tag: curve.value.copy() for tag, curve in run.curves.items()}
    dx = diagnose(run, select=[check.rule], detectors=[check])
    for failed in dx.failed:
        assert failed.rule != check.rule, f"{check.rule} breaks on the run {run.name!r}: {failed.error}"
    for tag, value in before.items():
        same = np.array_equal(run.curves[tag].value, value, equal_nan=True)
        assert same, f"{check.rule} changes the values of {tag}"
    json.loads(json.dumps(dx.to_dict(), allow_nan=False))
    return tuple(f for f in dx.findings if f.rule == check.rule)


def _finds_the_same(check: type[Detector], run: Run) -> None:
    want = _places(_found(check, run))
    assert want, f"{check.rule} finds nothing in the run {run.name!r}"
    for where, change in _CHANGES.items():
        got = _places(_found(check, change(run)))
        assert got == want, f"{check.rule} on the run {run.name!r} {where}: {got}, before: {want}"
    moved = _places(_found(check, _each(run, lambda c: replace(c, step=c.step + _OFFSET))))
    along = [(severity, tag, None if first is None else first + _OFFSET) for severity, tag, first in want]
    assert moved == along, f"{check.rule} on the run {run.name!r} begun at step {_OFFSET}: {moved}, expected {along}"


def _places(findings: Sequence[Finding]) -> list[tuple[str, str | None, int | None]]:
    return sorted(((f.severity.value, f.tag, f.first_step) for f in findings), key=str)


def _each(run: Run, change: Callable[[Curve], Curve]) -> Run:
    """Return the run with every curve changed, without the attempts that it was stitched from."""
    return replace(run, curves={tag: change(curve) for tag, curve in run.curves.items()}, attempts=())


_OFFSET = 10_000
_CHANGES: dict[str, Callable[[Run], Run]] = {
    "asked again": lambda run: run,
    "with its curves in another order": lambda run: replace(run, curves=dict(reversed(list(run.curves.items())))),
    "as float32": lambda run: _each(
        run, lambda c: c if c.role is Role.OTHER else replace(c, value=c.value.astype(np.float32).astype(np.float64))
    ),
}
