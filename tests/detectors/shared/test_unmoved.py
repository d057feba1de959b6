"""What shows that a run never moved: losses and accuracies that stay where they began, an R2 that stays below 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.run.model import Run
from tests.detectors.shared.test_untrained import logged
from tests.support.curves import decay
from tests.support.verdicts import alarms, found

RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal(20)
TINY = 0.6573 - 1e-6 * np.arange(100)


def by_epoch(**curves: np.ndarray) -> Run:
    return replace(logged(**curves), x_axis="epoch")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (logged(train_logloss=TINY, eval_logloss=TINY + 0.01), "never left its starting level of 0.667"),
        (logged(loss=2.4310 - 1e-5 * np.arange(12)), "never left its starting level of 2.43"),
        (logged(train_loss=8.75 + 0.04 * NOISE, eval_loss=8.6620 + 1e-4 * NOISE), "it moved by 0.0"),
        (logged(train_acc=[0.0915] * 15, val_acc=[0.1147] * 15), "at each of 15 points"),
        (
            logged(train_loss=2.7 + 0.05 * NOISE, val_loss=2.7 + 0.1 * NOISE, val_r2=-0.05 * np.abs(NOISE)),
            "the mean of the targets predicts as well",
        ),
    ],
)
def test_nothing_moved(run: Run, said: str) -> None:
    (f,) = found(run, "no-learning")
    assert said in str(f.message)


def test_what_moved_a_little_or_may_have_learnt_all_is_quiet() -> None:
    falling = 2.4310 - 1e-3 * np.arange(12)
    far = -40.0 * np.exp(-0.2 * np.arange(20))
    for run in (
        logged(loss=falling),
        logged(loss=[2.43] * 4 + [2.42] * 8),  # two digits after the point say nothing of a thousandth
        logged(train_loss=8.75 - 0.05 * np.arange(20), eval_loss=8.6620 + 1e-4 * NOISE),
        logged(train_acc=[0.95] * 15, val_acc=[0.93] * 15),
        logged(train_acc=[0.5] * 5, val_acc=[0.5] * 5),
        logged(train_acc=0.5 + 0.02 * np.arange(15), val_acc=[0.5] * 15),
        logged(train_loss=decay(20), val_r2=far),
        logged(train_loss=decay(20), val_r2=0.1 - np.exp(-0.2 * np.arange(20))),
    ):
        assert "no-learning" not in alarms(run)


def test_a_run_that_goes_on_from_an_earlier_one_may_have_nothing_left_to_learn() -> None:
    late = logged(train_loss=TINY, eval_loss=TINY)
    curves = {t: type(c)(t, c.step + 100_000, c.value) for t, c in late.curves.items()}
    assert "no-learning" not in alarms(Run("made", "made", curves))


def test_losses_that_hardly_move_had_time_where_epochs_passed_or_each_row_holds_an_evaluation() -> None:
    flat = 1.054 + 0.002 * NOISE[:12]
    by_steps = logged(val_loss=flat, epoch=np.arange(12.0))
    assert len(found(by_steps, "no-learning")) == 1
    assert found(logged(val_loss=flat, epoch=np.arange(12.0) / 10.0), "no-learning") == []  # a single epoch
    rows = replace(logged(train_loss=0.8 * flat, val_loss=flat), x_axis="row")
    assert len(found(rows, "no-learning")) == 1
    for quiet in (
        replace(rows, x_axis="step"),  # twelve steps may be no course
        replace(logged(train_loss=0.8 * flat), x_axis="row"),
        replace(logged(train_loss=np.linspace(0.9, 0.8, 12), val_loss=flat), x_axis="row"),
    ):
        assert found(quiet, "no-learning") == []


def test_the_first_epoch_of_a_training_settles_biases_and_norms() -> None:
    flat = 0.36 + 0.0005 * NOISE[:12]
    fell = np.concatenate([[1.03 * flat[0]], flat[1:]])
    assert len(found(by_epoch(train_loss=fell, val_loss=flat), "no-learning")) == 1
    for quiet in (
        by_epoch(train_loss=fell),
        by_epoch(train_loss=fell, val_loss=fell),  # what is evaluated shows that it learnt
        by_epoch(train_loss=np.concatenate([[1.1 * flat[0]], flat[1:]]), val_loss=flat),
    ):
        assert found(quiet, "no-learning") == []
