"""What the checks of how often a run logs and evaluates have in common."""

from __future__ import annotations

import pytest

from curveread.findings.finding import Severity
from tests.support.curves import evaluated, paused
from tests.support.verdicts import found_alone


@pytest.mark.parametrize("rule", ["sparse-eval", "dense-eval", "sparse-logging", "eval-overhead"])
def test_cadence_is_never_an_alarm(rule: str) -> None:
    for run in (
        evaluated(12_000, 3_000),
        evaluated(5_000, 10),
        evaluated(2_500, 500, logged=500),
        paused(60.0, logged=True),
    ):
        assert all(f.severity is Severity.INFO for f in found_alone(run, rule))
