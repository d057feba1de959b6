"""The entries of log_history as columns, against a loop over them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.readers.trainer.history import NULL, NUMBER, OTHER, LogHistory, history_of
from curveread.readers.trainer.reader import TrainerStateReader

KEYS = st.sampled_from(["loss", "step", "epoch", "eval_loss", "κ", 'q"', ""])
VALUES = st.one_of(
    st.floats(),
    st.integers(),
    st.none(),
    st.booleans(),
    st.sampled_from(["NaN", "inf", "-Infinity", "1.5", "word", ""]),
    st.lists(st.integers(), max_size=2),
    st.just(10**400),
)


def _loop(entries: list[Any]) -> dict[str, list[tuple[int, Any]]]:
    out: dict[str, list[tuple[int, Any]]] = {}
    for i, entry in enumerate(entries):
        if isinstance(entry, dict):
            for key, value in entry.items():
                out.setdefault(key, []).append((i, value))
    return out


def _number(value: Any) -> tuple[float, int]:
    if value is None:
        return math.nan, NULL
    if isinstance(value, (bool, list)):
        return math.nan, OTHER
    try:
        return float(value), NUMBER  # float reads NaN, inf and -Infinity as well
    except (ValueError, OverflowError):
        return math.nan, OTHER


def _assert_equal(history: LogHistory, entries: list[Any]) -> None:
    want = _loop(entries)
    assert history.entries == len(entries)
    assert history.unusable == sum(not isinstance(e, dict) for e in entries)
    assert set(history.columns) == set(want)
    for key, cells in history.columns.items():
        assert cells.entry.tolist() == [i for i, _ in want[key]]
        numbers = [_number(v) for _, v in want[key]]
        assert cells.kind.tolist() == [k for _, k in numbers]
        np.testing.assert_array_equal(cells.value, [n for n, _ in numbers])
        assert cells.value.dtype == np.float64


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=5) | st.just(3), max_size=12))
def test_any_entries(entries: list[Any]) -> None:
    _assert_equal(history_of(entries), entries)


@given(st.lists(st.tuples(st.floats(), st.floats() | st.integers(-9, 9)), min_size=1, max_size=20))
def test_entries_of_one_kind(rows: list[tuple[float, float]]) -> None:
    entries = [{"loss": a, "step": b} for a, b in rows]
    _assert_equal(history_of(entries), entries)


@pytest.mark.parametrize("nan", ["2.5", "NaN"])  # with a NaN orjson leaves the file to json
def test_a_long_state_is_as_it_is_written(nan: str, tmp_path: Path) -> None:
    rows = [
        {"loss": 3.0 / (i + 1), "grad_norm": 0.1 + i / 7, "learning_rate": 1e-7 * i, "step": i} for i in range(9000)
    ]
    flos = 123456789012345678901
    state = {"global_step": 9000, "log_history": rows, "total_flos": flos, "train_batch_size": 8, "x": 1e300}
    text = json.dumps(state, indent=2).replace("0.2428571428571429", nan, 1)
    path = tmp_path / "trainer_state.json"
    path.write_text(text)
    assert path.stat().st_size > 1 << 19
    (part,) = TrainerStateReader().read(path)
    want = json.loads(text)
    for key in ("loss", "grad_norm", "learning_rate"):
        np.testing.assert_array_equal(part.curves[key].value, [r[key] for r in want["log_history"]])
    assert part.config["total_flos"] == flos
    assert isinstance(part.config["total_flos"], int)
    assert {k: part.config[k] for k in ("global_step", "train_batch_size", "x")} == {
        "global_step": 9000,
        "train_batch_size": 8,
        "x": 1e300,
    }
