"""What is said about a run, as tests ask for it: the findings of a rule, the alarms, why a rule was not checked."""

from __future__ import annotations

from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Run


def found(run: Run, rule: str) -> list[Finding]:
    """Return what a rule found and no graver finding took over."""
    return [f for f in diagnose(run).findings if f.rule == rule]


def anywhere(run: Run, rule: str) -> list[Finding]:
    """Return what a rule found, also where it was folded into its cause."""
    return [f for g in diagnose(run).findings for f in (g, *g.folded) if f.rule == rule]


def found_alone(run: Run, rule: str, **options: object) -> list[Finding]:
    """Return what a rule finds where it is the only one to judge."""
    dx = diagnose(run, select=[rule], options={rule: options})
    assert dx.failed == ()
    return list(dx.findings)


def alarms(run: Run) -> list[str]:
    """Return the rules that found something to act on."""
    dx = diagnose(run)
    assert dx.failed == ()
    return [f.rule for f in dx.findings if f.severity is not Severity.INFO]


def unchecked(run: Run, rule: str) -> str:
    """Return why a rule could not be checked; empty where it was."""
    return {n.rule: n.reason for n in diagnose(run, select=[rule]).not_checked}.get(rule, "")
