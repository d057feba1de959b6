"""eval-below-train: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of, spread
from tests.support.verdicts import alarms, found

N = 2000


def test_memorised_together() -> None:
    train = 4.5 * np.exp(-np.arange(2000) / 500) + 0.05
    evaluation = train[99::100] * 0.95
    (f,) = found(
        run_of(train_loss=train * decay(2000, 0.05) / decay(2000, 0.0), eval_loss=evaluation), "eval-below-train"
    )
    assert f.severity is Severity.WARNING
    assert f.confidence is None or f.confidence <= 0.7
    assert len(f.also_explained_by) == 2


def test_leaving_the_training_loss_behind() -> None:
    shape = decay(2000, 0.0)
    evaluation = shape[49::50] * np.linspace(1.02, 0.3, 40)
    (f,) = found(run_of(train_loss=decay(2000, 0.03), eval_loss=evaluation), "eval-below-train")
    assert "goes on leaving it behind" in str(f.message)
    assert f.first_step < 300


def test_switched_to_the_training_level() -> None:
    train = decay(2000, 0.03)
    evaluation = decay(2000, 0.0)[49::50] + np.where(np.arange(40) < 20, 0.8, -0.02)
    (f,) = found(run_of(train_loss=train, eval_loss=evaluation), "eval-below-train")
    assert f.first_step == 20 * 50 + 49


def test_an_easier_split_and_dropout_are_quiet() -> None:
    train = decay(2000, 0.05)
    evaluation = decay(2000, 0.0)[49::50] * 0.92
    assert found(run_of(train_loss=train, eval_loss=evaluation), "eval-below-train") == []
    digits = 2.3 * np.exp(-np.arange(2000) / 300) + 0.1
    assert found(run_of(train_loss=digits, eval_loss=digits[49::50] * 0.6), "eval-below-train") == []


def test_a_drop_that_the_training_loss_shares_is_the_schedule() -> None:
    shape = decay(2000, 0.0) * np.where(np.arange(2000) < 1000, 1.0, 0.7)
    train = shape * decay(2000, 0.02) / decay(2000, 0.0)
    assert found(run_of(train_loss=train, eval_loss=shape[49::50] * 1.02), "eval-below-train") == []


def test_a_classifier_whose_training_loss_holds_noise_and_smoothing_is_no_leak() -> None:
    t = np.arange(N)
    shape = np.exp(-t / 400)
    at = np.linspace(0, N - 1, 40).astype(int)
    noise = np.random.default_rng(0).normal(0, 0.01, N)
    for start, rules in ((2.3, []), (6.0, ["eval-below-train"])):
        train, held_out = start * (0.38 + 0.62 * shape), start * (0.16 + 0.84 * shape)
        assert alarms(spread(train_loss=train * np.exp(noise), eval_loss=held_out[at])) == rules


def test_what_is_memory_is_read_in_the_second_half_of_the_evaluations() -> None:
    """An eval loss that joins the training loss only then is told from there on, wherever that one had been low."""
    t = np.arange(2000)
    train = 4.5 * np.exp(-t / 150) + 0.05
    evaluation = train[49::50] * np.interp(np.arange(40), [10, 19], [3.0, 0.98])
    (f,) = found(
        run_of(train_loss=train * decay(2000, 0.05) / decay(2000, 0.0), eval_loss=evaluation), "eval-below-train"
    )
    assert f.first_step >= 1000
    assert f.get("evaluations-at-or-below-the-training-loss") == 1.0
