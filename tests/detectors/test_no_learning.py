"""no-learning: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.support.curves import run_of, spread
from tests.support.verdicts import alarms, found

N = 2000


def test_flat_at_uniform_guessing() -> None:
    value = np.log(10) * np.exp(0.01 * np.random.default_rng(0).standard_normal(1000))
    (f,) = found(run_of(train_loss=value), "no-learning")
    assert f.severity is Severity.ERROR
    assert "ln(10): uniform guessing among 10" in str(f.message)


def test_zero_learning_rate_is_named() -> None:
    value = 6.15 + 1e-5 * np.random.default_rng(0).standard_normal(200)
    (f,) = found(run_of(train_loss=value, learning_rate=np.full(200, 1e-9)), "no-learning")
    assert f.advice[0].startswith("The learning rate is practically zero")


def test_slow_fine_tuning_is_learning() -> None:
    value = np.linspace(1.20, 1.17, 2000) * np.exp(0.02 * np.random.default_rng(0).standard_normal(2000))
    assert found(run_of(train_loss=value), "no-learning") == []


def test_noise_that_could_hide_learning_is_undetermined() -> None:
    value = 2.3 * np.exp(0.5 * np.random.default_rng(0).standard_normal(100))
    assert found(run_of(train_loss=value), "no-learning") == []


@pytest.mark.parametrize("seed", range(3))
def test_a_loss_that_fell_within_the_first_points_did_learn(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.004, N)
    t = np.arange(N)
    assert "no-learning" not in alarms(spread(train_loss=(2.3 + 0.7 * np.exp(-t / 8)) * np.exp(noise)))
    assert "no-learning" in alarms(spread(train_loss=(2.3 + 0.1 * np.exp(-t / 8)) * np.exp(noise)))


@pytest.mark.parametrize("seed", range(3))
def test_a_fine_tune_whose_evaluation_falls_did_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    train = 3.4 * np.exp(rng.normal(0, 0.008, N))
    at = np.linspace(0, 1, 20)
    still = np.full(20, 3.4) * np.exp(rng.normal(0, 1e-4, 20))
    falling = (3.375 + 0.025 * np.exp(-at * 6)) * np.exp(rng.normal(0, 1e-4, 20))
    assert "no-learning" in alarms(spread(train_loss=train, eval_loss=still))
    assert "no-learning" not in alarms(spread(train_loss=train, eval_loss=falling))


def test_few_evaluations_that_fall_one_after_the_other_show_that_a_fine_tune_learns() -> None:
    train = 3.4 * np.exp(np.random.default_rng(0).normal(0, 0.008, N))
    falling = 3.38 + 0.02 * np.exp(-np.arange(10) / 3)
    assert "no-learning" not in alarms(spread(train_loss=train, eval_loss=falling))
    assert "no-learning" in alarms(spread(train_loss=train, eval_loss=np.random.default_rng(1).permutation(falling)))
