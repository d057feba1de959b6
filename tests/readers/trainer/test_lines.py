"""States decoded line by line give the same columns as states decoded by ``json``, or are left to it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.readers.trainer import lines as trainer_lines
from curveread.readers.trainer import reader as hf_trainer
from curveread.readers.trainer.history import History, history_of
from curveread.readers.trainer.lines import read_lines
from curveread.readers.trainer.reader import TrainerStateReader


def _saved(log: list[object], **state: object) -> bytes:
    """The state as the Trainer saves it."""
    whole = {"global_step": 10, "log_history": log, "max_steps": 10, "trial_params": None, **state}
    return (json.dumps(whole, indent=2, sort_keys=True) + "\n").encode()


def _same(a: History, b: History) -> None:
    assert (a.entries, a.unusable) == (b.entries, b.unusable)
    assert set(a.columns) == set(b.columns)
    for key, mine in a.columns.items():
        other = b.columns[key]
        assert np.array_equal(mine.entry, other.entry), key
        assert np.array_equal(mine.kind, other.kind), key
        assert np.array_equal(mine.value, other.value, equal_nan=True), key


def _assert_like_json(text: bytes) -> bool:
    whole, decoded = json.loads(text), read_lines(text)
    if decoded is None:
        return False
    log = whole.pop("log_history")
    state, history = decoded
    assert state.pop("log_history") == []
    assert state == whole or "NaN" in text.decode()
    _same(history, history_of(log))
    return True


def _log(n: int) -> list[object]:
    rng = np.random.default_rng(0)
    log: list[object] = [{"eval_loss": math.inf, "epoch": 0, "step": 0}]
    for i, (a, b) in enumerate(rng.random((n, 2)).tolist()):
        log.append({"loss": a * 3, "grad_norm": math.nan if i % 7 == 0 else b, "learning_rate": b * 1e-7, "step": i})
        if i % 5 == 0:
            log.append({"eval_loss": a, "note": 'a "quoted", text: {', "reward": None, "flag": True, "step": i})
    return [*log, {"train_loss": 1.5, "train_runtime": 3.0, "total_flos": 123456789012345678901, "step": n}]


@pytest.mark.parametrize("piece", [1, 500, 1 << 18])
def test_usual_states(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_lines, "_AT_ONCE", piece)
    assert _assert_like_json(_saved(_log(60)))
    assert _assert_like_json(_saved([{"loss": 1.0, "step": 1}]))


_KEYS = st.sampled_from(["loss", "step", "epoch", "eval_a_rather_long_name_of_32_char", "κ", 'q"', "b\\", "x"])
_VALUES = st.one_of(st.floats(), st.integers(), st.none(), st.booleans(), st.text(max_size=9), st.lists(st.integers()))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.dictionaries(_KEYS, _VALUES, max_size=5), st.just(3)), max_size=6), st.integers(0, 4))
def test_any_state_is_equal_or_left_to_json(log: list[object], indent: int) -> None:
    _assert_like_json(_saved(log))
    _assert_like_json(json.dumps({"log_history": log, "z": [[1], {"log_history": []}]}, indent=indent).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"loss": 2.5,', b'"loss": 2.5'),
        (b'"loss": 2.5,', b'"loss" : 2.5,'),
        (b'"loss": 2.5,', b'"loss": ,'),
        (b'"loss": 2.5,', b'"loss": 2.5.5,'),
        (b'"loss": 2.5,', b'"loss": 2.5,\n      "loss": 3.5,'),
        (b'"step": 1\n', b'"step": 1,\n'),
        (b'"step": 3\n', b'"step": 3,\n'),
        (b"    },\n", b"    }\n"),
        (b"    },\n    {\n", b"    },\n"),
        (b"    }\n  ],", b"    },\n  ],"),
        (b"    {\n", b"   {\n"),
        (b"    {\n", b"\n    {\n"),
        (b"    {\n", b"    {\n    {\n"),
        (b"  ],", b"  "),
        (b"\n}\n", b""),
    ],
)
def test_damaged_lines_are_left_to_json(old: bytes, new: bytes) -> None:
    whole = _saved([{"loss": 2.5, "step": i} for i in (1, 2, 3)])
    assert read_lines(whole) is not None
    damaged = whole.replace(old, new, 1)
    assert damaged != whole
    assert read_lines(damaged) is None


@pytest.mark.corpus
def test_real_states(corpus_public: Path, corpus_trained: Path) -> None:
    paths = [*corpus_public.rglob("trainer_state.json"), *corpus_trained.rglob("trainer_state.json")]
    assert sum(_assert_like_json(p.read_bytes()) for p in paths) > 0.9 * len(paths) > 50


def test_large_states_are_decoded_by_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trainer_state.json"
    path.write_bytes(_saved(_log(4000)))
    (part,) = TrainerStateReader().read(path)
    monkeypatch.setattr(hf_trainer, "_LINES_FROM", 1 << 40)
    (plain,) = TrainerStateReader().read(path)
    assert set(part.curves) == set(plain.curves)
    assert all(np.array_equal(c.value, plain.curves[t].value, equal_nan=True) for t, c in part.curves.items())
    assert part.config == plain.config
    assert part.notes == plain.notes
