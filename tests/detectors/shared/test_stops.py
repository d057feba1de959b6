"""What stopped a training beside its loss: how long a rate or a norm must be gone, and where that begins."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.stops import Stop, stopped
from curveread.run.model import Curve
from curveread.run.roles import Role

N = 40


def of(role: Role, value: np.ndarray) -> Stop | None:
    view = CurveView(Curve("x", 10 * np.arange(value.size), value, role=role))
    return stopped(Subject({role: (view,)}, (), 0, 10 * value.size))


def ending(usual: float, left: float, points: int, n: int = N) -> np.ndarray:
    """Return n values of which the last points lie lower."""
    value = np.full(n, usual)
    value[n - points :] = left
    return value


@pytest.mark.parametrize(("points", "told"), [(0, False), (2, False), (3, True), (30, True)])
def test_a_rate_is_gone_after_three_points_of_nothing(points: int, told: bool) -> None:
    stop = of(Role.LEARNING_RATE, ending(3e-4, 0.0, points))
    assert (stop is not None) is told
    if stop is not None:
        assert (stop.step, stop.dead, stop.evidence.value) == (10 * (N - points), True, 0.0)
        assert str(stop.reason) == "the learning rate was 0 from there on"


def test_a_rate_of_nearly_nothing_is_half_a_percent_of_its_peak_and_no_dead_one() -> None:
    assert of(Role.LEARNING_RATE, ending(1.0, 0.006, 10)) is None
    stop = of(Role.LEARNING_RATE, ending(1.0, 0.004, 10))
    assert stop is not None
    assert (stop.step, stop.dead, stop.evidence.value) == (10 * (N - 10), False, 0.004)
    assert "nearly 0" in str(stop.reason)


def test_a_rate_that_comes_back_or_was_never_there_or_is_seldom_logged_stops_nothing() -> None:
    back = ending(1.0, 0.0, 10)
    back[-1] = 1.0
    assert of(Role.LEARNING_RATE, back) is None
    assert of(Role.LEARNING_RATE, np.zeros(N)) is None
    assert of(Role.LEARNING_RATE, ending(1.0, 0.0, 3, n=4)) is None
    assert of(Role.LEARNING_RATE, ending(1.0, 0.0, 3, n=5)) is not None


@pytest.mark.parametrize("left", [0.0, np.nan, 1e-9])
@pytest.mark.parametrize(("points", "told"), [(4, False), (5, True)])
def test_a_gradient_is_gone_after_five_points(left: float, points: int, told: bool) -> None:
    stop = of(Role.GRAD_NORM, ending(2.0, left, points))
    assert (stop is not None) is told
    if stop is not None:
        assert stop.step == 10 * (N - points)
        assert ("0 from there on" in str(stop.reason)) is bool(np.isfinite(left))


def test_a_small_gradient_or_one_of_few_points_stops_nothing() -> None:
    assert of(Role.GRAD_NORM, ending(2.0, 1e-7, 10)) is None
    assert of(Role.GRAD_NORM, ending(2.0, 0.0, 10, n=19)) is None
    assert of(Role.GRAD_NORM, ending(2.0, 0.0, 10, n=20)) is not None
