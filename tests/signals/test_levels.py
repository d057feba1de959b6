from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.decomposition import decompose
from curveread.signals.events.decay import breaking_point
from curveread.signals.events.jumps import jumps
from curveread.signals.levels import crossing, rise_after_best, split_point
from curveread.signals.reduction import extremes, knots
from curveread.signals.scale import correlation_length, mad_scale
from curveread.signals.trend import blocks_of, theil_sen
from tests.support.curves import decay


def test_rise_after_best_is_zero_for_a_falling_curve_and_large_for_one_that_turned() -> None:
    value = decay(1500, sigma=0.05)
    parts = decompose(value)
    assert rise_after_best(parts.y, parts.scale, parts.correlation, parts.y[0]).z < 4
    value[900:] *= np.linspace(1.0, 1.2, 600)
    parts = decompose(value)
    rise = rise_after_best(parts.y, parts.scale, parts.correlation, parts.y[0])
    assert rise.z > 10
    assert rise.size == pytest.approx(np.log(1.17), abs=0.05)
    assert 500 < rise.best_first < 1000


def test_upward_jumps_are_found_and_healthy_curves_have_none() -> None:
    for seed in range(10):
        value = decay(1500, sigma=0.05, seed=seed)
        parts = decompose(value)
        assert not [j for j in jumps(parts.y, parts.scale, parts.correlation) if j.size > 0 and j.index > 45]
        value[900:] *= 1.2
        parts = decompose(value)
        up = [j for j in jumps(parts.y, parts.scale, parts.correlation) if j.size > 0 and j.index > 45]
        assert len(up) == 1
        assert abs(up[0].index - 900) <= 10


def test_split_point_is_the_step() -> None:
    y = np.r_[np.zeros(30), np.ones(20)]
    y[10] = 50.0  # one outlier is not the step
    assert split_point(y, 0, 50) == 30


def test_the_crossing_is_where_most_goes_below() -> None:
    value = np.r_[np.ones(30), 0.0, np.ones(4), np.zeros(20), 1.0, np.zeros(9)]
    assert crossing(value <= 0.5) == 35


def test_theil_sen_slope_and_interval() -> None:
    rng = np.random.default_rng(0)
    x = np.arange(60.0)
    slope, low, high = theil_sen(x, 0.5 * x + rng.standard_normal(60))
    assert low < 0.5 < high
    assert slope == pytest.approx(0.5, abs=0.05)
    assert theil_sen(x[:2], x[:2]) == (0.0, -np.inf, np.inf)


def test_a_broken_decay_is_told_from_a_smooth_one() -> None:
    rng = np.random.default_rng(1)
    x = (np.arange(120) + 0.5) / 120
    smooth = 2.0 + (x + 0.02) ** -0.4
    error = np.full(120, 0.02)
    noise = 0.02 * rng.standard_normal(120)
    assert breaking_point(x, smooth + noise, error, 10, 100).gain < 9
    broken = np.where(np.arange(120) < 40, smooth, smooth[40])
    found = breaking_point(x, broken + noise, error, 10, 100)
    assert found.gain > 9
    assert abs(found.index - 40) <= 4


def test_block_medians_cover_all_points() -> None:
    parts = decompose(decay(1003))
    blocks = blocks_of(parts.y, parts.scale, parts.correlation)
    assert blocks.edge[0] == 0
    assert blocks.edge[-1] == 1003
    assert len(blocks) == 200
    assert len(blocks_of(np.empty(0), np.empty(0), 1.0)) == 0


def test_scales() -> None:
    rng = np.random.default_rng(0)
    assert mad_scale(rng.normal(5.0, 2.0, 10_000)) == pytest.approx(2.0, rel=0.05)
    assert mad_scale(np.ones(1)) == 0.0
    white = rng.standard_normal(20_000)
    assert correlation_length(white) < 1.2
    assert correlation_length(white[:7]) == 1.0
    assert correlation_length(np.zeros(100)) == 1.0
    assert correlation_length(np.convolve(white, np.full(10, 0.1), "valid")) == pytest.approx(10, rel=0.2)


def test_reduction_keeps_every_extreme() -> None:
    value = np.random.default_rng(0).standard_normal(100_000)
    value[[5, 77_777]] = [99.0, -99.0]
    keep = extremes(value, 4000)
    assert keep.size <= 4000
    assert {0, 5, 77_777, 99_999} <= set(keep.tolist())
    assert (np.diff(keep) > 0).all()
    np.testing.assert_array_equal(extremes(value[:10]), np.arange(10))
    assert knots(0).size == 0
    assert knots(5).tolist() == [0, 1, 2, 3, 4]
    assert knots(10_000)[[0, -1]].tolist() == [0, 9999]


def test_the_smallest_floats_have_no_correlation() -> None:
    assert correlation_length(np.convolve(np.random.default_rng(0).standard_normal(200) * 1e-300, np.ones(9))) == 1.0
