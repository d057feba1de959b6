"""generalization-stall: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import found


def test_flat_evaluation_under_a_falling_training_loss() -> None:
    evaluation = np.r_[np.linspace(3.0, 2.0, 10), np.full(30, 2.0)] + normal(40, 0.004)
    train = 3.0 * np.exp(-np.arange(4000) / 1800) * np.exp(normal(4000, 0.03, 1))
    (f,) = found(run_of(train_loss=train, eval_loss=evaluation), "generalization-stall")
    assert f.severity is Severity.INFO
    assert 800 <= f.first_step <= 1700


def test_overfitting_says_it_better() -> None:
    evaluation = np.r_[np.linspace(3.0, 2.0, 10), np.linspace(2.0, 2.6, 30)] + normal(40, 0.004)
    train = 3.0 * np.exp(-np.arange(4000) / 1800) * np.exp(normal(4000, 0.03, 1))
    run = run_of(train_loss=train, eval_loss=evaluation)
    assert found(run, "generalization-stall") == []
    assert found(run, "overfitting") != []


def test_a_constant_gap_noise_and_joint_convergence_are_quiet() -> None:
    shape = decay(4000, 0.0)
    for evaluation in (shape[99::100] + 0.3, shape[99::100] * np.exp(normal(40, 0.08))):
        run = run_of(train_loss=decay(4000), eval_loss=evaluation)
        assert found(run, "generalization-stall") == []
    flat = np.r_[np.linspace(3.0, 1.0, 20), np.full(20, 1.0)]
    run = run_of(train_loss=np.interp(np.arange(4000), np.arange(40) * 100, flat), eval_loss=flat)
    assert found(run, "generalization-stall") == []


def test_slow_progress_is_progress() -> None:
    train = 3.0 * np.exp(-np.arange(4000) / 1800) * np.exp(normal(4000, 0.03, 1))
    evaluation = np.linspace(3.0, 2.0, 40) + normal(40, 0.004)
    assert found(run_of(train_loss=train, eval_loss=evaluation), "generalization-stall") == []


def test_a_solved_task_has_not_stalled() -> None:
    train = 3.0 * np.exp(-np.arange(4000) / 200) + 1e-5 * (1.0 - np.arange(4000) / 5000)
    evaluation = 3.0 * np.exp(-np.arange(40) / 2) + 2e-4
    assert found(run_of(train_loss=train, eval_loss=evaluation), "generalization-stall") == []
