"""step-gap: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from curveread.run.model import Attempt, Curve, Run
from tests.support.curves import decay
from tests.support.verdicts import found


def test_a_muted_logger() -> None:
    step, value = np.arange(2000), decay(2000)
    keep = (step < 900) | (step > 1100)
    rate = Curve("lr", step, np.full(2000, 1e-3))
    (f,) = found(Run("r", "r", {"loss": Curve("loss", step[keep], value[keep]), "lr": rate}), "step-gap")
    assert (f.first_step, f.last_step, f.severity) == (899, 1101, Severity.INFO)
    assert f.get("points-missing-about") == 201
    assert "10 % of the run" in str(f.message)
    assert str(f.message).endswith("lr was")


def test_uneven_logs_restarts_and_a_new_interval_are_quiet() -> None:
    rng = np.random.default_rng(0)
    value = decay(2000)
    sampled = np.unique(rng.integers(0, 20_000, 500))
    assert found(Run("r", "r", {"loss": Curve("loss", sampled, decay(sampled.size))}), "step-gap") == []
    slower = np.r_[np.arange(1000), np.arange(1000, 11_000, 10)]
    assert found(Run("r", "r", {"loss": Curve("loss", slower, value)}), "step-gap") == []
    resumed = np.r_[np.arange(1000), np.arange(1200, 2200)]
    attempts = (Attempt(0, 999, {}), Attempt(1200, 2199, {}))
    run = Run("r", "r", {"loss": Curve("loss", resumed, value)}, attempts=attempts)
    assert found(run, "step-gap") == []
