"""sparse-logging: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Run
from tests.support.curves import decay, evaluated, run_of
from tests.support.verdicts import found_alone

RULE = "sparse-logging"


def test_five_points() -> None:
    (f,) = found_alone(evaluated(2_500, 500, logged=500), RULE)
    assert (f.severity, f.first_step) == (Severity.INFO, None)
    assert "only 5 points in 2,000 steps, one every 500" in str(f.message)
    assert f.advice == ("Log every 10 steps.",)


@pytest.mark.parametrize(
    "run",
    [
        evaluated(300, 60, logged=50),
        evaluated(700, 100, logged=40),
        evaluated(2_500, 500, logged=100),
        replace(run_of(loss=decay(10)), x_axis="epoch"),
    ],
    ids=["short", "near", "25 points", "ten epochs"],
)
def test_others_are_quiet(run: Run) -> None:
    assert found_alone(run, RULE) == []
