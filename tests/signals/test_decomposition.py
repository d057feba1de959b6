from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curveread.signals.decomposition import Transform, decompose
from tests.support.curves import decay


@settings(max_examples=150, deadline=None)
@given(arrays(float, st.integers(0, 200), elements=st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_any_finite_values_survive(value: np.ndarray) -> None:
    parts = decompose(value)
    for array in (parts.y, parts.trend, parts.scale, parts.residual, parts.z, *parts.band()):
        assert array.shape == value.shape
        assert np.isfinite(array).all()
    assert (parts.scale > 0).all()


@pytest.mark.parametrize("sigma", [0.005, 0.02, 0.1])
@pytest.mark.parametrize("n", [300, 3000, 30000])
def test_noise_is_measured(sigma: float, n: int) -> None:
    assert decompose(decay(n, sigma)).noise == pytest.approx(sigma, rel=0.15)


def test_noise_is_local() -> None:
    value = decay(4000, 0.1)
    value[2000:] = decay(4000, 0.01, seed=1)[2000:]
    parts = decompose(value)
    assert np.median(parts.scale[200:1700]) == pytest.approx(0.1, rel=0.2)
    # The floor is half of the median over all blocks: quiet stretches are not judged by less than that.
    assert np.median(parts.scale[2400:]) < 0.06


def test_trend_ignores_a_spike_and_follows_a_step() -> None:
    value = np.full(1000, 2.0)
    value[500:510] = 9.0
    assert decompose(value).trend[505] == pytest.approx(np.log(2.0), abs=0.01)
    step = np.where(np.arange(1000) < 500, 2.0, 3.0)
    trend = decompose(step).trend
    assert trend[480] == pytest.approx(np.log(2.0))
    assert trend[520] == pytest.approx(np.log(3.0))


def test_scale_of_the_loss_does_not_matter() -> None:
    value = decay(1500)
    np.testing.assert_allclose(decompose(value).z, decompose(value * 1000.0).z, rtol=1e-6, atol=1e-6)


def test_transform_goes_back() -> None:
    for value in (np.array([0.5, 1.0, 7.0]), np.array([-3.0, 0.0, 1e12])):
        transform = Transform.of(value)
        np.testing.assert_allclose(transform.back(transform.forward(value)), value, rtol=1e-9, atol=1e-9)


def test_a_repeated_value_does_not_blow_up_the_scale() -> None:
    value = decay(1600)
    value[700:] = value[699]
    z = decompose(value).z
    assert np.abs(z[:690]).max() < 20
    assert np.abs(z[720:]).max() < 1e-3


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4])
def test_a_handful_of_points_has_a_trend_and_a_scale_above_0(n: int) -> None:
    parts = decompose(np.array([3.0, 1.0, 2.0, 5.0])[:n])
    assert parts.trend.size == parts.scale.size == n
    assert (parts.scale > 0.0).all()
    assert parts.correlation >= 1.0
