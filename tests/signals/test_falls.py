"""Falls of curves that should rise: against the definition, and invariant where they must be."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.signals.falls import largest_fall, passing_fall
from curveread.signals.returns import ascent_of, stretch_means


def by_pairs(level: np.ndarray, apart: int) -> float:
    """Return the largest fall by looking at all pairs."""
    pairs = [level[i] - level[j] for i in range(level.size) for j in range(i + apart, level.size)]
    return max([0.0, *pairs])


@pytest.mark.parametrize("n", [1, 2, 5, 40])
@pytest.mark.parametrize("apart", [1, 3])
def test_the_largest_fall_is_that_of_all_pairs(n: int, apart: int) -> None:
    level = np.random.default_rng(n).standard_normal(n)
    size, i, j = largest_fall(level, apart)
    assert size == pytest.approx(by_pairs(level, apart))
    if size > 0.0:
        assert j - i >= apart
        assert level[i] - level[j] == pytest.approx(size)


def test_means_of_stretches_do_not_lose_digits_on_an_offset() -> None:
    y = np.random.default_rng(0).standard_normal(50)
    for offset in (0.0, 1e9):
        expected = [np.mean(y[i : i + 7]) for i in range(44)]
        assert stretch_means(y + offset, 7) - offset == pytest.approx(expected, abs=1e-6)


def dipped() -> np.ndarray:
    value = np.minimum(np.linspace(0.0, 2.0, 200), 1.0) + 0.01 * np.random.default_rng(0).standard_normal(200)
    value[150:165] = 0.2 + 0.02 * np.abs(np.arange(15) - 7)
    return value


@pytest.mark.parametrize(("scale", "offset"), [(1e3, 0.0), (1.0, -50.0), (1e-3, 7.0)])
def test_a_passing_fall_depends_neither_on_scale_nor_on_offset(scale: float, offset: float) -> None:
    plain, other = passing_fall(dipped(), 0.5), passing_fall(scale * dipped() + offset, 0.5)
    assert plain is not None
    assert other is not None
    assert (other.onset, other.lowest, other.back) == (plain.onset, plain.lowest, plain.back)
    assert other.share == pytest.approx(plain.share)
    assert ascent_of(scale * dipped() + offset).trend == pytest.approx(ascent_of(dipped()).trend)


def test_a_fall_that_is_not_won_back_is_none_that_passes() -> None:
    value = dipped()
    value[150:] = 0.2
    assert passing_fall(value, 0.5) is None


def slow_dip(depth: float, first: int, lowest: int, others: float = 0.0) -> np.ndarray:
    """Rise by 1 all along, with a dip of ``depth`` that begins at ``first`` and is deepest from ``lowest`` on."""
    value = np.linspace(0.0, 1.0, 200) + 0.01 * np.random.default_rng(1).standard_normal(200)
    value -= depth * np.interp(np.arange(200), [first, lowest, lowest + 10, lowest + 25], [0.0, 1.0, 1.0, 0.0])
    value[40:80] -= others
    return value


def test_a_long_fall_may_be_fewer_of_the_usual_moves_most_of_which_it_makes_itself() -> None:
    assert passing_fall(slow_dip(0.8, 130, 152), 0.5) is not None
    assert passing_fall(slow_dip(0.8, 110, 152), 0.5) is None
    below = passing_fall(slow_dip(2.5, 110, 152), 0.5)
    assert below is not None
    assert below.share > 2.0
    assert passing_fall(slow_dip(2.5, 110, 152, others=0.8), 0.5) is None  # another a third as large


def test_a_return_that_only_wanders_about_its_rise_has_not_fallen() -> None:
    told = 0
    for seed in range(60):
        noise = np.random.default_rng(seed).standard_normal(300)
        wandering = np.convolve(noise, 0.9 ** np.arange(60), mode="same")
        told += passing_fall(np.linspace(0.0, 12.0, 300) + wandering, 0.5) is not None
    assert told <= 1
