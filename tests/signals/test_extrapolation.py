"""Power laws carried on: the law itself, outliers, floors, scale; and blocks against their definition."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.extrapolation import Clock, extrapolate, medians


def _law(t: np.ndarray, e: float = 2.0, a: float = 3.0, b: float = 0.4) -> np.ndarray:
    return e + a * (t / 1000 + 0.02) ** -b


T = np.linspace(100, 1000, 60)
LATER = np.array([1100.0, 1500.0, 2000.0])


def test_a_law_without_noise_is_carried_on() -> None:
    found = extrapolate([Clock(T, LATER)], _law(T), positive=True)
    gone = _law(T)[-1] - _law(LATER)
    assert np.all(np.abs(found.mid - _law(LATER)) < 0.1 * gone)
    assert found.end == pytest.approx(_law(T)[-1], rel=0.01)


def test_outliers_do_not_move_it() -> None:
    rng = np.random.default_rng(1)
    y = _law(T) + 0.01 * rng.standard_normal(T.size)
    hit = y.copy()
    hit[[20, 41]] += 5.0
    clean, dirty = (extrapolate([Clock(T, LATER)], v, positive=True).mid for v in (y, hit))
    assert np.all(np.abs(clean - dirty) < 0.1)


def test_the_spread_grows_with_the_distance_and_with_the_noise() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal(T.size)
    small, large = (extrapolate([Clock(T, LATER)], _law(T) + s * noise, positive=True) for s in (0.03, 0.3))
    assert np.all(np.diff(small.spread) > 0)
    assert np.all(large.spread > 2 * small.spread)
    assert large.noise == pytest.approx(10 * small.noise, rel=0.3)


def test_the_unit_of_the_values_and_of_the_clock_do_not_matter() -> None:
    y = _law(T) + 0.05 * np.random.default_rng(3).standard_normal(T.size)
    once = extrapolate([Clock(T, LATER)], y, positive=True)
    again = extrapolate([Clock(7 * T, 7 * LATER)], 1000 * y, positive=True)
    np.testing.assert_allclose(again.mid, 1000 * once.mid)
    np.testing.assert_allclose(again.spread, 1000 * once.spread)


def test_a_positive_loss_stays_positive_and_a_likelihood_need_not() -> None:
    straight = 1.0 - 0.9 * np.linspace(0, 1, 60)
    far = [Clock(T, np.array([5000.0]))]
    assert extrapolate(far, straight, positive=True).mid[0] > 0
    assert extrapolate(far, straight, positive=False).mid[0] < 0


def test_a_rise_is_not_carried_on() -> None:
    found = extrapolate([Clock(T, LATER)], T / 1000, positive=True)
    assert found.mid == pytest.approx(np.full(3, found.end))
    assert T.mean() / 1000 < found.end < 1.0


def test_two_clocks_are_averaged_by_weight_and_their_difference_widens_the_interval() -> None:
    y = _law(T)
    slow = Clock(T, np.full(3, T[-1]))
    alone = extrapolate([Clock(T, LATER)], y, positive=True)
    stays = extrapolate([slow], y, positive=True)
    both = extrapolate([Clock(T, LATER, 2.0), slow], y, positive=True)
    np.testing.assert_allclose(both.mid, (2 * alone.mid + stays.mid) / 3)
    assert np.all(both.spread > alone.spread)


@pytest.mark.parametrize("n", [5, 60, 61, 1234])
def test_blocks_are_medians_of_neighbours(n: int) -> None:
    value = np.random.default_rng(n).standard_normal(n)
    step, level = medians(np.arange(n, dtype=np.float64), value)
    edge = np.linspace(0, n, min(n, 60) + 1).round().astype(int)
    width = int(np.diff(edge).min())
    np.testing.assert_allclose(level, [np.median(value[a : a + width]) for a in edge[:-1]])
    np.testing.assert_allclose(step, [np.mean(np.arange(a, a + width)) for a in edge[:-1]])


@pytest.mark.parametrize("offset", [0.001, 0.05, 2.0])
@pytest.mark.parametrize("power", [0.05, 0.5, 2.5])
def test_a_law_is_carried_on_exactly_be_it_steep_or_nearly_straight(power: float, offset: float) -> None:
    clock = Clock(T, LATER)
    now, then = (2.0 + 3.0 * (t / T[-1] + offset) ** -power for t in (T, LATER))
    found = extrapolate([clock], now, positive=True)
    np.testing.assert_allclose(found.mid, then, rtol=1e-9)
    assert found.noise < 1e-6
