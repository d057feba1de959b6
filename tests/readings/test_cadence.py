"""How often a run was evaluated, in words."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Curve, Run
from tests.support.curves import decay, run_of


def told(dx: Diagnosis) -> str:
    return " ".join(s.text for s in dx.statements if s.topic == "cadence")


def test_rates_and_what_they_resolve() -> None:
    step = np.arange(5000)
    at = np.arange(249, 5000, 250)
    noisy = decay(5000, 0.0)[at] * np.exp(0.004 * np.random.default_rng(0).standard_normal(at.size))
    run = Run(
        "r",
        "r",
        {
            "train/loss": Curve("train/loss", step, decay(5000)),
            "eval/loss": Curve("eval/loss", at, noisy),
            "epoch": Curve("epoch", step, step / 2500.0),
        },
    )
    text = told(diagnose(run))
    assert "measured 20 times, every 250 steps (4 per 1,000 steps, 10 per epoch)" in text
    assert "placed to ± 125 steps" in text
    rise = float(text.split("rise below ")[1].split(" %")[0])
    assert 0.5 < rise < 4.0  # four standard errors of two medians of two evals at 0.4 %
    assert "wall time" not in text
    (statement,) = (s for s in diagnose(run).statements if s.topic == "cadence")
    smallest = next(float(e.value) for e in statement.evidence if e.key == "smallest-rise-to-be-seen")
    assert rise == float(f"{100.0 * smallest:.2g}")


def test_epochs_are_not_called_steps() -> None:
    run = run_of(loss=decay(40), val_loss=decay(40, 0.01))
    run = Run("r", "r", run.curves, x_axis="epoch")
    assert "every 1 epoch." in told(diagnose(run))
    assert "1,000" not in told(diagnose(run))


def test_the_cost_is_told_where_the_clock_shows_it() -> None:
    n = 2000
    at = np.arange(99, n, 100)
    wall = 1.7e9 + np.arange(n) * 1.0 + 30.0 * np.searchsorted(at, np.arange(n), side="left")
    run = Run(
        "r",
        "r",
        {
            "loss": Curve("loss", np.arange(n), decay(n), wall),
            "eval_loss": Curve("eval_loss", at, decay(at.size, 0.002)),
        },
    )
    quiet = diagnose(run, ignore=["eval-overhead"])
    assert "Evaluation took 10 min, 23 % of the wall time (about 2 % is usual), by the pauses" in told(quiet)
    assert "Evaluation took" not in told(diagnose(run))  # the finding says it


def test_two_evaluations_are_no_cadence() -> None:
    assert told(diagnose(run_of(train_loss=decay(1000), eval_loss=np.array([3.0, 2.0])))) == ""


def test_a_huge_log_is_told_how_to_be_smaller() -> None:
    assert "logging_steps=25" in told(diagnose(run_of(train_loss=decay(250_000))))
    assert told(diagnose(run_of(train_loss=decay(5000)))) == ""


@pytest.mark.parametrize(("epochs", "told_so"), [(15.0, False), (9.0, True), (6.0, True)])
def test_evaluations_an_epoch_are_told_from_one_in_ten_epochs_on(epochs: float, told_so: bool) -> None:
    step, at = np.arange(6000), np.arange(499, 6000, 500)
    curves = {
        "train/loss": Curve("train/loss", step, decay(6000)),
        "eval/loss": Curve("eval/loss", at, decay(at.size, 0.002)),
        "epoch": Curve("epoch", step, step / 500.0 * epochs),
    }
    text = told(diagnose(Run("r", "r", curves)))
    assert "every 500 steps (2 per 1,000 steps" in text
    assert (f"{1 / epochs:.3g} per epoch" in text) is told_so
