"""The median that the checks take is NumPy's."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curveread.signals.median import median


@given(st.lists(st.floats(width=64, allow_nan=True, allow_infinity=True), max_size=40))
def test_it_is_numpys(values: list[float]) -> None:
    x = np.array(values)
    with np.errstate(all="ignore"):
        expected = float(np.median(x)) if values else math.nan
        found = median(x)
    assert found == expected or (math.isnan(found) and math.isnan(expected))
    assert x.tolist() == values or any(math.isnan(v) for v in values)  # and leaves them where they were
