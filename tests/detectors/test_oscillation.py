"""oscillation: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of
from tests.support.verdicts import found


def test_two_shards_that_take_turns() -> None:
    evaluation = decay(60, 0.005) * np.where(np.arange(60) % 2, 1.1, 0.9)
    (f,) = found(run_of(eval_loss=evaluation), "oscillation")
    assert "every other evaluation is higher" in str(f.message)


def test_a_longer_period() -> None:
    evaluation = decay(120, 0.01) * (1 + 0.1 * np.sin(np.arange(120) * 2 * np.pi / 15))
    (f,) = found(run_of(step=10, eval_loss=evaluation), "oscillation")
    assert f.get("period") == pytest.approx(150, rel=0.08)


def test_noise_and_a_planned_cycle_are_quiet() -> None:
    for seed in range(20):
        assert found(run_of(eval_loss=decay(80, 0.03, seed=seed)), "oscillation") == []
    cycle = np.sin(np.arange(1200) * 2 * np.pi / 150)
    evaluation = decay(120, 0.01) * (1 + 0.1 * cycle[9::10])
    assert found(run_of(eval_loss=evaluation, lr=1e-3 * (1.1 + cycle)), "oscillation") == []


N = 4000


def test_classes_that_come_in_blocks_swing_the_training_loss() -> None:
    """Four classes of ten steps each, never shuffled: each block begins high and is learnt in its course."""
    t = np.arange(N)
    block = np.array([1.0, 1.5, 0.8, 1.2])[t // 10 % 4] * (1 + 0.4 * np.exp(-(t % 10) / 3))
    (f,) = found(run_of(train_loss=decay(N, 0.1) * block), "oscillation")
    assert f.get("period") == pytest.approx(40, rel=0.03)
    assert "Shuffle the data" in f.advice[0]


def test_ringing_that_dies_down_is_found_where_it_rings() -> None:
    t = np.arange(N)
    ringing = np.exp(0.5 * np.sin(t * 2 * np.pi / 25) * np.exp(-t / 1200))
    (f,) = found(run_of(train_loss=decay(N, 0.05) * ringing), "oscillation")
    assert f.get("period") == pytest.approx(25, rel=0.03)
    assert f.last_step < 2600


def test_ringing_of_evaluations_that_came_to_rest_is_only_worth_knowing() -> None:
    t = np.arange(120)
    swing = np.sin(t * 2 * np.pi / 13)
    (f,) = found(run_of(eval_loss=decay(120, 0.001) * np.exp(0.5 * swing * np.exp(-t / 25))), "oscillation")
    assert f.severity is Severity.INFO
    assert "came to rest" in str(f.message)
    (f,) = found(run_of(eval_loss=decay(120, 0.001) * np.exp(0.1 * swing)), "oscillation")
    assert f.severity is Severity.WARNING


@pytest.mark.parametrize("seed", range(3))
def test_training_noise_epochs_and_schedules_are_quiet(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(N)
    slow = np.convolve(rng.standard_normal(N + 29), np.ones(30), "valid") / np.sqrt(30)
    order = rng.standard_normal(50)[t % 50]  # the same batches in the same order, every epoch
    sawtooth = 0.3 * (t % 100 / 100 - 0.5)
    for noise in (0.3 * slow, 0.15 * order, sawtooth):
        assert found(run_of(train_loss=decay(N, 0.05, seed=seed) * np.exp(noise)), "oscillation") == []
    cycle = np.sin(t * 2 * np.pi / 60)
    assert found(run_of(train_loss=decay(N, 0.05) * np.exp(0.3 * cycle), lr=1e-3 * (1.1 + cycle)), "oscillation") == []
