"""Shapes of healthy runs that look like a fault to a rule which reads one stretch, or one curve, alone."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.run.model import Curve, Run

N = 2000
RNG = np.random.default_rng


def run(**curves: np.ndarray) -> Run:
    """Return a run of curves with as many points as given, spread evenly over ``N`` steps."""
    made = {}
    for name, value in curves.items():
        step = np.linspace(N / value.size, N, value.size).astype(np.int64)
        made[name] = Curve(name.replace("eval_", "eval/").replace("train_", "train/"), step, value)
    return Run("r", "r", {c.tag: c for c in made.values()})


def alarms(run: Run) -> list[str]:
    """Return the rules that found something to act on."""
    return [f.rule for f in diagnose(run).findings if f.severity.rank > 0]


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_norm_that_falls_with_the_loss_did_not_explode_at_the_start(seed: int) -> None:
    noise = RNG(seed).normal(0, 0.1, N)
    t = np.arange(N)
    loss = 2.5 * np.exp(-t / 60) + 2e-3 * (1 + t) ** -0.3
    norm = np.where(t < 100, 3.0, 3.0 * (t / 100.0 + 1e-9) ** -2.0 + 3e-3) * np.exp(noise)
    assert "gradient-explosion" not in alarms(run(train_loss=loss * np.exp(0.02 * noise), grad_norm=norm))
    norm[1200:] = 6.0 * np.exp(noise[1200:])
    blown = run(train_loss=np.where(t < 1200, loss, 0.05) * np.exp(0.02 * noise), grad_norm=norm)
    assert "gradient-explosion" in [*alarms(blown), *(e.rule for f in diagnose(blown).findings for e in f.folded)]


@pytest.mark.parametrize("seed", range(3))
def test_a_loss_that_fell_within_the_first_points_did_learn(seed: int) -> None:
    noise = RNG(seed).normal(0, 0.004, N)
    t = np.arange(N)
    assert "no-learning" not in alarms(run(train_loss=(2.3 + 0.7 * np.exp(-t / 8)) * np.exp(noise)))
    assert "no-learning" in alarms(run(train_loss=(2.3 + 0.1 * np.exp(-t / 8)) * np.exp(noise)))


@pytest.mark.parametrize("seed", range(3))
def test_a_training_loss_flat_in_its_noise_is_no_plateau_while_the_evaluation_falls(seed: int) -> None:
    rng = RNG(seed)
    t = np.arange(N)
    train = (2.0 + 2.0 * np.clip(1 - t / 500, 0, None)) * np.exp(rng.normal(0, 0.02, N))
    at = np.linspace(0, 1, 40)
    early = 2.0 * np.clip(1 - at * N / 500, 0, None)
    falling = (2.0 - 0.08 * at + early) * np.exp(rng.normal(0, 0.001, 40))
    still = (2.0 + early) * np.exp(rng.normal(0, 0.001, 40))
    assert "plateau" in alarms(run(train_loss=train, eval_loss=still))
    assert "plateau" not in alarms(run(train_loss=train, eval_loss=falling))


@pytest.mark.parametrize("seed", range(3))
def test_a_drift_of_the_evaluation_is_no_overfitting_when_the_training_loss_rises_too(seed: int) -> None:
    rng = RNG(seed)
    at, t = np.linspace(0, 1, 40), np.arange(N) / N
    drift = 1.0 + 0.05 * np.clip(at - 0.7, 0, None)
    level = (1.0 + np.exp(-at * 12)) * drift * np.exp(rng.normal(0, 2e-4, 40))
    rising = (1.0 + np.exp(-t * 12)) * (1.0 + 0.02 * np.clip(t - 0.7, 0, None)) * np.exp(rng.normal(0, 0.02, N))
    falling = (1.0 + np.exp(-t * 12)) * (1.0 - 0.1 * np.clip(t - 0.7, 0, None)) * np.exp(rng.normal(0, 0.01, N))
    assert "overfitting" not in alarms(run(train_loss=rising, eval_loss=level))
    assert "overfitting" in alarms(run(train_loss=falling, eval_loss=level))


@pytest.mark.parametrize("seed", range(3))
def test_a_spike_that_the_evaluation_shares_and_recovers_from_is_no_planned_change(seed: int) -> None:
    rng = RNG(seed)
    t, at = np.arange(N), np.linspace(N / 40, N, 40)
    bump = np.where(t >= 1200, 1.5 * np.exp(-(t - 1200) / 60), 0.0)
    shared = np.interp(at, t, np.where(t >= 1200, 1.5 * np.exp(-(t - 1200) / 120) + 0.3, 0.0))
    stays = np.where(at > 1200, 0.8, 0.0)
    base, eval_base = 1.0 + 2.0 * (1 + t / 20) ** -0.5, 1.1 + 2.0 * (1 + at / 20) ** -0.5
    train = (base + bump) * np.exp(rng.normal(0, 0.01, N))
    assert "loss-spike" in alarms(run(train_loss=train, eval_loss=eval_base + shared))
    assert "loss-spike" not in alarms(run(train_loss=train, eval_loss=eval_base + stays))


@pytest.mark.parametrize("seed", range(3))
def test_a_fine_tune_whose_evaluation_falls_did_learn(seed: int) -> None:
    rng = RNG(seed)
    train = 3.4 * np.exp(rng.normal(0, 0.008, N))
    at = np.linspace(0, 1, 20)
    still = np.full(20, 3.4) * np.exp(rng.normal(0, 1e-4, 20))
    falling = (3.375 + 0.025 * np.exp(-at * 6)) * np.exp(rng.normal(0, 1e-4, 20))
    assert "no-learning" in alarms(run(train_loss=train, eval_loss=still))
    assert "no-learning" not in alarms(run(train_loss=train, eval_loss=falling))


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_norm_that_grows_as_the_model_leaves_a_flat_region_is_no_alarm(seed: int) -> None:
    rng = RNG(seed)
    t = np.arange(N)
    left = t > 600
    loss = np.where(left, 0.69 * np.exp(-(t - 600) / 500), 0.69) * np.exp(rng.normal(0, 0.02, N))
    norm = np.where(left, 6.0, 0.2) * np.exp(rng.normal(0, 0.2, N))
    found = {f.rule: f.severity.value for f in diagnose(run(train_loss=loss, grad_norm=norm)).findings}
    assert found["gradient-explosion"] == "info"
    stuck = 0.69 * np.exp(rng.normal(0, 0.02, N))
    assert "gradient-explosion" in alarms(run(train_loss=stuck, grad_norm=norm))


def test_a_classifier_whose_training_loss_holds_noise_and_smoothing_is_no_leak() -> None:
    t = np.arange(N)
    shape = np.exp(-t / 400)
    at = np.linspace(0, N - 1, 40).astype(int)
    noise = RNG(0).normal(0, 0.01, N)
    for start, rules in ((2.3, []), (6.0, ["eval-below-train"])):
        train, held_out = start * (0.38 + 0.62 * shape), start * (0.16 + 0.84 * shape)
        assert alarms(run(train_loss=train * np.exp(noise), eval_loss=held_out[at])) == rules


def test_losses_of_moving_targets_are_not_judged_where_episodes_are_logged() -> None:
    t = np.arange(N)
    noise = RNG(0).normal(0, 0.05, N)
    loss = (0.1 + 0.4 * np.exp(-t / 200) + np.where(t > 1200, 0.3, 0.0)) * np.exp(noise)
    assert "divergence" in alarms(run(train_loss=loss))
    with_returns = run(train_loss=loss, **{"rollout/ep_rew_mean": 200.0 - 150 * np.exp(-t / 500) + 5 * noise})
    assert alarms(with_returns) == []
    assert alarms(run(**{"train/td_loss": loss})) == []
    loss[1700:] = np.nan
    assert alarms(run(**{"train/td_loss": loss})) == ["nonfinite-loss"]
    loss[1900:] = 0.1
    assert alarms(run(**{"train/td_loss": loss})) == []


def test_a_jump_that_ends_above_the_start_is_a_divergence_however_much_is_won_back() -> None:
    t = np.arange(N)
    noise = np.exp(RNG(0).normal(0, 0.01, N))
    won_back = np.where(t >= 1200, 400 * np.exp(-(t - 1200) / 60), 0.0)
    loss = 2.5 + 1.0 * np.exp(-t / 300) + won_back
    assert "divergence" not in alarms(run(train_loss=loss * noise))
    assert "divergence" in alarms(run(train_loss=(loss + np.where(t >= 1200, 6.0, 0.0)) * noise))


def test_an_odd_batch_within_a_spike_is_not_told_beside_it() -> None:
    loss = (2.0 + np.exp(-np.arange(N) / 300)) * np.exp(RNG(0).normal(0, 0.01, N))
    loss[1000:1004] += [2.0, 0.9, 0.5, 0.3]
    assert [f.rule for f in diagnose(run(train_loss=loss)).findings] == ["loss-spike"]


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_has_learnt_all_it_can_is_told_but_no_alarm(seed: int) -> None:
    t = np.arange(N)
    loss = (2.0 + 2.0 * np.clip(1 - t / 500, 0, None)) * np.exp(RNG(seed).normal(0, 0.02, N))
    severity = {}
    for name, rate in (("none", {}), ("on", {"lr": np.full(N, 1e-3)}), ("cut", {"lr": np.where(t < 480, 1e-3, 1e-4)})):
        found = diagnose(run(train_loss=loss, **rate)).findings
        severity[name] = next(f.severity.value for f in found if f.rule == "plateau")
    assert severity == {"none": "warning", "on": "info", "cut": "warning"}


def test_few_evaluations_that_fall_one_after_the_other_show_that_a_fine_tune_learns() -> None:
    train = 3.4 * np.exp(RNG(0).normal(0, 0.008, N))
    falling = 3.38 + 0.02 * np.exp(-np.arange(10) / 3)
    assert "no-learning" not in alarms(run(train_loss=train, eval_loss=falling))
    assert "no-learning" in alarms(run(train_loss=train, eval_loss=RNG(1).permutation(falling)))
