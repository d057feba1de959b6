"""reward-hacking: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import normal
from tests.support.verdicts import anywhere

T = np.arange(400)


def rewards(outer: np.ndarray) -> Run:
    inner = 1.0 + T / 100.0 + normal(400, 0.2)
    curves = {"train/reward": Curve("train/reward", T, inner)}
    curves["eval/reward"] = Curve("eval/reward", T[9::10], outer)
    return Run("r", "r", curves)


def test_a_reward_that_is_gamed() -> None:
    t = T[9::10]
    (f,) = anywhere(rewards(np.minimum(t, 300 - t) / 100.0 + normal(40, 0.05)), "reward-hacking")
    assert f.severity is Severity.WARNING
    assert 110 <= f.first_step <= 190


def test_a_quick_fall_is_seen() -> None:
    outer = np.r_[np.linspace(0.3, 0.95, 12), np.linspace(0.9, 0.0, 5), np.zeros(23)]
    (f,) = anywhere(rewards(outer + normal(40, 0.01)), "reward-hacking")
    assert 80 <= f.first_step <= 130


def test_rewards_that_agree_or_stop_are_quiet() -> None:
    t = T[9::10]
    for outer in (t / 100.0, np.minimum(t, 150) / 100.0, np.full(40, 1.0)):
        assert anywhere(rewards(outer + normal(40, 0.1)), "reward-hacking") == []


def test_a_reward_that_still_reaches_its_best_now_and_then_is_quiet() -> None:
    """Episodes of two kinds: what fell is how often the good ones come."""
    outer = np.r_[np.linspace(0.3, 1.0, 15), np.linspace(0.9, 0.3, 5), np.full(20, 0.3)]
    assert len(anywhere(rewards(outer + normal(40, 0.01)), "reward-hacking")) == 1
    outer[20::5] = 1.0
    assert anywhere(rewards(outer + normal(40, 0.01)), "reward-hacking") == []
