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


def evaluated_with(noise: float) -> Run:
    at = np.arange(249, 5000, 250)
    noisy = decay(5000, 0.0)[at] * np.exp(noise * np.random.default_rng(0).standard_normal(at.size))
    curves = {
        "train/loss": Curve("train/loss", np.arange(5000), decay(5000)),
        "eval/loss": Curve("eval/loss", at, noisy),
    }
    return Run("r", "r", curves)


def test_what_the_noise_of_the_evaluations_hides_is_told() -> None:
    (statement,) = (s for s in diagnose(evaluated_with(0.03)).statements if s.topic == "cadence")
    rise = float(str(statement.text).split("rise below ")[1].split(" %")[0])
    assert 5.0 <= rise < 30.0  # four standard errors of two medians of two evals at 3 %
    smallest = next(float(e.value) for e in statement.evidence if e.key == "smallest-rise-to-be-seen")
    assert rise == float(f"{100.0 * smallest:.2g}")


def test_an_ordinary_cadence_is_no_news() -> None:
    assert told(diagnose(evaluated_with(0.004))) == ""
    assert told(diagnose(run_of(loss=decay(40), val_loss=decay(40, 0.002)))) == ""


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
    assert "A log of every 25 steps" in told(diagnose(run_of(train_loss=decay(250_000))))
    assert told(diagnose(run_of(train_loss=decay(5000)))) == ""


def test_evals_that_swing_to_and_fro_hide_no_more_than_their_spread() -> None:
    at = np.arange(199, 4000, 200)
    swing = 2.0 * np.exp(0.02 * (-1.0) ** np.arange(at.size))
    curves = {
        "train/loss": Curve("train/loss", np.arange(4000), decay(4000)),
        "eval/loss": Curve("eval/loss", at, swing),
    }
    (statement,) = (s for s in diagnose(Run("r", "r", curves)).statements if s.topic == "cadence")
    rise = float(str(statement.text).split("rise below ")[1].split(" %")[0])
    assert rise == pytest.approx(100.0 * 3.0 * 0.02 * 1.2533, rel=0.1)  # two medians of two evals each
