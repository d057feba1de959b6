"""What faults cost, and when they could have been noticed: tried on logs cut short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.diagnose import diagnose
from curveread.impact import impact, until
from curveread.run.model import Attempt, Checkpoint, Curve, Run


def _run(n: int = 600, broken: int | None = None, clock: bool = True) -> Run:
    step = np.arange(n) * 10
    value = 1 + 2 * np.exp(-np.arange(n) / 100) + np.random.default_rng(0).normal(0, 0.02, n)
    if broken is not None:
        value[broken:] = np.nan
    wall = 1e9 + step * 2.0 if clock else None
    tokens = Curve("num_tokens", step, step * 100.0, wall)
    return Run("r", "r", {"loss": Curve("loss", step, value, wall), "num_tokens": tokens})


def test_a_shorter_log_has_nothing_later() -> None:
    run = _run()
    run = Run(
        "r",
        "r",
        run.curves,
        attempts=(Attempt(0, 3000, run.curves), Attempt(2000, 5990, run.curves)),
        checkpoints=(Checkpoint(500, "a"), Checkpoint(2500, "b")),
        crashed=True,
    )
    cut = until(run, 1000)
    assert (cut.last_step, len(cut["loss"]), cut.crashed) == (1000, 101, None)
    assert [a.last_step for a in cut.attempts] == [1000]
    assert cut.checkpoints == (Checkpoint(500, "a"),)
    assert until(run, -1).curves == {}


def test_cost_of_a_fault() -> None:
    run = _run(broken=300)
    after = impact(run, diagnose(run), cost_per_hour=7.2)
    assert after.affected.steps == 2990
    assert after.affected.share == pytest.approx(2990 / 5990)
    assert after.affected.seconds == pytest.approx(5980)
    assert after.affected.tokens == pytest.approx(299_000)
    assert after.affected.cost == pytest.approx(5980 / 3600 * 7.2)
    assert after.started == 1e9
    assert after.repeated.steps == 0
    assert after.after_best is None


def test_without_a_clock_there_is_no_cost() -> None:
    run = _run(broken=300, clock=False)
    after = impact(run, diagnose(run), cost_per_hour=7.2)
    assert (after.whole.seconds, after.whole.cost, after.detections[0].wall_time) == (None, None, None)


def test_noticed_is_what_the_check_says_of_the_shorter_log() -> None:
    run = _run(broken=300)
    (detected,) = impact(run, diagnose(run)).detections
    assert detected.finding.rule == "nonfinite-loss"
    assert detected.step is not None
    assert detected.step <= 3000 + 0.02 * 2990
    assert detected.left.steps == 5990 - detected.step
    assert detected.looks <= 16
    assert diagnose(until(run, detected.step), select=["nonfinite-loss"]).findings
    assert not diagnose(until(run, 2990), select=["nonfinite-loss"]).findings


@pytest.mark.parametrize("case", ["overfitting", "divergence-learning-rate"])
def test_lasting_faults_are_noticed_before_the_end(samples: Path, case: str) -> None:
    run = cr.read(samples / case)
    d = cr.diagnose(run)
    after = impact(run, d)
    detected = after.detections[0]
    assert detected.finding is d.findings[0]
    assert detected.step is not None
    assert (detected.finding.first_step or 0) < detected.step < (run.last_step or 0)
    assert detected.severity is not None


def test_steps_trained_twice(samples: Path) -> None:
    run = cr.read(samples / "resumed-overlap")
    assert impact(run, cr.diagnose(run)).repeated.steps == 230
