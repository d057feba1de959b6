"""nonfinite-loss: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from curveread.run.model import Checkpoint, Curve, Run
from tests.support.curves import decay, run_of
from tests.support.verdicts import found


def test_to_the_end() -> None:
    value = decay(500)
    value[300:] = np.nan
    (f,) = found(run_of(train_loss=value), "nonfinite-loss")
    assert f.severity is Severity.ERROR
    assert (f.first_step, f.last_step) == (300, 499)
    assert str(f.message) == "train_loss is NaN from step 300 to the end (step 499): 200 of 500 logged points"
    assert f.get("last-finite-value") == value[299]


def test_stretches_are_told_apart_and_many_are_told_as_one() -> None:
    value = decay(500)
    value[[100, 101, 300]] = np.inf
    assert [(f.first_step, f.last_step) for f in found(run_of(train_loss=value), "nonfinite-loss")] == [
        (100, 101),
        (300, 300),
    ]
    value[100:400:20] = np.nan
    (f,) = found(run_of(train_loss=value), "nonfinite-loss")
    assert (f.first_step, f.last_step) == (100, 380)
    assert "NaN and +Inf" in str(f.message)


def test_the_eval_loss_that_follows_is_folded() -> None:
    value = decay(500)
    value[300:] = np.nan
    run = run_of(train_loss=value, eval_loss=np.r_[decay(6), np.full(4, np.nan)])
    (f,) = found(run, "nonfinite-loss")
    assert f.tag == "train_loss"
    assert [e.tag for e in f.folded] == ["eval_loss"]


def test_the_last_checkpoint_before_is_named() -> None:
    value = decay(500)
    value[300:] = np.nan
    run = Run(
        "r",
        "r",
        {"loss": Curve("loss", np.arange(500), value)},
        checkpoints=(Checkpoint(100, "x"), Checkpoint(200, "a"), Checkpoint(400, "b")),
    )
    advice = [str(a) for a in found(run, "nonfinite-loss")[0].advice]
    assert advice[0] == "Roll back to a (step 200), the last checkpoint before it."
    assert advice[1] == "Go back to a checkpoint before step 300 (the last one on disk: step 200)."


def test_the_gradient_norm_of_the_ten_points_before_is_told() -> None:
    value, norm = decay(500), np.ones(500)
    value[300:] = np.nan
    norm[[200, 289, 301]] = [500.0, 400.0, 300.0]  # too early, too early by one, and too late
    norm[290] = 7.0
    (f,) = found(run_of(train_loss=value, grad_norm=norm), "nonfinite-loss")
    assert f.get("largest-gradient-norm-before") == 7.0


def test_a_gradient_norm_that_was_not_finite_before_is_named_with_its_step() -> None:
    value, norm = decay(500), np.ones(500)
    value[300:], norm[300:], norm[270] = np.nan, np.nan, np.inf
    run = run_of(train_loss=value, grad_norm=norm)
    (f,) = found(replace(run, checkpoints=(Checkpoint(250, "a"), Checkpoint(280, "b"))), "nonfinite-loss")
    assert f.get("moved-first") == "grad_norm, 30 steps before train_loss"
    assert str(f.message).endswith("; grad_norm was infinite 30 steps before")
    assert "Go back to a checkpoint before step 270 (the last one on disk: step 250)." in map(str, f.advice)


def test_a_loss_scale_that_overflowed_on_purpose_did_not_move_first() -> None:
    value, norm = decay(500), np.ones(500)
    value[300:], norm[300:] = np.nan, np.nan
    norm[[0, 1, 2, 100, 180, 260]] = np.inf
    (f,) = found(run_of(train_loss=value, grad_norm=norm), "nonfinite-loss")
    assert f.get("first-non-finite") is None


def test_an_evaluation_alone_is_at_fault_itself() -> None:
    run = run_of(train_loss=decay(500), eval_loss=np.r_[decay(6), np.full(4, np.nan)])
    (f,) = found(run, "nonfinite-loss")
    assert f.severity is Severity.WARNING
    assert "look at the evaluation before the weights" in str(f.message)
    assert not any("checkpoint" in str(a) for a in f.advice)
    assert {p.name for p in diagnose(run).phases} == {"learning"}


def test_a_single_value_is_no_wreck() -> None:
    value = decay(500)
    value[300] = np.nan
    (f,) = found(run_of(train_loss=value), "nonfinite-loss")
    assert f.severity is Severity.WARNING
    assert str(f.message) == "train_loss is NaN at step 300, and finite again since"
    value[200:400:2] = np.nan
    assert found(run_of(train_loss=value), "nonfinite-loss")[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"fp16": True, "bf16": False}, "half precision (fp16): train in bf16"),
        ({"dtype": "float16"}, "half precision (dtype = float16): train in bf16"),
        ({"trainer": {"precision": "16-mixed"}}, "half precision (precision = 16-mixed): train in bf16"),
        ({"bf16": True, "torch_dtype": "float16"}, "The run is in bf16"),
        ({}, "fp16 overflows where bf16 does not"),
    ],
)
def test_the_precision_is_in_the_advice(config: dict[str, object], said: str) -> None:
    value = decay(500)
    value[300:] = np.nan
    (f,) = found(replace(run_of(train_loss=value), config=config), "nonfinite-loss")
    assert any(said in str(a) for a in f.advice)
