"""Numbers parsed together equal ``float`` on each text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.readers.wandb import numbers
from curveread.readers.wandb.numbers import floats_at

RNG = np.random.default_rng(0)
UNIFORM = RNG.random(3000)


def _assert_like_float(texts: list[str]) -> None:
    """Compare on a buffer in which every text has other bytes around it."""
    raw = [t.encode() for t in texts]
    stop = 1 + np.cumsum([len(r) + 1 for r in raw]) - 1
    start = stop - [len(r) for r in raw]
    value, done = floats_at(np.frombuffer(b"7" + b"8".join(raw) + b"9", np.uint8), start, stop)
    for text, number, good in zip(texts, value.tolist(), done.tolist(), strict=True):
        try:
            want = float(text)
        except ValueError:
            assert not good, text
        else:
            assert good, text
            assert number == want or (number != number and want != want), text
            assert np.signbit(number) == np.signbit(want) or text == "-0"


@pytest.mark.parametrize(
    "texts",
    [
        [repr(float(x)) for x in UNIFORM],
        [repr(float(x)) for x in UNIFORM.astype(np.float32).astype(float)],
        [repr(float(x * 3e-4)) for x in UNIFORM],
        [f"{x:.25f}" for x in UNIFORM],
        [f"{x * 1.8e9:.16e}" for x in UNIFORM],
        [f"{x:.3f}" for x in UNIFORM],
        [f"0.{x:018d}" for x in RNG.integers(10**17, 10**18, 40_000).tolist()],  # some lie close to a half
        [str(x) for x in RNG.integers(-(10**6), 10**6, 20_000)],
        [str(x * 2 + 1) for x in RNG.integers(2**52, 2**53, 3000).tolist()],  # halfway between two floats
        [str(x) + "0" * 10 for x in RNG.integers(2**52, 2**53, 3000).tolist()],  # no 64 bits hold them
    ],
)
def test_usual_numbers(texts: list[str]) -> None:
    _assert_like_float(texts)


@given(
    st.lists(st.floats(), min_size=1, max_size=9), st.sampled_from(["{!r}", "{:.17g}", "{:.16e}", "{:.6f}", "{:.70f}"])
)
def test_any_float_in_any_layout(found: list[float], layout: str) -> None:
    _assert_like_float([layout.format(x) for x in found])


ODD = ["NaN", "Infinity", "-Infinity", "-", "1.", ".5", "01", "1e", "1e+", "e5", "1.2.3", "--1", "1e5.5", "0x10", "1_0"]
ODD += ["1-2", "1,2", "1],[2", '1,"a"', "1 ", "1\x00", "-0", "-0.0", "1e400", "-1e400", "1e-400", "9" * 400]


@pytest.mark.parametrize("text", ODD)
def test_what_is_not_plain_json_is_what_float_makes_of_it(text: str) -> None:
    _assert_like_float(["1.5", text, "2.5"])


def test_a_piece_that_orjson_refuses_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_AT_ONCE", 2)
    _assert_like_float(["1.5", "2.5", "NaN", "x", "3.5"])
