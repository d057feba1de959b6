"""Runs in memory: DataFrames wide and long, dicts of lists, Keras and Trainer histories, read as their files are."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import curveread as cr
from curveread.errors import ArgumentError, SeveralRunsError

SAMPLES = Path(__file__).parents[2] / "sample_logs"
STATE = SAMPLES / "spike-recovers"
ROWS = {"step": [10, 20, 30, 40], "loss": [3.0, 2.0, np.nan, 1.0], "val_loss": [3.1, 2.2, 1.9, 1.8]}


def _values(run: cr.Run) -> dict[str, list[tuple[int, float]]]:
    return {t: list(zip(c.step.tolist(), c.value.tolist(), strict=True)) for t, c in run.curves.items()}


@pytest.fixture(scope="module")
def run() -> cr.Run:
    return cr.read(SAMPLES / "overfitting")


def _wide(run: cr.Run) -> pd.DataFrame:
    return run.to_frame().pivot_table(index="step", columns="tag", values="value", aggfunc="last")


def test_a_long_frame_holds_the_run_that_it_was_made_of(run: cr.Run) -> None:
    again = cr.read(run.to_frame())
    assert again.name == run.name
    assert _values(again) == _values(run)
    assert {f.rule for f in cr.diagnose(again).findings} == {f.rule for f in cr.diagnose(run).findings}


def test_steps_are_a_column_or_the_index(run: cr.Run) -> None:
    wide = _wide(run)
    by_index, by_column = cr.read(wide, run="a"), cr.read(wide.reset_index(), run="a")
    assert _values(by_index) == _values(by_column)
    assert by_index["eval_loss"].step.tolist() == run["eval_loss"].step.tolist()
    unnamed = wide.rename_axis(None)
    assert _values(cr.read(unnamed)) == _values(by_index)


def test_tbparses_layout_is_read(run: cr.Run) -> None:
    frame = run.to_frame()[["step", "tag", "value"]]
    assert _values(cr.read(frame)) == _values(run)


def test_rows_in_no_order_are_sorted_and_it_is_said(run: cr.Run) -> None:
    mixed = _wide(run).reset_index().sample(frac=1.0, random_state=1)
    again = cr.read(mixed)
    assert _values(again) == _values(cr.read(_wide(run)))
    assert any("in no order" in n.message for n in again.notes)


def test_lists_are_read_with_their_nan() -> None:
    again = cr.read(ROWS)
    assert again["loss"].step.tolist() == [10, 20, 30, 40]
    assert np.isnan(again["loss"].value[2])
    assert cr.read({k: np.asarray(v) for k, v in ROWS.items()}) == again


def test_rows_of_numbers_of_other_libraries_are_read() -> None:
    rows = [{"step": np.int64(s), "loss": np.float32(v)} for s, v in ((1, 2.5), (2, 1.5), (3, 1.25))]
    assert _values(cr.read(rows)) == {"loss": [(1, 2.5), (2, 1.5), (3, 1.25)]}


def test_a_keras_history_is_told_overfitted() -> None:
    val_loss = [*np.linspace(1.0, 0.6, 10), *np.linspace(0.6, 1.5, 20)]
    history = {"loss": list(np.linspace(1.0, 0.1, 30)), "val_loss": val_loss}
    found = cr.diagnose(SimpleNamespace(history=history, epoch=list(range(30))))
    assert [f.rule for f in found.findings] == ["overfitting"]
    assert found.run.name == "data"


def test_a_trainers_history_is_that_of_its_state() -> None:
    (state,) = STATE.rglob("trainer_state.json")
    history = json.loads(state.read_text())["log_history"]
    expected = _values(cr.read(state))
    kept = SimpleNamespace(log_history=history)
    for what in (history, kept, SimpleNamespace(state=kept)):
        assert _values(cr.read(what)) == expected


def test_several_runs_in_one_table_are_told_apart() -> None:
    frame = pd.concat([pd.DataFrame({**ROWS, "run": name}) for name in "ab"])
    assert [r.name for r in cr.read_all(frame)] == ["a", "b"]
    assert cr.read(frame, run="b").name == "b"
    with pytest.raises(SeveralRunsError, match="DataFrame: 2 runs"):
        cr.read(frame)


def test_roles_are_given_as_for_files() -> None:
    named = cr.read({"step": [1, 2, 3], "q": [3.0, 2.0, 1.0]}, role={"q": "eval-loss"})
    assert named["q"].role is cr.Role.EVAL_LOSS


@pytest.mark.parametrize("what", [None, 5, [], [1.0, 2.0], {}, {"a": ["x"]}, pd.DataFrame(), object()])
def test_what_holds_no_run_is_refused_by_its_kind(what: Any) -> None:
    with pytest.raises(ArgumentError, match="run="):
        cr.diagnose(what)


def test_runs_in_memory_compare_and_report(tmp_path: Path) -> None:
    found = cr.compare([ROWS, {**ROWS, "loss": [3.0, 2.5, 2.0, 1.5]}])
    assert [r.name for r in found.runs] == ["data", "data #2"]
    assert cr.report(ROWS, tmp_path / "r.html").stat().st_size > 10_000
