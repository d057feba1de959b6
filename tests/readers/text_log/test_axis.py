"""Steps that a text log does not print: what progress bars and epochs tell of them."""

from __future__ import annotations

import numpy as np

from curveread.readers.text_log.bars import Bar
from curveread.readers.text_log.points.axis import from_bars

EVERY = np.arange(20)
UNKNOWN = np.full(20, np.nan)


def test_a_record_has_the_step_of_the_bar_right_behind_it() -> None:
    bars = [Bar(2 * i + 1, 10 * (i + 1), 200) for i in range(20)]
    found = from_bars(2 * EVERY, EVERY, UNKNOWN, bars)
    assert found is not None
    assert found.tolist() == (10 * (EVERY + 1)).tolist()


def test_a_record_without_a_bar_of_its_own_has_that_of_the_bar_before() -> None:
    line = 2 * EVERY
    line[12:] += 1  # two records, one behind the other
    line[11] = line[12] - 1
    bars = [Bar(2 * i + 1 + (i >= 12), 10 * (i + 1), 200) for i in range(20) if i != 11]
    found = from_bars(line, EVERY, UNKNOWN, bars)
    assert found is not None
    want = 10 * (EVERY + 1)
    want[11] = want[10]
    assert found.tolist() == want.tolist()


def test_records_that_rest_where_the_bars_go_on_are_not_placed_by_them() -> None:
    bars = [Bar(2 * i + 1, 10 * (i + 1), 200) for i in range(20)]
    assert from_bars(np.zeros(20, np.int64), EVERY, UNKNOWN, bars) is None
    assert from_bars(2 * EVERY, EVERY, UNKNOWN, bars[::-1]) is not None  # in any order
    falling = [Bar(2 * i + 1, 10 * (20 - i), 200) for i in range(20)]
    assert from_bars(2 * EVERY, EVERY, UNKNOWN, falling) is None
