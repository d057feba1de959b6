"""What curves came to: the best is a level, never one lucky value; returns come first in reinforcement learning."""

from __future__ import annotations

import numpy as np
import pytest

import curveread as cr
from curveread.comparing.measures import measure, ranking_curves
from curveread.run.model import Curve, Run


def _curve(tag: str, value: object) -> Curve:
    y = np.asarray(value, dtype=float)
    return Curve(tag, 10 * np.arange(1, y.size + 1), y)


def test_one_lucky_evaluation_is_not_the_best() -> None:
    y = np.linspace(1.0, 0.5, 40)
    y[7] = 0.0125
    found = measure(_curve("eval/loss", y))
    assert found is not None
    assert found.best == pytest.approx(y[38], abs=0.02)
    assert found.best_step > 370
    assert (found.last, found.better) == (0.5, "down")
    assert found.tail == pytest.approx(y[-4:].mean())


def test_higher_is_better_where_the_curve_says_so() -> None:
    found = measure(_curve("eval/accuracy", [0.1, 0.5, 0.7, 0.7, 0.7, 0.2]))
    assert found is not None
    assert (found.better, found.best, found.best_step) == ("up", 0.7, 30)


def test_a_run_that_ends_in_nan_says_so() -> None:
    found = measure(_curve("eval/loss", [3.0, 2.0, np.nan]))
    assert found is not None
    assert np.isnan(found.last)
    assert np.isnan(found.tail)
    assert found.best == 2.0


def test_the_return_ranks_in_reinforcement_learning() -> None:
    curves = [_curve("loss", [3.0, 2.0]), _curve("episode_reward_mean", [1.0, 2.0])]
    found = cr.diagnose(Run("a", "a", {c.tag: c for c in curves}))
    assert [c.tag for c in ranking_curves(found)] == ["episode_reward_mean"]


def test_what_is_never_a_number_is_not_measured() -> None:
    assert measure(_curve("loss", [np.nan])) is None
