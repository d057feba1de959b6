"""What the checks of how often a run logs and evaluates have in common."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView
from curveread.detectors.shared.rhythm import steps_per_epoch
from curveread.findings.finding import Severity
from curveread.run.model import Curve
from curveread.run.roles import Role
from tests.support.curves import decay, evaluated, paused
from tests.support.verdicts import found_alone


@pytest.mark.parametrize("rule", ["sparse-eval", "dense-eval", "sparse-logging", "eval-overhead"])
def test_cadence_is_never_an_alarm(rule: str) -> None:
    for run in (
        evaluated(12_000, 3_000),
        evaluated(5_000, 10),
        evaluated(2_500, 500, logged=500),
        paused(60.0, logged=True),
    ):
        assert all(f.severity is Severity.INFO for f in found_alone(run, rule))


def views(**curves: np.ndarray) -> dict[Role, tuple[CurveView, ...]]:
    found = {t: Curve(t, np.arange(v.size) * 10, v) for t, v in curves.items()}
    return {role: tuple(CurveView(c) for c in found.values() if c.role is role) for role in Role}


@pytest.mark.parametrize(
    ("config", "steps"),
    [
        ({"max_steps": 3000, "num_train_epochs": 3}, 1000.0),
        ({"max_steps": 500, "num_train_epochs": 0.5}, 1000.0),
        ({"max_steps": -1, "num_train_epochs": 3}, None),  # the Trainer's way of saying that epochs count
        ({"max_steps": 3000, "num_train_epochs": 0}, None),
        ({"max_steps": 3000}, None),
        ({}, None),
    ],
)
def test_steps_of_an_epoch_from_the_settings_of_the_trainer(config: dict[str, float], steps: float | None) -> None:
    assert steps_per_epoch(views(loss=decay(20)), config) == steps


def test_a_logged_epoch_says_it_better_than_the_settings() -> None:
    assert steps_per_epoch(views(epoch=np.arange(50) / 25), {"max_steps": 9, "num_train_epochs": 9}) == 250.0
