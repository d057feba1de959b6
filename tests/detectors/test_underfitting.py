"""underfitting: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from curveread.run.model import Run
from tests.support.curves import normal, run_of
from tests.support.verdicts import anywhere


def curves(end: float, evaluation: float) -> Run:
    guess = np.log(10)
    t = np.arange(1000)
    loss = end + (guess - end) * np.exp(-t / 60) + normal(1000, 0.02)
    outer = evaluation + (guess - evaluation) * np.exp(-t[19::20] / 60)
    accuracy = 0.32 - 0.22 * np.exp(-t / 60) + normal(1000, 0.01, 2)
    return run_of(train_loss=loss, val_loss=outer, train_acc=accuracy)


def test_together_and_little_better_than_guessing() -> None:
    (f,) = anywhere(curves(1.9, 1.92), "underfitting")
    assert f.severity is Severity.INFO
    assert "guessing among 10 classes" in str(f.message)


def test_a_gap_a_good_fit_and_an_unknown_floor_are_quiet() -> None:
    assert anywhere(curves(1.7, 2.2), "underfitting") == []
    assert anywhere(curves(0.5, 0.52), "underfitting") == []
    fine_tuning = run_of(train_loss=np.linspace(1.20, 1.17, 2000), eval_loss=np.linspace(1.21, 1.18, 20))
    assert anywhere(fine_tuning, "underfitting") == []
