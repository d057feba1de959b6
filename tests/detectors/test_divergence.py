"""divergence: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.detectors.shared.test_untrained import logged
from tests.support.curves import decay, normal, run_of, spread
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


def test_a_loss_that_never_comes_back_to_its_first_value_was_thrown_up_at_once() -> None:
    wreck = np.append(1.39, 14.0 * np.exp(0.5 * normal(400, seed=4)))
    (f,) = found(run_of(train_loss=wreck), "divergence")
    assert "rose from 1.39 at step 0 to" in str(f.message)
    assert "never came back" in str(f.message)
    healthy = np.append(1.39, 14.0 * np.exp(-np.arange(400) / 60.0) + 0.3)
    assert "divergence" not in alarms(run_of(train_loss=healthy * np.exp(0.1 * normal(401, seed=5))))
    falling = run_of(train_loss=wreck, eval_loss=np.linspace(2.0, 1.0, 20))
    assert "divergence" not in alarms(falling)


def _thrown_up(end: float) -> np.ndarray:
    """A loss that a rate near the edge of stability throws up within its first steps, and again, higher, later on."""
    level = np.concatenate([np.full(3, 1.0), np.full(17, 8.0), np.full(480, 0.3), np.full(500, 8.0), np.full(500, end)])
    return level * np.exp(0.4 * normal(level.size, seed=3))


def test_a_run_began_where_it_was_before_its_first_steps_threw_it_up() -> None:
    assert alarms(run_of(train_loss=_thrown_up(2.5))) == ["divergence"]
    assert "divergence" not in alarms(run_of(train_loss=_thrown_up(0.35)))


@pytest.mark.parametrize("n", [6, 8, 12, 16, 40])
@pytest.mark.parametrize("noise", [0.02, 0.08])
def test_few_points_that_jump_back_are_a_divergence_from_the_jump_on(n: int, noise: float) -> None:
    k = int(0.6 * n)
    value = 0.5 + 2.0 * np.exp(-np.arange(n) / (n / 6))
    assert found(spread(train_loss=value * np.exp(normal(n, noise))), "divergence") == []
    value[k:] = 2.3
    (f,) = found(spread(train_loss=value * np.exp(normal(n, noise))), "divergence")
    assert f.first_step == k + 1


def test_few_points_that_rise_one_after_the_other() -> None:
    value = np.array([2.5, 1.2, 0.9, 0.7, 0.6, 0.55, 0.76, 0.97, 1.2, 1.37])
    (f,) = found(spread(train_loss=value), "divergence")
    assert (f.first_step, f.get("best-level")) == (7, 0.55)
    for quiet in (
        [2.5, 1.2, 0.9, 0.7, 0.6, 0.55, 0.56, 0.57, 0.58, 0.59],
        [2.5, 1.2, 0.9, 0.7, 0.5, 0.9, 0.6, 0.95, 0.55, 0.8],
        [1.02, 1.01, 1.03, 1.04, 1.03, 1.04],
        [2.5, 1.2, 0.9, 0.7, 0.6, 0.55, 1.6],
    ):
        assert found(spread(train_loss=np.array(quiet)), "divergence") == []


def test_noise_does_not_hide_a_loss_that_ends_above_its_start_and_whose_evaluation_says_the_same() -> None:
    rng = np.random.default_rng(1)
    level = np.interp(np.arange(1500), [0, 100, 800, 1000, 1500], [5.0, 3.3, 3.5, 9.0, 9.5])
    noise = np.exp(0.75 * rng.standard_normal(250).repeat(6))
    evaluation = np.interp(np.arange(30), [0, 12, 30], [2.4, 2.5, 12.0]) * np.exp(0.5 * rng.standard_normal(30))
    (f,) = found(spread(train_loss=level * noise, eval_loss=evaluation), "divergence")
    assert f.get("share-of-the-progress-lost") == 1.0
    assert found(spread(train_loss=(5.0 - level / 3) * noise, eval_loss=evaluation), "divergence") == []


def _rising() -> np.ndarray:
    """Return a loss that falls to 1.0 and rises to 1.5 over the second half, with 2 % noise."""
    t = np.linspace(0.0, 1.0, N)
    return (1.0 + 2.0 * np.exp(-12 * t) + np.clip(t - 0.4, 0.0, None) * 0.8) * np.exp(normal(N, 0.02))


@pytest.mark.parametrize(
    "setting", ["beta", "curriculum/difficulty", "seq_len", "train/noise_std", "batch_size", "task"]
)
def test_a_schedule_of_the_objective_or_the_data_explains_a_rise(setting: str) -> None:
    ramp = np.floor(10.0 * np.linspace(0.0, 1.0, N)) + 1.0
    assert "divergence" in alarms(spread(train_loss=_rising()))
    assert alarms(spread(train_loss=_rising(), **{setting: ramp})) == []
    assert "divergence" in alarms(spread(train_loss=_rising(), **{setting: np.full(N, 4.0)}))
    assert "divergence" in alarms(spread(train_loss=_rising(), **{setting: 4.0 + normal(N)}))


@pytest.mark.parametrize("other", ["momentum", "weight_decay", "loss_scale", "beta1"])
def test_a_schedule_of_the_optimizer_does_not_explain_a_rise(other: str) -> None:
    assert "divergence" in alarms(spread(train_loss=_rising(), **{other: np.linspace(0.1, 0.9, N)}))


def test_a_weight_that_the_parts_of_the_sum_reveal_explains_a_rise() -> None:
    t = np.linspace(0.0, 1.0, 400)
    recon = (20.0 + 7.0 * np.exp(-12 * t)) * np.exp(normal(400, 0.01))
    kl = (4.0 + 3.0 * np.exp(-6 * t)) * np.exp(normal(400, 0.01, seed=1))
    parts = {"train/recon": recon, "train/kl": kl}
    annealed = recon + np.clip(2.0 * t, 0.1, 1.0) * kl
    assert "divergence" in alarms(spread(train_loss=annealed))
    assert alarms(spread(train_loss=annealed, **parts)) == []
    worse = recon * (1.0 + np.clip(t - 0.5, 0.0, None))
    broken = {"train/recon": worse, "train/kl": kl}
    assert "divergence" in alarms(spread(train_loss=worse + kl, **broken))


def test_warm_restarts_are_judged_at_the_same_learning_rate() -> None:
    t = np.arange(N)
    rate = 1e-3 * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * (t % 700) / 700)))
    level = (1.0 + 2.0 * np.exp(-t / 200)) * (1.0 + 300 * rate)
    loss = level * np.exp(normal(N, 0.02))
    for n in (1700, 1800, 1900):  # in the middle of a cycle
        assert alarms(spread(train_loss=loss[:n], lr=rate[:n])) == []
    harmed = loss * np.where(t > 1400, 1.5, 1.0)
    assert "divergence" in alarms(spread(train_loss=harmed[:1800], lr=rate[:1800]))


def test_a_small_drift_at_the_end_of_the_schedule_is_quiet_and_a_large_one_is_told() -> None:
    t = np.linspace(0.0, 1.0, N)
    rate = 2e-5 * np.maximum(0.04, 1.0 - t / 0.7)
    loss = (0.1 + np.exp(-5 * t)) * np.exp(normal(N, 0.05))
    drift = 1.0 + np.clip(t - 0.75, 0.0, None) * 3.0
    assert alarms(spread(train_loss=loss * drift, lr=rate)) == []
    assert "divergence" in alarms(spread(train_loss=loss * drift, lr=np.full(N, 2e-5)))
    assert "divergence" in alarms(spread(train_loss=loss * drift**5, lr=rate))


def test_a_rise_that_was_made_up_for_twice_before_is_the_habit_of_the_run() -> None:
    t = np.arange(N)
    cycle = 0.5 * (1 + np.cos(np.pi * (t % 600) / 600))  # restarts whose learning rate was not logged
    loss = (1.0 + 2.0 * np.exp(-t / 200)) * (1.0 + 0.3 * cycle) * np.exp(normal(N, 0.02))
    assert found(spread(train_loss=loss[:1950]), "divergence") == []
    assert "divergence" in alarms(spread(train_loss=loss * np.where(t > 1800, 1.5, 1.0)))


def test_few_points_of_another_task_or_beside_a_falling_evaluation_are_quiet() -> None:
    value = np.array([2.5, 1.2, 0.9, 0.7, 0.6, 2.4, 2.3, 2.2])
    falling, rising = np.linspace(3.0, 1.0, 8), np.r_[np.linspace(3.0, 1.0, 5), 2.0, 2.5, 3.0]
    assert found(spread(train_loss=value, eval_loss=rising), "divergence")
    assert found(spread(train_loss=value, eval_loss=falling), "divergence") == []
    assert found(spread(train_loss=value, task=np.repeat([0.0, 1.0], [5, 3])), "divergence") == []


def test_a_term_that_rises_while_the_model_gets_better_does_no_harm() -> None:
    at = np.linspace(0.0, 1.0, 40)
    term = 0.55 + 0.15 * at + 0.002 * normal(40)
    made = {"train/box_loss": 1.0 - 0.6 * at, "train/dfl_loss": term, "metrics/mAP50(B)": 0.7 * at**0.5}
    assert "divergence" not in alarms(logged(**made))
    made["metrics/mAP50(B)"] = 0.7 * np.minimum(at, 0.05)
    assert "divergence" in alarms(logged(**made))


def test_what_hardly_learnt_has_little_to_lose() -> None:
    course = np.r_[0.9755, np.linspace(0.969, 0.9605, 14), np.linspace(0.961, 0.9623, 14)] + normal(29, 1e-4)
    assert found(run_of(train_loss=course), "divergence") == []
    assert found(run_of(train_loss=course - 0.93), "divergence")
