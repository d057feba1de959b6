"""The sample logs as tests use them: where they are, what their labels say, what is found in them (once a session)."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import curveread as cr
from curveread.diagnose import diagnose
from curveread.discovery.discover import read_runs
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding
from curveread.run.model import Run
from tests.conftest import SAMPLES

CASES = sorted(path.parent.name for path in SAMPLES.glob("*/labels.json"))


@functools.cache
def labels_of(case: str) -> dict[str, Any]:
    """Return a case's labels.json."""
    return dict(json.loads((SAMPLES / case / "labels.json").read_text(encoding="utf-8")))


def one_run(path: Path) -> Run:
    """Return the run of a path that holds exactly one."""
    runs = read_runs(path)
    assert len(runs) == 1, [r.name for r in runs]
    return runs[0]


@functools.cache
def run_of_case(case: str) -> Run:
    """Return a case's run."""
    return one_run(SAMPLES / case)


@functools.cache
def diagnosed(case: str) -> Diagnosis:
    """Return what is found in a case with default options."""
    return diagnose(run_of_case(case))


@functools.cache
def told(case: str) -> Diagnosis:
    """Return what the public functions say of a case."""
    return cr.diagnose(cr.read(SAMPLES / case))


def everything(dx: Diagnosis) -> list[Finding]:
    """Return the findings and those that were folded into them."""
    return [f for g in dx.findings for f in (g, *g.folded)]


def slack(labels: dict[str, Any]) -> float:
    """Return how many steps outside of a labelled window a finding may begin: five logged points or 3 % of the run."""
    return float(max(5 * labels["every"], 0.03 * (labels["last_step"] - labels["first_step"])))


def fits(finding: Finding, event: dict[str, Any], labels: dict[str, Any]) -> bool:
    """Return whether a finding is what a labelled event asks for: its rule, beginning where it may."""
    low, high = event["onset"]
    near = slack(labels)
    return finding.rule == event["rule"] and (
        finding.first_step is None or low - near <= finding.first_step <= high + near
    )
