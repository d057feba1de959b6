"""entropy-collapse: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Severity
from tests.support.curves import normal, run_of
from tests.support.verdicts import anywhere

T = np.arange(400)


def test_a_policy_that_stops_exploring() -> None:
    entropy = 0.69 * np.exp(-np.maximum(T - 60, 0) / 25.0)
    run = run_of(entropy=entropy, episodic_return=20 + normal(400, 4.0))
    (f,) = anywhere(run, "entropy-collapse")
    assert f.severity is Severity.WARNING
    assert 80 <= f.first_step <= 160


def test_a_solved_task_and_a_slow_fall_are_quiet() -> None:
    entropy = 0.69 * np.exp(-np.maximum(T - 60, 0) / 25.0)
    solved = np.minimum(20.0 + 3 * T, 500.0) + normal(400, 4.0)
    assert anywhere(run_of(entropy=entropy, episodic_return=solved), "entropy-collapse") == []
    slow = np.linspace(0.69, 0.3, 400)
    assert anywhere(run_of(entropy=slow, episodic_return=20 + normal(400, 4.0)), "entropy-collapse") == []
    gaussian = np.linspace(1.0, -3.0, 400)
    assert anywhere(run_of(entropy=gaussian, episodic_return=20 + normal(400, 4.0)), "entropy-collapse") == []


def test_a_quick_learner_has_not_collapsed() -> None:
    entropy = 0.02 + 1.85 * np.exp(-T / 15.0)
    reward = 0.37 + 0.63 * (1.0 - np.exp(-T / 6.0)) + normal(400, 0.01)
    assert anywhere(run_of(entropy=entropy, reward=reward), "entropy-collapse") == []


def test_an_entropy_that_is_logged_as_a_loss_is_turned_back() -> None:
    entropy = 0.69 * np.exp(-np.maximum(T - 60, 0) / 25.0)
    (f,) = anywhere(run_of(train_entropy_loss=-entropy, rollout_ep_rew_mean=20 + normal(400, 4.0)), "entropy-collapse")
    assert 80 <= f.first_step <= 160
    gaussian = np.linspace(-2.6, 1.0, 400)
    assert (
        anywhere(run_of(train_entropy_loss=gaussian, rollout_ep_rew_mean=20 + normal(400, 4.0)), "entropy-collapse")
        == []
    )


def test_an_entropy_that_the_first_update_took() -> None:
    dead = np.full(24, 1e-9)
    (f,) = anywhere(run_of(entropy=dead, episodic_return=9.4 + normal(24, 0.1)), "entropy-collapse")
    assert "from the first update on" in str(f.message)
    solved = np.minimum(20.0 + 40 * np.arange(24), 500.0)
    assert anywhere(run_of(entropy=dead, episodic_return=solved), "entropy-collapse") == []
