"""eval-overhead: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import pytest

from curveread.findings.finding import Severity
from tests.support.curves import evaluated, paused
from tests.support.verdicts import found_alone, unchecked

RULE = "eval-overhead"


@pytest.mark.parametrize("logged", [True, False])
def test_a_quarter_of_the_time(logged: bool) -> None:
    (f,) = found_alone(paused(30.0, logged=logged), RULE)
    assert (f.severity, f.first_step) == (Severity.INFO, None)
    assert "evaluation took 10 min, 23 % of the wall time" in str(f.message)
    assert f.advice[0] == "Evaluate every 200 steps."  # every 100 is logged
    assert ("pauses" in str(f.message)) is not logged
    assert bool(f.also_explained_by) is not logged  # a pause may be a checkpoint that is written


def test_cheap_or_short_is_quiet() -> None:
    assert found_alone(paused(2.0, logged=True), RULE) == []
    assert found_alone(paused(13.0, logged=True), RULE) == []  # four minutes
    assert len(found_alone(paused(13.0, logged=True), RULE, seconds=60)) == 1


def test_without_a_clock_or_with_one_that_shows_nothing_it_is_not_checked() -> None:
    reason = "the log does not show how long an evaluation took"
    assert unchecked(evaluated(2_000, 100), RULE) == reason
    assert unchecked(paused(0.0, logged=False), RULE) == reason
