from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curveread.report.chart.scale import step_axis, value_axis

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(arrays(np.float64, st.integers(1, 60), elements=FLOATS), st.booleans())
def test_any_values_give_a_usable_axis(values: np.ndarray, log: bool) -> None:
    axis = value_axis([values], log=log)
    assert axis.low < axis.high
    assert np.isfinite([axis.low, axis.high]).all()
    at = [t.at for t in axis.ticks]
    assert at == sorted(set(at))
    assert all(axis.low <= t <= axis.high for t in at)
    assert len({t.text for t in axis.ticks}) == len(at)
    assert len(at) <= 16
    fractions = axis.fraction(np.array([axis.low, axis.high]))
    assert fractions == pytest.approx([0, 1], abs=1e-9)


@given(st.integers(-(2**53), 2**53), st.integers(0, 2**53))
def test_any_steps_give_whole_ticks(low: int, length: int) -> None:
    axis = step_axis(low, low + length)
    assert axis.low < axis.high
    assert all(t.at == int(t.at) for t in axis.ticks)
    assert len(axis.ticks) <= 12


@pytest.mark.parametrize("wild", [1e3, 1e9, 1e30, -1e9])
def test_a_wild_value_does_not_flatten_the_curve(wild: float) -> None:
    loss = 2 + 2 * np.exp(-np.arange(1000) / 200)
    loss[500] = wild
    axis = value_axis([loss])
    assert axis.high - axis.low < 3
    assert axis.high >= 4.0 - 0.1  # the start of the curve is no outlier


def test_a_spike_of_ordinary_size_is_shown_whole() -> None:
    loss = 2 + 2 * np.exp(-np.arange(1000) / 200)
    loss[500] = 6.0
    assert value_axis([loss]).high > 6.0


def test_a_short_warmup_is_shown_from_zero() -> None:
    rate = np.full(2000, 0.002)
    rate[:20] = np.linspace(0, 0.002, 20)
    axis = value_axis([rate])
    assert axis.low == 0.0
    assert axis.high > 0.002


def test_few_points_are_all_shown() -> None:
    assert value_axis([np.array([1.0, 2.0, 3.0, 1e6])]).high > 1e6


def test_log_axis_holds_decades_and_clamps_far_ones() -> None:
    norm = np.exp(np.random.default_rng(0).normal(0, 0.5, 1000))
    norm[300] = 1e25
    axis = value_axis([norm], log=True, ticks=3)
    assert axis.log
    assert axis.high < 1e4
    assert not value_axis([np.array([-1.0, -2.0])], log=True).log  # no positive value, no logarithm


def test_ticks_are_written_for_people() -> None:
    assert [t.text for t in step_axis(0, 24_000).ticks] == ["0", "5,000", "10k", "15k", "20k"]
    assert [t.text for t in value_axis([np.array([0.0, 2.0])]).ticks] == ["0.0", "0.5", "1.0", "1.5", "2.0"]
    assert [t.text for t in value_axis([np.array([1e-3, 1e3])], log=True).ticks] == ["0.001", "0.1", "10", "1,000"]
    assert [t.text for t in value_axis([np.full(9, 0.001)]).ticks] == ["0.001"]


@pytest.mark.parametrize("values", [(-0.5, 0.9), (0.0, 0.19), (0.11, 0.19), (-61.0, 0.2)])
def test_a_low_panel_has_a_scale_and_not_one_number(values: tuple[float, float]) -> None:
    assert len(value_axis([np.array(values)], ticks=3).ticks) >= 2


def test_the_texts_of_ticks_differ_and_are_true() -> None:
    assert [t.text for t in step_axis(412_901, 413_100).ticks] == ["412,950", "413,000", "413,050", "413,100"]
    assert [t.text for t in step_axis(0, 2_000_000).ticks] == ["0", "500k", "1M", "1.5M", "2M"]
    loss = value_axis([np.array([12_340.0, 12_361.0])])
    assert [t.text for t in loss.ticks] == ["12,340", "12,345", "12,350", "12,355", "12,360"]
    seconds = step_axis(0, 9_000, seconds=True)
    assert [t.text for t in seconds.ticks] == ["0.0 h", "0.5 h", "1.0 h", "1.5 h", "2.0 h", "2.5 h"]
