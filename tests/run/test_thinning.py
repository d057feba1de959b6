from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curveread.run.thinning import thin


@given(st.integers(0, 2**32 - 1), st.integers(1, 900), st.integers(1, 40), st.sampled_from([0.0, 0.02, 0.5, 1.0]))
def test_every_column_keeps_its_lowest_and_highest_point(seed: int, n: int, columns: int, holes: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0, 1, n))
    y = np.where(rng.uniform(0, 1, n) < holes, np.nan, rng.normal(0, 1, n))
    kept = thin(x, y, columns)
    assert (np.diff(kept) > 0).all()
    column = np.minimum((x * columns).astype(int), columns - 1)
    for c in np.unique(column):
        here, there = y[column == c], y[kept][column[kept] == c]
        if np.isfinite(here).any():
            assert np.nanmin(there) == np.nanmin(here)
            assert np.nanmax(there) == np.nanmax(here)
        assert np.isnan(there).any() == np.isnan(here).any()
    if np.isfinite(y).any():
        ends = np.flatnonzero(np.isfinite(y))[[0, -1]]
        assert np.isin(ends, kept).all()
    assert kept.size <= max(2 * columns, 3 * columns + 2)


def test_a_short_line_is_kept_whole() -> None:
    assert thin(np.linspace(0, 1, 20), np.arange(20.0), 10).tolist() == list(range(20))
