"""masked-nan: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import decay, run_of
from tests.support.verdicts import found


def test_zeros_to_the_end() -> None:
    value = decay(500)
    value[350:] = 0.0
    (f,) = found(run_of(train_loss=value), "masked-nan")
    assert (f.first_step, f.severity) == (350, Severity.ERROR)


def test_zeros_beside_a_nan_gradient() -> None:
    value, norm = decay(500), decay(500)
    value[350:352] = 0.0
    norm[350:] = np.nan
    (f,) = found(run_of(train_loss=value, grad_norm=norm), "masked-nan")
    assert f.first_step == 350


def test_a_loss_that_blew_up_and_is_missing_since() -> None:
    value = decay(300)
    value[-1] = 1e20
    run = run_of(train_loss=value)
    other = Curve("train_acc", np.arange(1000), np.linspace(0, 1, 1000))
    run = Run("r", "r", {**run.curves, "train_acc": other})
    (f,) = found(run, "masked-nan")
    assert f.first_step == 300


@pytest.mark.parametrize("kind", ["reaches zero", "reaches zero, rounded", "empty batches", "both signs"])
def test_look_alikes(kind: str) -> None:
    value = decay(500)
    if kind == "reaches zero":
        value = np.maximum(np.geomspace(3.0, 1e-9, 500) - 1e-8, 0.0)
    elif kind == "reaches zero, rounded":
        value = (0.3 * np.exp(-np.arange(500) / 50.0) + 1e-5).round(4)
    elif kind == "empty batches":
        value[[100, 200, 300]] = 0.0
    else:
        value = np.random.default_rng(0).normal(0, 0.1, 500)
        value[-10:] = 0.0
    assert found(run_of(train_loss=value), "masked-nan") == []


def test_the_first_nan_of_the_gradient_norm_is_named() -> None:
    value, norm = decay(500), np.ones(500)
    value[350:], norm[348:] = 0.0, np.nan
    (f,) = found(run_of(train_loss=value, grad_norm=norm), "masked-nan")
    assert f.first_step == 350
    assert str(f.message).endswith("; grad_norm was NaN 2 steps before")
    assert str(f.advice[0]) == "Go back to a checkpoint before step 348."


def test_zeros_and_nan_gradients_all_along() -> None:
    run = run_of(loss=np.zeros(4), grad_norm=np.full(4, np.nan))
    (f,) = found(run, "masked-nan")
    assert "at each of 4 logged points" in str(f.message)
    assert not any("checkpoint" in str(a) for a in f.advice)


@pytest.mark.parametrize(("first", "told"), [(122.0876, True), (0.5, False)])
def test_one_value_of_many_digits_before_nothing_but_zeros(first: float, told: bool) -> None:
    assert bool(found(run_of(loss=np.r_[first, np.zeros(36)]), "masked-nan")) is told


@pytest.mark.parametrize(("train", "told"), [(decay(10), True), (np.zeros(10), False)])
def test_an_evaluation_loss_of_nothing_but_zeros_was_not_measured(train: np.ndarray, told: bool) -> None:
    told_of = [f.tag for f in found(run_of(train_loss=train, val_loss=np.zeros(10)), "masked-nan")]
    assert told_of == (["val_loss"] if told else [])
