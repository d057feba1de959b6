"""no-learning on returns: policies that never gained, those that did, and beginnings that are none."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run
from curveread.signals.returns import ascent_of
from tests.support.curves import normal, run_of
from tests.support.verdicts import found

T = np.arange(300)


def told(**curves: np.ndarray) -> list[Finding]:
    return found(run_of(**curves, policy_loss=normal(300, 0.1, 9)), "no-learning")


def shifted(run: Run, by: int) -> Run:
    return Run("r", "r", {t: Curve(t, c.step + by, c.value) for t, c in run.curves.items()})


@pytest.mark.parametrize("drift", [0.0, -4.0])
def test_a_return_that_wanders_about_its_first_episodes_or_falls(drift: float) -> None:
    (f,) = told(episodic_return=22.0 + drift * T / 300 + normal(300, 4.0))
    assert f.severity is Severity.ERROR
    assert (f.first_step, f.last_step) == (0, 299)
    assert f.get("starting-level") == pytest.approx(22.0, abs=2.0)


@pytest.mark.parametrize("gain", [2.0, -2.0, 0.0])
def test_a_few_successes_are_counted_by_their_mean(gain: float) -> None:
    """The median of a reward that is mostly 0 is 0 throughout."""
    chance = np.clip(0.1 + gain * 0.15 * T / 300, 0.01, 1.0)
    success = (np.random.default_rng(0).random(300) < chance).astype(float)
    assert bool(told(episode_reward=success)) is (gain <= 0.0)


@pytest.mark.parametrize("seed", range(8))
def test_slow_late_and_early_learners_are_quiet(seed: int) -> None:
    """Their gain over the whole run is only as large as the scatter of single episodes."""
    noise = normal(300, 1.0, seed)
    for rise in (1.5 * T / 300, 2.0 * np.maximum(T - 200, 0) / 100, 2.0 * (1 - np.exp(-T / 30))):
        assert told(episodic_return=rise + noise) == []


def test_a_policy_at_its_ceiling_and_too_few_points_are_quiet() -> None:
    ceiling = 500.0 - np.where(np.random.default_rng(0).random(300) < 0.3, 120.0 * np.abs(normal(300)), 0.0)
    assert told(episodic_return=ceiling) == []
    assert told(episodic_return=22.0 + normal(25, 4.0)) == []


def test_returns_alone_may_be_an_evaluation() -> None:
    flat = 22.0 + normal(300, 4.0)
    assert found(run_of(reward=flat), "no-learning") == []
    assert found(run_of(reward=np.full(300, 500.0)), "no-learning") == []
    assert found(run_of(reward=flat, epsilon=np.linspace(1.0, 0.05, 300)), "no-learning") != []


def test_a_second_reward_that_rises_shows_that_it_learns() -> None:
    flat = 22.0 + normal(300, 4.0)
    assert told(episode_reward=flat, group_episode_reward=T / 10.0 + normal(300)) == []
    assert len(told(episode_reward=flat, group_episode_reward=normal(300, seed=1))) == 1


def test_the_same_return_at_every_point() -> None:
    (f,) = told(episode_reward_mean=np.full(50, -21.0))
    assert "is −21 at all 50 points" in str(f.message)
    assert told(episode_reward_mean=np.full(5, -21.0)) == []


def test_a_run_that_goes_on_from_another_has_no_beginning() -> None:
    wandering = run_of(episode_reward_mean=-5.0 + normal(300, 0.2), entropy=np.full(300, 0.9))
    assert found(wandering, "no-learning") != []
    assert found(shifted(wandering, 5000), "no-learning") == []
    solved = run_of(episode_reward_mean=np.full(300, 500.0), entropy=0.1 + 0.01 * normal(300))
    assert found(shifted(solved, 5000), "no-learning") == []
    dead = run_of(episode_reward_mean=np.full(300, -21.0), entropy=np.zeros(300))
    assert found(shifted(dead, 5000), "no-learning") != []


def test_evaluations_of_a_task_that_was_solved_before_the_first_are_quiet() -> None:
    assert told(eval_mean_reward=np.full(40, 500.0)) == []
    assert told(eval_mean_reward=np.full(40, -200.0)) != []


def test_groups_without_spread_leave_nothing_to_learn_from() -> None:
    reward = np.random.default_rng(0).choice([0.0, 0.5], 100)
    for tag, value in (("frac_reward_zero_std", 1.0), ("reward_std", 0.0)):
        curves = {
            "reward": Curve("reward", np.arange(100), reward),
            "kl": Curve("kl", np.arange(100), np.full(100, 1e-4)),
            tag: Curve(tag, np.arange(100), np.full(100, value)),
        }
        (f,) = found(Run("r", "r", curves), "no-learning")
        assert f.tag == tag
        curves[tag] = Curve(tag, np.arange(100), np.where(np.arange(100) % 2, value, 0.3))
        curves["reward"] = Curve("reward", np.arange(100), reward + np.arange(100) / 50.0)
        assert found(Run("r", "r", curves), "no-learning") == []


def test_the_entropy_of_the_policy_is_told_beside_it() -> None:
    flat = 22.0 + normal(300, 4.0)
    (f,) = found(run_of(episodic_return=flat, train_entropy_loss=np.linspace(-0.69, -0.68, 300)), "no-learning")
    assert "the entropy in train_entropy_loss went from 0.69 to 0.68 nats" in str(f.message)


def test_a_gain_that_is_certain_but_of_no_account_beside_a_policy_as_random_as_ever() -> None:
    slight = 24.0 + 2.5 * T / 300 + normal(300, 3.3)
    assert told(episodic_return=slight) == []
    assert told(episodic_return=slight, entropy=np.full(300, 0.69)) != []


def test_evaluations_without_exploration_are_alike_and_no_groups_of_answers() -> None:
    learned = np.clip(np.linspace(-1.0, 4.0, 60), -1.0, 1.0)
    curves = {"test_reward": learned, "test_reward_std": np.zeros(60), "loss": np.full(60, 0.1) + normal(60, 0.01)}
    assert found(run_of(**curves, epsilon=np.linspace(1.0, 0.05, 60)), "no-learning") == []


@pytest.mark.parametrize("noise", [0.0, 40.0])
def test_a_quick_learner_that_is_at_its_best_after_a_hundredth_of_the_run_is_quiet(noise: float) -> None:
    quick = np.r_[np.linspace(20.0, 480.0, 30), np.full(2970, 480.0) + normal(2970, noise)]
    entropy = np.linspace(0.69, 0.01, 300)
    assert found(run_of(episodic_return=quick, entropy=entropy, policy_loss=normal(300, 0.1)), "no-learning") == []


def test_most_flat_returns_of_few_points_are_told_and_none_that_rises_by_its_scatter() -> None:
    flat = [ascent_of(normal(30, 20.0, seed)).never for seed in range(200)]
    assert np.mean(flat) > 0.7
    line, jump = np.linspace(0.0, 70.0, 30), np.r_[np.zeros(3), np.full(27, 70.0)]
    for rise in (line, jump, np.minimum(4.0 * line, 60.0)):
        assert np.mean([ascent_of(rise + normal(30, 20.0, seed)).never for seed in range(200)]) < 0.01


def test_few_points_are_enough_where_the_policy_never_changes() -> None:
    value = 22.0 + normal(15, 1.0)
    policy = {"entropy": np.full(15, 0.693), "policy_loss": np.full(15, 1e-8)}
    assert found(run_of(episode_reward_mean=value, approx_kl=np.zeros(15), **policy), "no-learning") != []
    assert found(run_of(episode_reward_mean=value, approx_kl=np.full(15, 0.01), **policy), "no-learning") == []
    rising = value + np.linspace(0.0, 20.0, 15)
    assert found(run_of(episode_reward_mean=rising, approx_kl=np.zeros(15), **policy), "no-learning") == []


def test_a_gain_of_less_than_a_percent_by_a_policy_as_random_as_ever() -> None:
    value = np.r_[np.full(40, -500.0), np.full(20, -499.5), np.full(20, -498.7)]
    still = 1.0985 + normal(80, 1e-4)
    assert told(episode_reward_mean=value, policy_entropy=still) != []
    assert told(episode_reward_mean=value, policy_entropy=np.linspace(1.1, 0.6, 80)) == []


@pytest.mark.parametrize(("gain", "rose"), [(0.0, False), (1.0, False), (6.0, True), (12.0, True)])
def test_a_rise_that_the_scatter_hides_is_one_only_where_it_is_certain(gain: float, rose: bool) -> None:
    value = 100.0 + gain * np.arange(400) / 400 + normal(400, 6.0)
    assert ascent_of(value).rose is rose
