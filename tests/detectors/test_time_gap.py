"""time-gap: a hang, evaluations that are none, and a pause at a restart, which belongs to the restart."""

from __future__ import annotations

import numpy as np

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from curveread.run.model import Attempt, Curve, Run
from tests.support.curves import decay
from tests.support.verdicts import found


def rules(attempts: tuple[Attempt, ...]) -> list[str]:
    step = np.arange(0, 5000, 10)
    wall = 1.7e9 + step + np.where(step >= 2000, 90_000.0, 0.0)
    run = Run("r", "r", {"loss": Curve("loss", step, decay(500), wall)}, attempts=attempts)
    return [f.rule for f in diagnose(run).findings]


def test_pause_without_and_with_a_restart() -> None:
    assert rules(()) == ["time-gap"]
    # The attempt's first point is one of another curve, some steps before the first of the loss.
    assert rules((Attempt(0, 1990, {}), Attempt(1993, 4990, {}))) == ["restart"]
    assert rules((Attempt(0, 990, {}), Attempt(1000, 4990, {}))) == ["restart", "time-gap"]


def run_with(wall: np.ndarray) -> Run:
    return Run("r", "r", {"loss": Curve("loss", np.arange(wall.size), decay(wall.size), wall)})


def test_a_hang_is_told() -> None:
    wall = np.arange(1000.0)
    wall[700:] += 7200.0
    (f,) = found(run_with(wall), "time-gap")
    assert (f.severity, f.first_step, f.last_step) == (Severity.INFO, 699, 700)
    assert str(f.message).startswith("2 h passed between steps 699 and 700")


def test_regular_evaluations_are_no_gap() -> None:
    wall = np.cumsum(np.where(np.arange(1000) % 50 == 0, 120.0, 1.0))
    assert found(run_with(wall), "time-gap") == []
