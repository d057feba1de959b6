"""Curves reckoned with curves and numbers, smoothed and read at other steps."""

from __future__ import annotations

import numpy as np
import pytest

import curveread as cr
from curveread.errors import UsageError
from curveread.run.roles import Meaning

NATS = Meaning(cr.Role.EVAL_LOSS, "lower", "nats")


def curve(tag: str, step: list[int], value: list[float]) -> cr.Curve:
    return cr.Curve(tag, np.array(step), np.array(value), meaning=NATS, role=cr.Role.EVAL_LOSS)


LOSS = curve("loss", [10, 20, 20, 30, 40], [4.0, 3.0, 2.5, 2.0, np.nan])
EVAL = curve("eval", [20, 30, 40, 50], [3.5, 3.0, 3.0, 2.0])


def test_two_curves_meet_on_the_steps_of_both_and_nothing_is_made_up() -> None:
    gap = EVAL - LOSS
    assert gap.step.tolist() == [20, 30, 40]
    np.testing.assert_array_equal(gap.value, [1.0, 1.0, np.nan])  # of step 20 the last value counts
    assert (gap.tag, gap.unit, gap.role) == ("eval − loss", "nats", cr.Role.OTHER)
    assert not gap.judged
    assert gap.direction == ""


def test_a_unit_stays_only_where_it_is_sure() -> None:
    seconds = cr.Curve("took", [20, 30], [1.0, 2.0], meaning=Meaning(cr.Role.OTHER, unit="s"), role=cr.Role.OTHER)
    assert (EVAL / LOSS).unit == ""
    assert (EVAL - seconds).unit == ""
    assert (EVAL - 1.0).unit == "nats"
    assert (EVAL / np.log(2)).unit == ""
    assert ((EVAL - LOSS) / LOSS).tag == "(eval − loss) / loss"


def test_numbers_and_arrays_on_either_side() -> None:
    assert (1.0 - EVAL).value.tolist() == [-2.5, -2.0, -2.0, -1.0]
    for two in (2, 2.0, np.float64(2.0), np.full(4, 2.0)):
        for made in (two * EVAL, EVAL * two):
            assert isinstance(made, cr.Curve)
            assert made.value.tolist() == [7.0, 6.0, 6.0, 4.0]
    assert (-EVAL).value.tolist() == [-3.5, -3.0, -3.0, -2.0]
    assert (EVAL / 0).value.tolist() == [np.inf] * 4
    with pytest.raises(UsageError, match=r"shape \(3,\) beside 4 points"):
        EVAL + np.zeros(3)
    with pytest.raises(TypeError, match="not with str"):
        EVAL + "1"


def test_curves_without_a_common_step_point_to_at() -> None:
    other = curve("train", [15, 45], [4.0, 1.0])
    with pytest.raises(UsageError, match=r"no step in common; b\.at\(a\)"):
        EVAL - other
    assert (EVAL - other.at(EVAL)).value.tolist() == pytest.approx([0.0, 0.5, 1.5, np.nan], nan_ok=True)


def test_a_curve_whose_steps_go_back_is_refused() -> None:
    wrong = curve("loss", [10, 30, 20], [4.0, 3.0, 2.0])
    for attempt in (lambda: wrong[10:20], lambda: wrong - EVAL, lambda: wrong.at([15]), lambda: wrong.smooth()):
        with pytest.raises(UsageError, match="go back, from 30 to 20"):
            attempt()


def test_smoothing_by_steps_is_smoothing_by_points() -> None:
    loss = cr.Curve("loss", np.arange(0, 2000, 20), np.sin(np.arange(100.0)))
    np.testing.assert_allclose(loss.smooth(half_life=60).value, loss.smooth("ema", weight=0.5 ** (1 / 3)).value)
    assert loss.smooth("running-median", width=300) == loss.smooth("running-median", window=15)
    assert loss.smooth("lowess", width=400) == loss.smooth("lowess", fraction=0.2)
    np.testing.assert_allclose(
        loss.smooth("gaussian", width=100).value, loss.smooth("gaussian", sigma=5 / 2.3548).value, rtol=1e-4
    )
    assert cr.smooth(loss) == loss.smooth("ema", weight=0.6)


@pytest.mark.parametrize(
    ("method", "options", "said"),
    [
        ("spline", {}, "method='spline': there is no such method"),
        ("ema", {"width": 10}, "width=10: ema has no such option; it has: half_life, weight"),
        ("gaussian", {"width": 10, "sigma": 1}, "width=10: it is sigma in steps"),
        ("ema", {"half_life": 0}, "half_life=0: it must be a positive number"),
        ("lowess", {"fraction": 2}, "fraction must be above 0"),
    ],
)
def test_an_option_that_does_not_fit_is_named(method: str, options: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        EVAL.smooth(method, **options)


def test_a_curve_as_a_list_and_as_a_series() -> None:
    assert list(EVAL) == [3.5, 3.0, 3.0, 2.0]
    series = EVAL.to_series()
    assert (series.name, series.index.name, series.loc[50]) == ("eval", "step", 2.0)
