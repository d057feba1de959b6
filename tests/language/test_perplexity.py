"""Every conversion there and back, at the extremes, for numbers and arrays."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from curveread.language import perplexity as units

nats = st.floats(min_value=-600.0, max_value=600.0)
ratio = st.floats(min_value=1e-3, max_value=10.0)
ONE_ARGUMENT = [
    units.bits_from_nats,
    units.nats_from_bits,
    units.perplexity,
    units.nats_from_perplexity,
]


def test_the_figures_that_everyone_knows() -> None:
    assert units.perplexity(1.72) == pytest.approx(5.5845, abs=1e-4)
    assert units.bits_from_nats(math.log(2.0)) == 1.0
    assert units.uniform(50257) == pytest.approx(10.8249, abs=1e-4)
    assert units.perplexity(units.uniform(50257)) == pytest.approx(50257)
    # a byte model: one token a byte, so bits per byte are bits per token
    assert units.bits_per_byte(math.log(2.0), 1.0) == 1.0
    assert units.bits_per_byte(3.3, 0.23) == pytest.approx(3.3 / math.log(2) * 0.23)


@given(nats)
def test_there_and_back(x: float) -> None:
    assert units.nats_from_bits(units.bits_from_nats(x)) == pytest.approx(x, rel=1e-14, abs=1e-300)
    assert units.nats_from_perplexity(units.perplexity(x)) == pytest.approx(x, rel=1e-12, abs=1e-12)


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=nats), ratio)
def test_an_array_is_its_numbers_one_by_one(x: np.ndarray, tokens: float) -> None:
    kept = x.copy()
    with np.errstate(all="raise", under="ignore"):
        for function in ONE_ARGUMENT:
            found = function(x)
            assert found.shape == x.shape
            np.testing.assert_array_equal(found.ravel(), [function(float(v)) for v in x.ravel()])
        found = units.bits_per_byte(x, tokens)
        np.testing.assert_array_equal(found.ravel(), [units.bits_per_byte(float(v), tokens) for v in x.ravel()])
    np.testing.assert_array_equal(x, kept)


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(0.0, 50.0)))
def test_the_mean_of_perplexities_is_never_below_the_perplexity_of_the_mean(loss: np.ndarray) -> None:
    assert units.perplexity(loss).mean() >= units.perplexity(float(loss.mean())) * (1 - 1e-12)


@given(nats, nats)
def test_a_lower_loss_is_a_lower_perplexity(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert units.perplexity(low) <= units.perplexity(high)
    assert units.bits_from_nats(low) <= units.bits_from_nats(high)


@pytest.mark.parametrize("function", ONE_ARGUMENT)
def test_nan_stays_nan_and_a_number_stays_a_number(function: Callable[[float], float]) -> None:
    assert math.isnan(function(math.nan))
    assert type(function(2.0)) is float
    found = function(np.array([1.0, np.nan, 2.0]))  # type: ignore[arg-type]
    assert np.isnan(found).tolist() == [False, True, False]  # type: ignore[comparison-overlap]
    assert function(np.empty(0)).shape == (0,)  # type: ignore[arg-type, attr-defined]


def test_overflow_is_infinite_and_silent() -> None:
    largest = math.log(sys.float_info.max)
    with np.errstate(all="raise", under="ignore"):
        assert units.perplexity(largest) < math.inf
        assert units.perplexity(largest + 0.01) == math.inf
        assert units.perplexity(800.0) == units.perplexity(math.inf) == math.inf
        assert units.perplexity(-800.0) == 0.0
        assert np.isinf(units.perplexity(np.array([1.0, 800.0]))).tolist() == [False, True]
        assert units.nats_from_perplexity(0.0) == -math.inf
        assert units.nats_from_perplexity(math.inf) == math.inf
    assert math.isnan(units.nats_from_perplexity(-1.0))


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_tokens_per_byte_must_be_a_positive_number(bad: float) -> None:
    with pytest.raises(ValueError, match="tokens per byte must be a positive number"):
        units.bits_per_byte(1.0, bad)


def test_guessing_needs_a_choice() -> None:
    assert units.uniform(1) == 0.0
    with pytest.raises(ValueError, match="at least one choice"):
        units.uniform(0)
