"""plateau: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of, spread
from tests.support.verdicts import alarms, found, found_alone

N = 2000


def test_schedule_that_ended_early() -> None:
    t = np.arange(2000)
    rate = np.maximum(0.0, 1e-3 * (1 - t / 900))
    value = decay(2000)
    value[900:] = value[899] * np.exp(0.02 * np.random.default_rng(1).standard_normal(1100))
    (f,) = found(run_of(train_loss=value, lr=rate), "plateau")
    assert f.severity is Severity.WARNING
    assert abs(f.first_step - 900) <= 20
    assert "learning rate was 0" in str(f.message)


def test_broken_off_without_a_logged_reason() -> None:
    value = 1.5 + 3.0 * (np.arange(3000) / 400 + 1) ** -0.6
    value[700:] = value[700]
    value *= np.exp(0.02 * np.random.default_rng(2).standard_normal(3000))
    (f,) = found(run_of(train_loss=value), "plateau")
    assert 500 <= f.first_step <= 800


def test_a_logger_that_repeats_one_value() -> None:
    value = decay(1600)
    value[700:] = value[700]
    (f,) = found(run_of(train_loss=value), "plateau")
    assert f.first_step in (700, 701)
    assert "the logger stopped measuring" in str(f.message)


@pytest.mark.parametrize("seed", range(8))
def test_convergence_is_quiet(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(6000) / 6000
    shapes = (1.0 + 4 * np.exp(-t * 5), 1.0 + 4 * (t * 200 + 1) ** -0.7, 0.2 + 2 * (t * 50 + 1) ** -0.4)
    for shape in shapes:
        assert found_alone(run_of(train_loss=shape * np.exp(0.05 * rng.standard_normal(6000))), "plateau") == []


def test_a_loss_that_reached_zero_has_converged() -> None:
    value = (3.0 * np.exp(-np.arange(3000) / 60) + 1e-6) * decay(3000, 0.05) / decay(3000, 0.0)
    assert found_alone(run_of(train_loss=value), "plateau") == []


@pytest.mark.parametrize("seed", range(3))
def test_a_training_loss_flat_in_its_noise_is_no_plateau_while_the_evaluation_falls(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(N)
    train = (2.0 + 2.0 * np.clip(1 - t / 500, 0, None)) * np.exp(rng.normal(0, 0.02, N))
    at = np.linspace(0, 1, 40)
    early = 2.0 * np.clip(1 - at * N / 500, 0, None)
    falling = (2.0 - 0.08 * at + early) * np.exp(rng.normal(0, 0.001, 40))
    still = (2.0 + early) * np.exp(rng.normal(0, 0.001, 40))
    assert "plateau" in alarms(spread(train_loss=train, eval_loss=still))
    assert "plateau" not in alarms(spread(train_loss=train, eval_loss=falling))


@pytest.mark.parametrize("seed", range(3))
def test_a_stall_is_an_alarm_while_the_rate_goes_on_unless_most_was_learnt(seed: int) -> None:
    t = np.arange(N)
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.02, N))
    fall = np.clip(1 - t / 500, 0, None)
    for rate in ({}, {"lr": np.full(N, 1e-3)}, {"lr": np.where(t < 480, 1e-3, 1e-4)}):
        severity = {}
        for end in (2.0, 0.4):
            found = diagnose(spread(train_loss=(end + (4.0 - end) * fall) * noise, **rate)).findings
            severity[end] = next(f.severity.value for f in found if f.rule == "plateau")
        assert severity == {2.0: "warning", 0.4: "info"}


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_left_to_gain_at_full_accuracy_or_while_a_metric_improves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(N)
    loss = (2.0 + 2.0 * np.clip(1 - t / 500, 0, None)) * np.exp(rng.normal(0, 0.02, N))
    at = np.linspace(0, 1, 40)
    still = 0.5 - 0.3 * np.exp(-at * 20) + rng.normal(0, 0.01, 40)
    assert "plateau" in alarms(spread(train_loss=loss, eval_accuracy=still))
    assert "plateau" not in alarms(spread(train_loss=loss, eval_accuracy=still + 0.2 * at))
    assert "plateau" not in alarms(spread(train_loss=loss, eval_accuracy=1.0 - 0.6 * np.exp(-at * 20)))


@pytest.mark.parametrize("noise", [0.02, 0.2])
def test_flat_from_early_on_at_any_noise(noise: float) -> None:
    t = np.arange(3000)
    value = (1.0 + 2.0 * np.exp(-t / 60)) * np.exp(np.random.default_rng(3).normal(0, noise, 3000))
    (f,) = found(run_of(train_loss=value), "plateau")
    assert f.severity is Severity.WARNING
    assert f.first_step < 600


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("slope", [0.1, 0.2])
def test_a_fast_start_and_a_slow_fall_is_fine_tuning(seed: int, slope: float) -> None:
    t = np.arange(N) / N
    value = 1.2 + 0.9 * np.exp(-t * 60) - slope * t
    rng = np.random.default_rng(seed)
    assert alarms(run_of(train_loss=value * np.exp(rng.normal(0, 0.05, N)), lr=1e-4 * (1 - t))) == []


def test_a_rate_that_reductions_took_to_nothing() -> None:
    """The noise is too large to prove that the tail is flat; that nothing can be learnt there needs no proof."""
    t = np.arange(N)
    rate = 0.4 * 0.2 ** np.floor(t / 150)
    value = (1.78 + 0.3 * np.exp(-t / 150)) * np.exp(np.random.default_rng(1).normal(0, 0.07, N))
    (f,) = found(run_of(train_loss=value, lr=rate), "plateau")
    assert f.severity is Severity.WARNING
    assert "nearly 0" in str(f.message)
    ended = 0.4 * 0.1 ** np.floor(t / 500)  # three cuts, each after a quarter: an ordinary schedule
    assert found_alone(run_of(train_loss=value, lr=ended), "plateau") == []


def test_gradients_that_stop_being_finite() -> None:
    t = np.arange(N)
    value = decay(N)
    value[900:] = value[899] * np.exp(0.02 * np.random.default_rng(1).standard_normal(N - 900))
    norm = np.where(t < 900, 1.0, np.inf) * np.exp(0.1 * np.random.default_rng(2).standard_normal(N))
    (f,) = (f for f in diagnose(run_of(train_loss=value, grad_norm=norm), select=["plateau"]).findings)
    assert abs(f.first_step - 900) <= 20
    assert "was not finite" in str(f.message)


@pytest.mark.parametrize(("n", "time"), [(N, 120.0), (50, 2.5)])
def test_a_rounded_loss_that_comes_to_rest_has_converged(n: int, time: float) -> None:
    value = np.round(2.9356 + 1.0 * np.exp(-np.arange(n) / time), 4)
    assert found_alone(run_of(train_loss=value), "plateau") == []


@pytest.mark.parametrize("seed", range(3))
def test_few_points_tell_a_stall_that_their_noise_does_not_hide(seed: int) -> None:
    t = np.arange(45)
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.005, 45))
    stalled = (2.0 + 0.25 * np.clip(8 - t, 0, None)) * noise
    (f,) = found(run_of(train_loss=stalled), "plateau")
    assert f.first_step <= 10
    healthy = (1.0 + 3.0 * (t / 2 + 1) ** -0.6) * noise
    tuned = (1.2 + 0.8 * np.exp(-t / 2) - 0.2 * t / 45) * noise
    for value in (healthy, tuned):
        assert found_alone(run_of(train_loss=value), "plateau") == []


@pytest.mark.parametrize(("share", "is_told"), [(0.45, False), (0.7, True)])
def test_a_tail_without_a_known_reason_must_be_most_of_the_run(share: float, is_told: bool) -> None:
    n = 3000
    value = 2.5 - np.minimum(np.arange(n) / n, 1.0 - share)
    value *= np.exp(0.02 * np.random.default_rng(2).standard_normal(n))
    assert [f.rule for f in found(run_of(train_loss=value), "plateau")] == ["plateau"] * is_told


def test_a_model_that_knows_only_the_frequencies_of_its_tokens_has_stopped() -> None:
    """It still comes down a little; beside what text has to teach that is nothing."""
    t = np.arange(200)
    noise = np.exp(np.random.default_rng(0).normal(0, 0.002, 200))
    stuck = (3.69 + 0.6 * np.exp(-t / 4) + 0.04 * (1 - t / 200)) * noise
    (f,) = found(replace(run_of(train_loss=stuck), config={"vocab_size": 100}), "plateau")
    assert f.severity is Severity.WARNING
    assert f.first_step < 60
    assert "guessing among 100 tokens" in str(f.message)
    learnt = replace(run_of(train_loss=stuck - 1.5), config={"vocab_size": 100})
    unknown = run_of(train_loss=stuck)
    assert found(learnt, "plateau") == found(unknown, "plateau") == []
