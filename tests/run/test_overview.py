"""A line per curve, for the terminal, JSON and notebooks."""

from __future__ import annotations

import numpy as np

from curveread.run.model import Curve, Run
from curveread.run.overview import curve_line, not_understood, overview, place


def _curve(*values: float, tag: str = "loss") -> Curve:
    return Curve(tag, np.arange(len(values)), np.array(values))


def test_figures_are_those_of_the_finite_values() -> None:
    line = curve_line(_curve(3.0, np.nan, 1.0, np.inf, 2.0))
    assert (line.points, line.nonfinite, line.low, line.high, line.last) == (5, 2, 1.0, 3.0, 2.0)
    assert (line.first_step, line.last_step) == (0, 4)


def test_what_is_not_known_is_left_out() -> None:
    assert curve_line(_curve()).figures() == {"nonfinite": 0}
    assert curve_line(_curve(np.nan)).figures() == {"nonfinite": 1}
    empty = place(_curve())
    assert (empty["tag"], empty["role"], empty["points"]) == ("loss", "train-loss", 0)
    assert (empty["direction"], empty["unit"], empty["judged"]) == ("down", "", True)
    assert set(place(_curve(1.0))) - set(empty) == {"first_step", "last_step"}


def test_curves_that_are_not_understood_are_counted_and_named() -> None:
    run = Run("r", "p", {t: _curve(1.0, tag=t) for t in ("loss", "zork", *(f"zork/{c}" for c in "abcefgh"))})
    assert not_understood(run) == "8 curves not understood: zork, zork/a, zork/b, zork/c, zork/e, zork/f and 2 more"
    assert not_understood(Run("r", "p", {"loss": _curve(1.0)})) == ""


def test_order_is_that_of_the_run() -> None:
    run = Run("r", "p", {t: _curve(1.0, tag=t) for t in ("b", "a", "c")})
    assert [line.tag for line in overview(run)] == ["b", "a", "c"]
