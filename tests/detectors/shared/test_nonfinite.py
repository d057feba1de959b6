"""What was not finite before a loss was: how near it must be, and where it begins."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.nonfinite import Earlier, earlier, loss_that_goes_on
from curveread.run.model import Curve
from curveread.run.roles import Role

N = 400


def _curve(tag: str, bad: list[int], what: float = np.nan, n: int = N) -> Curve:
    value = np.ones(n)
    value[bad] = what
    return Curve(tag, 10 * np.arange(n), value)


def before(bad: list[int], at: int, what: float = np.nan, n: int = N) -> Earlier | None:
    """Return what a gradient norm that is bad at those points says of a loss that is NaN from a point on."""
    loss = CurveView(_curve("loss", list(range(at, n)), n=n))
    norm = CurveView(_curve("norm", bad, what, n))
    return earlier(Subject({Role.TRAIN_LOSS: (loss,), Role.GRAD_NORM: (norm,)}, (), 0, 10 * n), loss, 10 * at)


@pytest.mark.parametrize(("what", "named"), [(np.nan, "NaN"), (np.inf, "infinite"), (-np.inf, "infinite")])
def test_it_is_told_where_it_begins_and_how_long_before(what: float, named: str) -> None:
    found = before([197, 199, 200], 200, what)
    assert found is not None
    assert (found.step, found.what) == (1970, named)
    assert str(found.message()) == f"; norm was {named} 30 steps before"
    assert [e.key for e in found.evidence()] == ["moved-first", "first-non-finite"]
    assert found.evidence()[1].value == 1970.0


def test_at_the_same_step_or_later_nothing_was_before() -> None:
    assert before([200, 201], 200) is None
    assert before([], 200) is None


@pytest.mark.parametrize(("gap", "n", "told"), [(49, 400, True), (50, 400, False), (79, 4000, True), (80, 4000, False)])
def test_long_before_is_another_event_fifty_points_or_a_fiftieth_of_the_log(gap: int, n: int, told: bool) -> None:
    assert (before([200 - gap], 200, n=n) is not None) is told


def test_of_a_stretch_with_holes_the_first_point_counts_and_what_comes_again_and_again_must_be_nearer() -> None:
    def step(bad: list[int]) -> int | None:
        found = before(bad, 300)
        return None if found is None else found.step

    assert step([250, 299]) == 2500
    assert step([100, 250, 299]) == 2500
    assert step([20, 100, 180, 291, 299]) == 2910
    assert step([20, 100, 180, 280]) is None
    assert step([100, 280]) == 2800


def test_a_loss_goes_on_where_every_point_to_the_end_is_measured() -> None:
    def on(bad: list[int]) -> bool:
        view = CurveView(_curve("loss", bad))
        return loss_that_goes_on(Subject({Role.TRAIN_LOSS: (view,)}, (), 0, 10 * N), 1000) is view

    assert on([])
    assert on([99])
    assert not on([100])
    assert not on([N - 1])
    assert loss_that_goes_on(Subject({}, (), 0, 10 * N), 1000) is None
