"""Points of metrics that were logged one by one: which start of the run each is of."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.readers.tables.points import starts_of


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        ([], []),
        ([5], [0]),
        ([0, 1, 2, 3], [0, 0, 0, 0]),
        ([0, 1, 1, 2], [0, 0, 0, 0]),  # logged twice at a step
        ([0, 1, 2, 0, 1, 2], [-1, -1, -1, 0, 0, 0]),
        ([10, 20, 15, 25, 5], [-2, -2, -1, -1, 0]),
    ],
)
def test_a_start_is_where_steps_go_back_and_the_last_is_0(step: list[int], starts: list[int]) -> None:
    assert starts_of(np.array(step, np.int64)).tolist() == starts
