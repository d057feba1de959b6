"""divergence: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of, spread
from tests.support.verdicts import alarms, found

N = 2000


def test_slow_rise() -> None:
    value = decay(2000)
    value[1200:] *= np.linspace(1.0, 1.6, 800)
    (f,) = found(run_of(train_loss=value), "divergence")
    assert f.severity is Severity.ERROR
    assert 1150 <= f.first_step <= 1400
    assert f.last_step == 1999


def test_jump_to_a_higher_plateau_is_dated_to_the_step() -> None:
    value = decay(2000)
    value[1200:] = 3.4 * np.exp(0.02 * np.random.default_rng(3).standard_normal(800))
    (f,) = found(run_of(train_loss=value), "divergence")
    assert abs(f.first_step - 1200) <= 3
    assert found(run_of(train_loss=value), "loss-spike") == []  # folded


def test_blow_up_in_eight_points_before_nan() -> None:
    value = np.array([4.6, 5.0, 40.0, 9e3, 1e7, 1e12, 1e20, 1e30, np.nan, np.nan])
    assert found(run_of(train_loss=value), "divergence")[0].first_step in (2, 3)


def test_the_learning_rate_is_blamed_only_when_it_rose() -> None:
    value = decay(2000)
    value[1200:] *= 1.8
    rate = np.where(np.arange(2000) < 1199, 1e-3, 1e-2)
    (f,) = found(run_of(train_loss=value, lr=rate), "divergence")
    assert any("had just been raised" in a for a in f.advice)


def test_warm_restarts_and_a_spike_are_no_divergence() -> None:
    value = decay(2000)
    value *= 1.0 + 0.05 * np.maximum(0.0, np.cos(np.arange(2000) / 2000 * 6 * np.pi))
    assert found(run_of(train_loss=value), "divergence") == []
    value = decay(2000)
    value[1500:1520] *= 3
    assert found(run_of(train_loss=value), "divergence") == []


def test_losses_of_moving_targets_are_not_judged_where_episodes_are_logged() -> None:
    t = np.arange(N)
    noise = np.random.default_rng(0).normal(0, 0.05, N)
    loss = (0.1 + 0.4 * np.exp(-t / 200) + np.where(t > 1200, 0.3, 0.0)) * np.exp(noise)
    assert "divergence" in alarms(spread(train_loss=loss))
    with_returns = spread(train_loss=loss, **{"rollout/ep_rew_mean": 200.0 - 150 * np.exp(-t / 500) + 5 * noise})
    assert alarms(with_returns) == []
    assert alarms(spread(**{"train/td_loss": loss})) == []
    loss[1700:] = np.nan
    assert alarms(spread(**{"train/td_loss": loss})) == ["nonfinite-loss"]
    loss[1900:] = 0.1
    assert alarms(spread(**{"train/td_loss": loss})) == []


def test_a_jump_that_ends_above_the_start_is_a_divergence_however_much_is_won_back() -> None:
    t = np.arange(N)
    noise = np.exp(np.random.default_rng(0).normal(0, 0.01, N))
    won_back = np.where(t >= 1200, 400 * np.exp(-(t - 1200) / 60), 0.0)
    loss = 2.5 + 1.0 * np.exp(-t / 300) + won_back
    assert "divergence" not in alarms(spread(train_loss=loss * noise))
    assert "divergence" in alarms(spread(train_loss=(loss + np.where(t >= 1200, 6.0, 0.0)) * noise))
