"""statsmodels as the oracle of LOWESS and of the autocorrelation."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.scale import correlation_length
from curveread.signals.smoothing import lowess
from tests.conftest import needed

nonparametric = needed("statsmodels.nonparametric.smoothers_lowess")
stattools = needed("statsmodels.tsa.stattools")


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("outliers", [False, True])
def test_lowess(fraction: float, outliers: bool) -> None:
    """Windows here have a fixed number of points on both sides, so the two differ by a small part of the noise."""
    rng = np.random.default_rng(0)
    x = np.arange(300.0)
    y = 3.0 * np.exp(-x / 80) + 0.1 * rng.standard_normal(300)
    if outliers:
        y[[60, 150, 240]] += 5.0
    want = nonparametric.lowess(y, x, frac=fraction, it=2, delta=0.0, return_sorted=False)
    got = lowess(y, fraction, 2)
    assert np.abs(got - want).max() < 0.03
    assert np.sqrt(np.mean((got - want) ** 2)) < 0.01


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_correlation_length_is_the_sum_of_the_autocorrelation(memory: float) -> None:
    rng = np.random.default_rng(1)
    noise = rng.standard_normal(20_050)
    x = np.convolve(noise, memory ** np.arange(50))[50:20_050] if memory else noise[:20_000]
    rho = stattools.acf(x, nlags=64, adjusted=False)
    until = int(np.argmax(rho <= 0.0)) or 65
    assert correlation_length(x) == pytest.approx(1.0 + 2.0 * rho[1:until].sum(), rel=0.03)
