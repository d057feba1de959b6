"""Decimal texts parsed together equal ``float`` on each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.readers.wandb.decimals import WIDEST, parse_decimals


def _both(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    raw = [t.encode() for t in texts]
    width = np.array([len(r) for r in raw])
    stop = np.cumsum(width + 1) - 1
    buf = np.frombuffer(b" ".join(raw) + b" " * (WIDEST + 8), np.uint8)
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
        ([repr(float(x * 3e-4)) for x in UNIFORM], 0.8),
        ([f"{x * 1.8e9:.16e}" for x in UNIFORM], 0.95),
        ([f"{x:.3f}" for x in UNIFORM], 1.0),
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
    buf = np.frombuffer(text.encode() * 20 + b" " * (WIDEST + 8), np.uint8)
    start = np.arange(20) * width
    value, done = parse_decimals(buf, start, start + width)
    if done.any():
        assert np.array_equal(value[done], np.full(done.sum(), float(text)))
