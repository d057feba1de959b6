"""unfinished-run: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import found


def falling(n: int = 1000) -> np.ndarray:
    return np.linspace(6.0, 3.0, n) * np.exp(normal(n, 0.02))


def test_still_falling_at_a_full_learning_rate() -> None:
    run = run_of(train_loss=falling(), lr=np.full(1000, 1e-3))
    (f,) = found(run, "unfinished-run")
    assert f.severity is Severity.INFO
    assert f.last_step == 999


def test_a_crash_counts_whatever_the_schedule() -> None:
    curves = run_of(train_loss=falling(), lr=np.linspace(1e-3, 1e-4, 1000)).curves
    assert found(Run("r", "r", curves), "unfinished-run") == []
    (f,) = found(Run("r", "r", curves, crashed=True), "unfinished-run")
    assert "the run crashed at step 999" in str(f.message)


def test_finished_runs_are_quiet() -> None:
    t = np.arange(2000)
    assert found(run_of(train_loss=decay(2000), lr=np.full(2000, 1e-3)), "unfinished-run") == []
    levelling = (3.0 + 3.0 * np.exp(-t / 620)) * np.exp(normal(2000, 0.005))
    assert found(run_of(train_loss=levelling, lr=np.full(2000, 1e-3)), "unfinished-run") == []
    cooled = decay(2000) * np.where(t < 1600, 1.0, 1.0 - 0.2 * (t - 1600) / 400)
    assert found(run_of(train_loss=cooled), "unfinished-run") == []
    rising = np.linspace(5.0, 3.0, 20) + np.r_[np.zeros(10), np.linspace(0.0, 3.0, 10)]
    run = run_of(train_loss=falling(), lr=np.full(1000, 1e-3), eval_loss=rising)
    assert found(run, "unfinished-run") == []


@pytest.mark.parametrize(("later", "is_told"), [(0, True), (50, True), (51, False)])
def test_a_loss_that_stopped_long_before_the_other_curves_is_not_judged(later: int, is_told: bool) -> None:
    """It may fall short of the run's last step by a twentieth of its points."""
    steps = np.arange(1000 + later)
    curves = {
        "train_loss": Curve("train_loss", np.arange(1000), falling()),
        "lr": Curve("lr", steps, np.full(steps.size, 1e-3)),
    }
    assert len(found(Run("r", "r", curves), "unfinished-run")) == is_told


def test_without_an_evaluation_the_fall_may_be_memory() -> None:
    (alone,) = found(run_of(train_loss=falling(), lr=np.full(1000, 1e-3)), "unfinished-run")
    assert alone.advice[0].startswith("Evaluate the last checkpoint on held-out data")
    assert "memorising: there is no evaluation loss" in alone.also_explained_by
    run = run_of(train_loss=falling(), lr=np.full(1000, 1e-3), eval_loss=np.linspace(6.0, 3.0, 30))
    (beside,) = found(run, "unfinished-run")
    assert beside.advice[0].startswith("Go on from the last checkpoint")
    assert beside.also_explained_by == ("a budget that was chosen on purpose",)
