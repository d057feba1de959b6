from __future__ import annotations

import numpy as np

from curveread.signals.trend import kendall_score


def test_kendalls_score_counts_pairs_that_rise_less_those_that_fall() -> None:
    assert kendall_score(np.array([1.0, 2.0, 3.0, 4.0])) == 6.0
    assert kendall_score(np.array([4.0, 3.0, 2.0])) == -3.0
    assert kendall_score(np.array([1.0, 1.0, 2.0])) == 2.0
