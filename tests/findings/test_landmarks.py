"""Restarts, epochs, evaluations and changes of the learning rate, with their steps."""

from __future__ import annotations

import numpy as np

from curveread.findings.landmarks import landmarks
from curveread.run.model import Attempt, Curve, Run


def run_with(**curves: tuple[np.ndarray, np.ndarray]) -> Run:
    return Run("r", "r", {t.replace("__", "/"): Curve(t.replace("__", "/"), *xy) for t, xy in curves.items()})


def test_epochs_are_read_off_whole_and_broken_numbers() -> None:
    step = np.arange(0, 1000, 10)
    broken = landmarks(run_with(epoch=(step, step / 300.0)))
    assert broken[0].step.tolist() == [300, 600, 900]
    assert broken[0].text[0] == "epoch 2 begins at step 300"
    whole = landmarks(run_with(epoch=(step, np.floor(step / 300.0))))
    assert whole[0].step.tolist() == [300, 600, 900]
    assert whole[0].text[0] == "epoch 1 has begun by step 300"  # one of the ten steps before may be its first
    every = np.arange(1000)
    assert landmarks(run_with(epoch=(every, every // 300)))[0].text[0] == "epoch 1 begins at step 300"


def test_a_point_an_epoch_and_a_counter_that_goes_back_have_no_boundaries() -> None:
    step = np.arange(100)
    assert landmarks(run_with(epoch=(step, step.astype(float)))) == ()
    assert landmarks(run_with(epoch=(step, np.r_[step[:50], step[:50]] / 10.0))) == ()


def test_restarts_evals_and_rate() -> None:
    step = np.arange(1000)
    rate = np.where(step < 400, 1e-3, 1e-4)
    loss = Curve("eval/loss", np.arange(100, 1000, 100), np.ones(9))
    run = Run(
        "r",
        "r",
        {"eval/loss": loss, "lr": Curve("lr", step, rate)},
        attempts=(Attempt(0, 700, {}), Attempt(600, 999, {})),
    )
    found = {m.kind: m for m in landmarks(run)}
    assert found["restart"].text == ("the run was restarted at step 600",)
    assert found["eval"].step.size == 9
    assert found["learning-rate"].text == ("the learning rate drops from 0.001 to 1e−4 at step 400",)
    assert found["learning-rate"].sudden == (True,)
    assert found["learning-rate"].raised == (False,)
