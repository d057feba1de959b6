"""What was printed beside the log explains how a run or an attempt ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from curveread.case import Case
from curveread.findings.finding import Evidence, Finding
from curveread.findings.incidents import incident_text
from curveread.run.incidents import Incident, root_of
from curveread.run.model import Run

_SCALED = ("divergence", "gradient-explosion", "masked-nan", "nonfinite-loss")
"""Checks whose findings bring the fp16 loss scale to its floor."""


def explained(findings: Sequence[Finding], case: Case) -> list[Finding]:
    """Return the findings with the lines that explain them, each with its file and line number.

    A restart is given what ended the attempt before it, a value that became non-finite
    the loss scale that reached its floor.
    """
    return [_explained(f, case.run) for f in findings] if case.run.incidents else list(findings)


def _explained(finding: Finding, run: Run) -> Finding:
    if finding.rule == "restart":
        cause = root_of([i for i in run.incidents if _before(i, finding, run)])
        return _with(finding, "attempt-ended-by", "what ended the attempt before", cause)
    if finding.rule in _SCALED:
        scaled = [i for i in run.incidents if i.kind == "loss-scale" and (i.step or 0) >= (finding.first_step or 0)]
        return _with(finding, "printed-beside", "printed beside the log", root_of(scaled))
    return finding


def _with(finding: Finding, key: str, name: str, cause: Incident | None) -> Finding:
    if cause is None:
        return finding
    return replace(finding, evidence=(*finding.evidence, Evidence(key, name, incident_text(cause))))


def _before(incident: Incident, restart: Finding, run: Run) -> bool:
    """Return whether an incident ended the attempt that a restart followed: near the last step it reached."""
    if incident.step is None or restart.first_step is None:
        return False
    ends = [
        a.last_step for a, b in zip(run.attempts, run.attempts[1:], strict=False) if b.first_step == restart.first_step
    ]
    slack = max(20, 0.02 * ((run.last_step or 0) - (run.first_step or 0)))
    return any(abs(incident.step - end) <= slack for end in ends)
