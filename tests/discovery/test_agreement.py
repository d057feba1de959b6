"""Whether two curves agree: within float32 and within the rounding of either log."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.discovery.agreement import agreement, same_values
from curveread.run.model import Curve


def curve(value: np.ndarray, every: int = 1) -> Curve:
    return Curve("loss", np.arange(value.size) * every, value)


EXACT = 3.0 + np.sin(1.0 + np.arange(40.0))


@pytest.mark.parametrize("n", [3, 4, 40])
@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_a_rounded_log_agrees_with_the_exact_one(n: int, decimals: int) -> None:
    value = EXACT[:n]
    assert agreement(curve(value), curve(value.round(decimals))) == (n, n)
    off = value.round(decimals)
    off[-1] = round(off[-1] + 3 * 10.0**-decimals, decimals)
    assert agreement(curve(value), curve(off)) == (n, n - 1)


def test_two_points_do_not_tell_how_a_log_rounds() -> None:
    assert agreement(curve(EXACT[:2]), curve(EXACT[:2].round(2))) == (2, 0)


def test_rounding_as_coarse_as_the_curve_says_nothing() -> None:
    nearly = 3.0 + 0.3 * np.sin(1.0 + np.arange(40.0))
    assert agreement(curve(nearly), curve(nearly.round()))[1] == 0


def test_only_common_steps_are_compared_and_the_last_value_of_a_step_holds() -> None:
    twice = Curve("loss", np.array([0, 0, 2, 5]), np.array([9.0, EXACT[0], EXACT[2], 1.0]))
    assert agreement(curve(EXACT[:4]), twice) == (2, 2)


def test_nan_and_infinities_agree_with_themselves() -> None:
    value = EXACT.copy()
    value[[3, 5, 7]] = [np.nan, np.inf, -np.inf]
    assert agreement(curve(value), curve(value)) == (40, 40)
    other = value.copy()
    other[[3, 5]] = [np.inf, -np.inf]
    assert agreement(curve(value), curve(other)) == (40, 38)


def test_float32_agrees_with_float64() -> None:
    assert agreement(curve(EXACT), curve(EXACT.astype(np.float32).astype(float))) == (40, 40)


def test_one_quantity_under_two_names_needs_five_telling_values() -> None:
    assert same_values(curve(EXACT), curve(EXACT))
    assert same_values(curve(EXACT[:5]), curve(EXACT[:5]))
    assert not same_values(curve(EXACT[:4]), curve(EXACT[:4]))
    assert not same_values(curve(np.arange(40) % 4 * 1.0), curve(np.arange(40) % 4 * 1.0))
    assert not same_values(curve(EXACT), curve(EXACT + 0.01))
    assert not same_values(curve(EXACT), curve(EXACT[::2], 3))  # few steps in common


def test_a_log_of_five_significant_digits_agrees_with_the_exact_one() -> None:
    """Ultralytics writes its table with five: 1.45375 stands there as 1.4538, 0.098765432 as 0.098765."""
    exact = np.array([1.45375, 0.098765432, 12.3456789, 0.12345678, 3.14159265, 0.0012592181])
    kept = np.array([float(f"{v:.5g}") for v in exact])
    assert agreement(curve(exact), curve(kept)) == (6, 6)
    kept[2] += 0.01
    assert agreement(curve(exact), curve(kept)) == (6, 5)
