"""kl-blowup: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import found

T = np.arange(400)


def test_a_policy_that_runs_away() -> None:
    kl = 0.01 * np.exp(normal(400, 0.5)) * np.where(T < 280, 1.0, 60.0)
    run = run_of(approx_kl=kl, episodic_return=np.minimum(T, 200) + normal(400, 5.0))
    (f,) = found(run, "kl-blowup")
    assert f.severity is Severity.WARNING
    assert 260 <= f.first_step <= 320


def test_healthy_divergences_are_quiet() -> None:
    reward = np.minimum(T, 200) + normal(400, 5.0)
    for tag, kl in (
        ("approx_kl", 0.01 * np.exp(normal(400, 0.7))),
        ("approx_kl", np.where(T == 300, 2.0, 0.01) + normal(400, 1e-3)),
        ("approx_kl", np.where(T < 280, 0.001, 0.03) * np.exp(normal(400, 0.2))),
        ("objective/kl", 8.0 * (1 - np.exp(-T / 100))),
        ("objective/kl", 0.05 * T),
        ("kl", np.zeros(400)),
    ):
        assert found(run_of(**{tag: kl, "reward": reward}), "kl-blowup") == [], tag
    vae = run_of(train_loss=decay(400), kl=np.where(T < 280, 0.1, 30.0))
    assert found(vae, "kl-blowup") == []


def test_a_divergence_per_token_is_measured_by_the_entropy() -> None:
    kl = np.where(T < 280, 0.05, 2.4) * np.exp(normal(400, 0.1))
    reward = 0.3 + T / 2000.0 + normal(400, 0.02)
    (f,) = found(run_of(kl=kl, reward=reward, entropy=np.linspace(1.9, 0.8, 400)), "kl-blowup")
    assert 260 <= f.first_step <= 300
    assert found(run_of(kl=kl, reward=reward, entropy=np.full(400, 30.0)), "kl-blowup") == []
    assert found(run_of(kl=kl, reward=reward), "kl-blowup") == []


def test_the_level_at_the_end_is_that_of_the_last_tenth() -> None:
    kl = np.where(T < 280, 0.01, 1.0)
    kl[356:360] = 2.0  # not in the last 40 of 400 points
    kl[360:378] = 3.0
    kl[378:] = 4.0
    (f,) = found(run_of(approx_kl=kl, episodic_return=np.minimum(T, 200) + normal(400, 5.0)), "kl-blowup")
    assert (f.get("usual-level"), f.get("level-at-the-end")) == (0.01, 4.0)


def test_updates_that_each_leave_the_old_policy_behind() -> None:
    wild = np.where(T < 150, 6.0, 0.0) * np.exp(normal(400, 0.5))
    (f,) = found(run_of(approx_kl=wild, episodic_return=np.minimum(T, 200) + normal(400, 5.0)), "kl-blowup")
    assert f.first_step == 0
    assert f.last_step < 150
    large = 0.2 * np.exp(normal(400, 0.5))
    assert found(run_of(approx_kl=large, episodic_return=np.minimum(T, 200) + normal(400, 5.0)), "kl-blowup") == []


def test_a_divergence_below_zero_is_none() -> None:
    reward = np.minimum(T, 200) + normal(400, 5.0)
    (f,) = found(run_of(**{"objective/kl": -0.02 * T + normal(400, 0.3), "reward": reward}), "kl-blowup")
    assert "is −" in str(f.message)
    around = {"objective/kl": 0.1 + normal(400, 1.0), "reward": reward}
    assert found(run_of(**around), "kl-blowup") == [], "an estimate scatters about zero"


def test_it_stands_beside_the_collapse_that_came_with_it() -> None:
    kl = np.where(T < 280, 0.03, 12.0) * np.exp(normal(400, 0.1))
    reward = np.where(T < 280, np.minimum(T, 200) / 100.0, 0.0) + normal(400, 0.05)
    rules = [f.rule for f in diagnose(run_of(kl=kl, reward=reward)).findings]
    assert {"metric-collapse", "kl-blowup"} <= set(rules)
