"""Repeats of one value, against the loop of the definition."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.repeats import longest_repeat, significant_digits


def by_loop(value: np.ndarray) -> int:
    best = here = 0
    for i, v in enumerate(value):
        here = here + 1 if i and v == value[i - 1] else 1
        best = max(best, here)
    return best


@pytest.mark.parametrize("seed", range(20))
def test_longest_repeat_is_that_of_a_loop(seed: int) -> None:
    value = np.random.default_rng(seed).integers(0, 3, 50).astype(np.float64)
    first, length = longest_repeat(value)
    assert length == by_loop(value)
    assert (value[first : first + length] == value[first]).all()


@pytest.mark.parametrize(("value", "want"), [([], (0, 0)), ([1.0], (0, 1)), ([np.nan, np.nan], (0, 1))])
def test_edges(value: list[float], want: tuple[int, int]) -> None:
    assert longest_repeat(np.array(value)) == want


@pytest.mark.parametrize(
    ("value", "want"), [(54.69, 4), (0.5, 1), (1e-7, 1), (1.9105, 5), (0.0, 0), (np.nan, 0), (-2.25, 3)]
)
def test_significant_digits(value: float, want: int) -> None:
    assert significant_digits(value) == want
