from __future__ import annotations

import numpy as np
import pytest

from curveread.arrays import FloatArray
from curveread.signals.decomposition import decompose
from curveread.signals.piecewise import parted, steps_near

N = 2000
AT = 1300


def curve(seed: int, change: FloatArray) -> FloatArray:
    falling = 1.5 + 2.0 * np.exp(-np.arange(N) / 250)
    return np.asarray(falling + change + np.random.default_rng(seed).normal(0, 0.05, N))


STEP = np.where(np.arange(N) >= AT, 0.8, 0.0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_trend_keeps_its_level_up_to_the_step(seed: int, sign: float) -> None:
    value = curve(seed, sign * STEP + 1.0)
    whole = decompose(value)
    cuts = steps_near(whole, [AT + 3, 400])
    assert cuts.tolist() == [AT]
    trend = whole.transform.back(parted(whole, cuts).trend)
    before, after = float(np.median(value[AT - 150 : AT])), float(np.median(value[AT : AT + 150]))
    assert np.abs(trend[AT - 60 : AT] - before).max() < 0.1
    assert np.abs(trend[AT : AT + 60] - after).max() < 0.12
    blurred = whole.transform.back(whole.trend)
    assert np.abs(blurred[AT - 60 : AT] - before).max() > 0.1  # what it is made for


@pytest.mark.parametrize(
    "change",
    [np.zeros(N), np.clip((np.arange(N) - AT) / 300, 0, 1), np.where(np.arange(N) == AT, 9.0, 0.0),
     np.where((np.arange(N) >= AT) & (np.arange(N) < AT + 40), 3.0, 0.0)],
    ids=["nothing", "slope", "one point", "back after 40 points"],
)  # fmt: skip
def test_only_a_level_that_lasts_is_cut_off(change: FloatArray) -> None:
    whole = decompose(curve(1, change))
    assert steps_near(whole, [0, AT, AT + 40, N - 1]).size == 0
    assert (parted(whole, steps_near(whole, [AT])).trend == whole.trend).all()


@pytest.mark.parametrize("n", [1, 2, 10, 21])
def test_short_curves_have_no_steps(n: int) -> None:
    assert steps_near(decompose(np.arange(1.0, n + 1)), range(n + 1)).size == 0


def test_a_steep_beginning_is_no_shelf() -> None:
    value = 0.2 + 1.3 * np.exp(-np.arange(60) / 5)
    whole = decompose(value)
    trend = whole.transform.back(parted(whole, np.empty(0, np.int64)).trend)
    assert np.abs(trend - value)[:10].max() < 1e-9
    assert whole.transform.back(whole.trend)[0] < value[0] - 0.2
    noisy = decompose(1.0 + np.random.default_rng(0).normal(0, 0.1, 60))
    assert (parted(noisy, np.empty(0, np.int64)).trend == noisy.trend).all()
