"""ruptures as the oracle of change points: its exact search finds the same ones."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.events.jumps import jumps
from curveread.signals.levels import split_point
from curveread.signals.scale import mad_scale
from tests.conftest import needed

rpt = needed("ruptures")


@pytest.mark.parametrize("seed", range(12))
def test_a_split_is_the_one_of_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 60))
    y = rng.standard_normal(n) + 2.0 * (np.arange(n) >= rng.integers(2, n - 2))
    inner = np.clip(y, *np.percentile(y, [5.0, 95.0]))
    want = rpt.Dynp(model="l2", min_size=1, jump=1).fit(inner).predict(n_bkps=1)[0]
    assert split_point(y, 0, n) == want


@pytest.mark.parametrize("seed", range(6))
def test_jumps_are_where_an_optimal_segmentation_has_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = [400, 900, 1300]
    level = np.repeat([0.0, 1.0, -0.5, 0.4], np.diff([0, *places, 1600]))
    y = level + 0.3 * rng.standard_normal(1600)
    found = jumps(y, np.full(y.size, mad_scale(y - level)), 1.0)
    want = rpt.KernelCPD(kernel="linear", min_size=10).fit(y).predict(n_bkps=3)[:-1]
    assert [abs(j.index - w) <= 4 for j, w in zip(found, want, strict=True)] == [True] * 3
    assert [j.size for j in found] == pytest.approx(np.diff([0.0, 1.0, -0.5, 0.4]), abs=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_noise_has_no_jumps_and_no_change_points_of_that_size(seed: int) -> None:
    y = np.random.default_rng(seed).standard_normal(1600)
    assert jumps(y, np.full(y.size, 1.0), 1.0) == []
    assert rpt.KernelCPD(kernel="linear", min_size=10).fit(y).predict(pen=36.0) == [1600]
