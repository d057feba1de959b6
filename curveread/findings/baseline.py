"""Findings that were accepted earlier: what a later check need not say again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curveread.errors import ArgumentError
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding of an earlier check, as far as it can be recognized in another one."""

    rule: str
    severity: Severity
    tag: str | None
    step: int | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What earlier checks found: the name of each run with its findings."""

    results: tuple[tuple[str, tuple[Accepted, ...]], ...]

    def of(self, run: Run) -> tuple[Accepted, ...]:
        """Return what was known about a run: of one run alone it is taken for every run, else the name decides."""
        if len(self.results) == 1:
            return self.results[0][1]
        return tuple(known for name, findings in self.results if name == run.name for known in findings)


def baseline(document: Any, name: str) -> Baseline:
    """Return the baseline that a result JSON is: one result, or the list that a check of several runs prints.

    Raises
    ------
    ArgumentError
        When it is not the result of a check.
    """
    entries = document if isinstance(document, list) else [document]
    try:
        results = [_result(e) for e in entries if not (isinstance(e, Mapping) and "error" in e)]
    except (KeyError, TypeError, ValueError) as error:
        reason = f"it is not the result JSON of a check, as a baseline must be: {error!r}"
        raise ArgumentError("baseline", name, reason) from error
    return Baseline(tuple(results))


def _result(entry: Any) -> tuple[str, tuple[Accepted, ...]]:
    found = [*entry["findings"], *entry.get("accepted", ())]
    known = (Accepted(f["rule"], Severity(f["severity"]), f.get("tag"), f.get("first_step")) for f in found)
    return str(entry["run"]["name"]), tuple(known)


def split(
    findings: Sequence[Finding], known: Sequence[Accepted], run: Run
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings that are new, and those that were accepted.

    A finding was accepted when the baseline has one of the same rule and curve that begins within one distance
    between the curve's points, and was as grave as now: what became worse is new.
    """
    new: list[Finding] = []
    accepted: list[Finding] = []
    for f in findings:
        (accepted if any(_same(f, k, run) for k in known) else new).append(f)
    return tuple(new), tuple(accepted)


def _same(finding: Finding, known: Accepted, run: Run) -> bool:
    if (finding.rule, finding.tag) != (known.rule, known.tag) or finding.severity > known.severity:
        return False
    if finding.first_step is None or known.step is None:
        return finding.first_step is known.step
    return abs(finding.first_step - known.step) <= _cadence(finding.tag, run)


def _cadence(tag: str | None, run: Run) -> float:
    """Return the median distance between the points of a curve, of the densest where the finding names none."""
    curve = run.curves.get(tag) if tag is not None else max(run.curves.values(), key=len, default=None)
    return 1.0 if curve is None else _distance(curve)


def _distance(curve: Curve) -> float:
    gaps = np.diff(curve.step)
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if gaps.size else 1.0
