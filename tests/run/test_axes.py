"""Curves over tokens and over time instead of steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.errors import UsageError
from curveread.run.axes import with_axis
from curveread.run.model import Attempt, Checkpoint, Curve, Run
from curveread.run.notes import NoteKind
from curveread.run.selection import with_tags


def _run(*, tokens: object = (1000, 2000, 4000), clock: bool = True) -> Run:
    step = np.array([10, 20, 30])
    wall = 1.7e9 + np.array([0.5, 60.25, 120.75]) if clock else None
    curves = {
        "train/loss": Curve("train/loss", step, [3.0, 2.0, 1.0], wall),
        "eval/loss": Curve("eval/loss", [0, 15, 15, 40], [4.0, 2.5, 2.25, 0.5]),
    }
    if tokens is not None:
        curves["num_tokens"] = Curve("num_tokens", step, np.asarray(tokens, float), wall)
    attempt = Attempt(10, 40, curves, superseded={"train/loss": curves["train/loss"].take(slice(0, 1))})
    return Run("r", "runs/r", curves, attempts=(attempt,), checkpoints=(Checkpoint(20, "c"), Checkpoint(25, "d")))


def test_tokens_are_exact_where_they_were_logged() -> None:
    run = with_axis(_run(), "tokens")
    assert run["train/loss"].step.tolist() == [1000, 2000, 4000]
    assert run["num_tokens"].step.tolist() == [1000, 2000, 4000]
    assert run["eval/loss"].step.tolist() == [0, 1500, 1500, 5500], "between counts and outside by the average pace"
    assert [c.step for c in run.checkpoints] == [2000, 3000]
    assert run.x_axis == "tokens"
    assert run.notes[-1].kind is NoteKind.X_AXIS
    assert "num_tokens" in run.notes[-1].message


def test_attempts_move_too() -> None:
    (attempt,) = with_axis(_run(), "tokens").attempts
    assert (attempt.first_step, attempt.last_step) == (0, 5500)
    assert attempt.superseded["train/loss"].step.tolist() == [1000]


def test_time_is_whole_seconds_since_the_first_point() -> None:
    run = with_axis(_run(), "time")
    assert run["train/loss"].step.tolist() == [0, 59, 120]
    assert run["eval/loss"].step.tolist() == [0, 29, 29, 180], "a curve without a clock follows one that has it"
    assert run.x_axis == "seconds"
    assert run["train/loss"].value.tolist() == [3.0, 2.0, 1.0]


def _epochs(values: object) -> Run:
    run = _run(tokens=None)
    curve = Curve("train/epoch", run["train/loss"].step, np.asarray(values, float))
    return replace(run, curves={**run.curves, "train/epoch": curve}, attempts=())


def test_epochs_keep_their_fractions() -> None:
    run = with_axis(_epochs([0.25, 0.5, 1.0]), "epoch")
    assert run["train/loss"].step.tolist() == [0.25, 0.5, 1.0]
    assert run["eval/loss"].step.tolist() == [0.0, 0.375, 0.375, 1.375]
    assert [c.step for c in run.checkpoints] == [0.5, 0.75]
    assert (run.x_axis, run.first_step, run.last_step) == ("epoch", 0.0, 1.375)
    assert run["train/loss"].take(slice(0, 2)).step.tolist() == [0.25, 0.5], "a part of a curve keeps them too"
    assert run.to_frame().step.dtype == np.float64


def test_epochs_of_a_float32_log_are_decimal_numbers() -> None:
    run = _epochs(np.array([0.05, 0.3, 12.35], np.float32))
    coarse = replace(run["train/epoch"], significand_bits=24)
    placed = with_axis(replace(run, curves={**run.curves, "train/epoch": coarse}), "epoch")
    assert placed["train/loss"].step.tolist() == [0.05, 0.3, 12.35]


def test_points_of_one_epoch_are_not_merged_where_whole_epochs_are_logged() -> None:
    step = np.arange(0, 60, 10)
    curves = {"loss": Curve("loss", step, 1.0 / (step + 1.0)), "epoch": Curve("epoch", step, [0, 0, 1, 1, 2, 2])}
    placed = with_axis(Run("r", "r", curves), "epoch")["loss"]
    assert placed.step.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5], "an epoch begins where its number first stands"


def test_the_run_by_its_steps_stays_with_it_and_follows_a_selection() -> None:
    run = _run()
    placed = with_axis(run, "tokens")
    assert placed.placement is not None
    assert placed.placement.run is run
    assert placed.placement.at(15) == 1500
    chosen = with_tags(placed, "train")
    assert chosen.placement is not None
    assert list(chosen.placement.run.curves) == ["train/loss"]


def test_a_clock_with_gaps_and_steps_back() -> None:
    run = _run(tokens=None)
    loss = replace(run["train/loss"], wall_time=1.7e9 + np.array([10.0, np.nan, 5.0]))
    placed = with_axis(replace(run, curves={"train/loss": loss}, attempts=()), "time")["train/loss"]
    assert np.all(np.diff(placed.step) >= 0)
    assert placed.step[0] == 5


def test_steps_stay_as_they_are() -> None:
    run = _run()
    assert with_axis(run, "step") is run
    by_epoch = replace(run, x_axis="epoch")
    assert with_axis(by_epoch, "epoch") is by_epoch


@pytest.mark.parametrize(
    ("x", "run", "says"),
    [
        ("tokens", _run(tokens=None), "no curve that counts tokens"),
        ("tokens", _run(tokens=(5, 7, 6)), "num_tokens of runs/r goes back at step 30"),
        ("tokens", _run(tokens=(5, 5, 5)), "does not count up"),
        ("tokens", _run(tokens=(np.nan, np.nan, np.nan)), "does not count up"),
        ("time", _run(clock=False), "no wall time in its logs"),
        ("epoch", _run(), "no curve that counts epochs"),
    ],
)
def test_an_axis_that_is_not_there(x: str, run: Run, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        with_axis(run, x)
