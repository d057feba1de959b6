"""Decimal texts parsed together equal ``float`` on each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.readers.wandb import decimals
from curveread.readers.wandb.decimals import parse_decimals
from curveread.readers.wandb.eight_bytes import REACH

_FRONT = 24


def _both(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    raw = [t.encode() for t in texts]
    width = np.array([len(r) for r in raw])
    stop = _FRONT + np.cumsum(width + 1) - 1
    buf = np.frombuffer(b" " * _FRONT + b" ".join(raw) + b" " * REACH, np.uint8)
    value, done = parse_decimals(buf, stop - width, stop)
    return value, done, np.array(list(map(float, texts)))


def _assert_exact(texts: list[str], share: float) -> None:
    value, done, truth = _both(texts)
    assert np.array_equal(value[done], truth[done])
    assert done.mean() >= share


RNG = np.random.default_rng(0)
UNIFORM = RNG.random(3000)


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        ([repr(float(x)) for x in UNIFORM], 0.95),
        ([repr(float(x)) for x in UNIFORM.astype(np.float32).astype(float)], 0.95),
        ([repr(float(x * 3e-4)) for x in UNIFORM], 0.99),  # 20 and 21 decimals, leading zeros among them
        ([f"{x:.25f}" for x in UNIFORM], 0.0),
        ([f"{x * 1.8e9:.16e}" for x in UNIFORM], 0.95),
        ([f"{x:.3f}" for x in UNIFORM], 1.0),
        ([f"0.{x:018d}" for x in RNG.integers(10**17, 10**18, 40_000).tolist()], 0.95),  # some lie close to a half
        ([str(x) for x in RNG.integers(-(10**6), 10**6, 3000)], 0.95),
        ([str(x * 2 + 1) for x in RNG.integers(2**52, 2**53, 3000).tolist()], 0.0),  # halfway between two floats
    ],
)
def test_usual_numbers(texts: list[str], share: float) -> None:
    _assert_exact(texts, share)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=4),
    st.sampled_from(["{!r}", "{:.17g}", "{:.16e}", "{:.6f}"]),
)
def test_any_float_in_any_layout(numbers: list[float], layout: str) -> None:
    _assert_exact([layout.format(x) for x in numbers for _ in range(16)], 0.0)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-", "1.", ".5", "1e", "1e+", "e5", "1.2.3", "--1", "1e5.5", "0x10", "1_0", "", "1-2"]
)
def test_what_is_no_plain_number_is_left_or_right(text: str) -> None:
    width = len(text)
    buf = np.frombuffer(b" " * _FRONT + text.encode() * 20 + b" " * REACH, np.uint8)
    start = _FRONT + np.arange(20) * width
    value, done = parse_decimals(buf, start, start + width)
    if done.any():
        assert np.array_equal(value[done], np.full(done.sum(), float(text)))


def test_halfway_between_two_floats_is_left_to_float() -> None:
    texts = [str(2 * x + 1) for x in RNG.integers(2**52, 2**53, 300).tolist()]
    texts += [f"{t}.{'0' * 3}" for t in texts]
    value, done, truth = _both(texts)
    assert not done.any()
    assert not np.array_equal(value, truth), "half of them are wrong when rounded without care"


def test_a_rounding_is_certain_unless_the_bits_cut_off_are_almost_a_half() -> None:
    half = 2.0**-53  # of the distance from 1 to the next float
    correction = np.array([0.0, half, half * (1 - 2.0**-42), half * (1 + 2.0**-42), half * 0.999, -half * 0.499])
    value, certain = decimals._rounded(np.ones(6), correction)
    assert certain.tolist() == [True, False, False, False, True, True]
    assert value[certain].tolist() == [1.0, 1.0, 1.0]
