"""dense-eval: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import evaluated
from tests.support.verdicts import found_alone, unchecked

RULE = "dense-eval"


def test_five_hundred_evaluations() -> None:
    (f,) = found_alone(evaluated(5_000, 10), RULE)
    assert (f.severity, f.first_step) == (Severity.INFO, None)
    assert "499 times, every 10 steps" in str(f.message)
    assert f.advice == ("Evaluate every 200 steps.",)
    (f,) = found_alone(replace(evaluated(5_000, 10), config={"logging_steps": 10}), RULE)
    assert "eval_steps=200" in f.advice[0]  # the Trainer's words only to those who use it


def test_a_boosting_evaluates_every_round() -> None:
    run = evaluated(5_000, 10)
    curves = {
        name: replace(run[tag], tag=name) for tag, name in (("loss", "learn/Logloss"), ("eval_loss", "test/Logloss"))
    }
    assert unchecked(replace(run, curves=curves), RULE) == "a boosting evaluates every round"


def test_cheap_evaluations_are_fine() -> None:
    run = evaluated(5_000, 10)
    wall = 1.7e9 + np.arange(500) * 10.0
    timed = {
        "loss": replace(run["loss"], wall_time=wall),
        "eval_loss": run["eval_loss"],
        "eval_runtime": Curve("eval_runtime", run["eval_loss"].step, np.full(499, 0.1)),
    }
    assert found_alone(replace(run, curves=timed), RULE) == []
    dear = timed | {"eval_runtime": Curve("eval_runtime", run["eval_loss"].step, np.full(499, 2.0))}
    assert len(found_alone(replace(run, curves=dear), RULE)) == 1


@pytest.mark.parametrize(
    "run",
    [
        evaluated(5_000, 50),
        evaluated(100_000, 400, logged=100),
        evaluated(5_000, 10, epoch=np.arange(500) * 10 / 100.0),  # ten per epoch
        replace(evaluated(5_000, 10), x_axis="epoch"),
    ],
    ids=["hundred", "far apart", "ten per epoch", "epoch axis"],
)
def test_others_are_quiet(run: Run) -> None:
    assert found_alone(run, RULE) == []
