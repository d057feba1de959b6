"""A pause at a restart belongs to the restart, wherever the first points after it lie."""

from __future__ import annotations

import numpy as np

from curveread.diagnose import diagnose
from curveread.run.model import Attempt, Curve, Run
from tests.support.curves import decay


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
