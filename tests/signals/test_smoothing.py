from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.signals.smoothing import METHODS, ema, smooth_values
from tests.oracles.ema import ema as slow_ema

numbers = st.floats(width=32) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])


@given(st.lists(numbers, max_size=60), st.sampled_from([0.0, 0.3, 0.6, 0.9, 0.99]))
def test_ema_is_tensorboards(values: list[float], weight: float) -> None:
    got = ema(np.array(values, dtype=float), weight)
    want = np.array(slow_ema(values, weight) if weight else values, dtype=float)
    # Relative to the largest value so far: that is the error of the sums themselves.
    finite = want[np.isfinite(want)]
    scale = np.abs([v for v in values if math.isfinite(v)]).max() if finite.size else 1.0
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9 * scale)


def test_ema_weight_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0 and below 1, not 1"):
        ema(np.ones(3), 1.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 16, 200])
def test_every_method_keeps_length_and_nan_in_place(method: str, n: int) -> None:
    value = np.linspace(3.0, 1.0, n)
    value[n // 2 : n // 2 + 1] = np.nan
    before = value.copy()
    got = smooth_values(value, method)
    assert got.shape == value.shape
    np.testing.assert_array_equal(np.isnan(got), np.isnan(before))
    np.testing.assert_array_equal(value, before)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_follows_a_line_and_halves_the_noise(method: str) -> None:
    rng = np.random.default_rng(0)
    line = np.linspace(3.0, 1.0, 500)
    np.testing.assert_allclose(smooth_values(line, method)[30:-30], line[30:-30], atol=0.02)
    noisy = line + 0.1 * rng.standard_normal(500)
    left = smooth_values(noisy, method, **({"weight": 0.9} if method == "ema" else {})) - line
    assert left[50:-50].std() < 0.05


def test_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown smoothing method 'mean'; there are: ema, running-median"):
        smooth_values(np.ones(3), "mean")
