"""Windows without SciPy: its own numbers, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import median_filter, uniform_filter1d

from curveread.signals import windows
from curveread.signals.windows import running_mean, running_median

WIDTHS = (1, 2, 3, 4, 7, 10, 15, 31, 64, 101)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 20, 101, 5000])
def test_equal_to_scipy(n: int) -> None:
    rng = np.random.default_rng(n)
    for scale in (1e-6, 1.0, 1e8):
        y = scale * rng.normal(size=n).cumsum()
        for width in WIDTHS:
            np.testing.assert_array_equal(running_mean(y, width), uniform_filter1d(y, width, mode="nearest"))
            if width <= n:
                np.testing.assert_array_equal(running_median(y, width), median_filter(y, size=width, mode="reflect"))


def test_a_mean_of_clipped_values() -> None:
    y = np.random.default_rng(0).normal(size=600_000)
    for width in WIDTHS:
        expected = uniform_filter1d(np.clip(y, -0.5, 0.5), width, mode="nearest")
        np.testing.assert_array_equal(running_mean(y, width, 0.5), expected)


def test_long_medians_are_scipys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the size where sorting every window would cost more than the import."""
    y = np.random.default_rng(0).normal(size=400)
    short = running_median(y, 41)
    monkeypatch.setattr(windows, "_SMALL", 0)
    np.testing.assert_array_equal(running_median(y, 41), short)
