"""The medians and quantiles that the checks take are NumPy's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.signals.median import median, median_of, quantile_of, row_medians
from curveread.signals.piecemeal import AT_ONCE, whole


@given(st.lists(st.floats(width=64, allow_nan=True, allow_infinity=True), max_size=40))
def test_it_is_numpys(values: list[float]) -> None:
    x = np.array(values)
    with np.errstate(all="ignore"):
        expected = float(np.median(x)) if values else math.nan
        found = median(x)
    assert found == expected or (math.isnan(found) and math.isnan(expected))
    assert x.tolist() == values or any(math.isnan(v) for v in values)  # and leaves them where they were


N = 2 * AT_ONCE + 7
NOISE = np.random.default_rng(0).standard_normal(N)
CURVES = {
    "noise": NOISE,
    "falling": np.sort(NOISE)[::-1],
    "one value": np.zeros(N),
    "two values": np.tile([1.0, 2.0], N)[:N],
    "half of it one value": np.where(NOISE > 0.0, NOISE, 0.0),
    "coarse": np.round(NOISE, 1),
    "some infinite": np.where(NOISE > 1.0, np.inf, NOISE),
    "one not a number": np.where(np.arange(N) == 5, np.nan, NOISE),
    # Every value that the sample holds is high: it tells nothing about the others.
    "an unlucky period": np.where(np.arange(N) % -(-N // 4096) == 0, 9.0, NOISE),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("n", [1, 2, 1000, N - 1, N])
def test_numbers_are_those_of_numpy(name: str, n: int) -> None:
    x = CURVES[name][:n]
    np.testing.assert_array_equal(median(x), np.median(x))
    np.testing.assert_array_equal(median_of(n, x.__getitem__), np.median(x))
    for share in (0.0, 0.01, 0.25, 0.5, 0.996, 1.0):
        with np.errstate(invalid="ignore"):  # between two infinite values
            np.testing.assert_array_equal(quantile_of(n, x.__getitem__, share), np.quantile(x, share))


def test_values_are_made_a_stretch_at_a_time() -> None:
    longest = 0

    def made(at: slice) -> np.ndarray:
        nonlocal longest
        out = np.abs(NOISE[at])
        longest = max(longest, out.size)
        return out

    np.testing.assert_array_equal(whole(N, made), np.abs(NOISE))
    assert median_of(N, made) == np.median(np.abs(NOISE))
    assert longest == AT_ONCE


def test_medians_of_rows() -> None:
    edge = np.linspace(0, N, 12).round().astype(np.int64)
    width = int(np.diff(edge).min())
    assert row_medians(NOISE, edge).tolist() == [float(np.median(NOISE[a : a + width])) for a in edge[:-1]]
