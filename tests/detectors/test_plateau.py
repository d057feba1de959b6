"""plateau: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of, spread
from tests.support.verdicts import alarms, found

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
        assert found(run_of(train_loss=shape * np.exp(0.05 * rng.standard_normal(6000))), "plateau") == []


def test_a_loss_that_reached_zero_has_converged() -> None:
    value = (3.0 * np.exp(-np.arange(3000) / 60) + 1e-6) * decay(3000, 0.05) / decay(3000, 0.0)
    assert found(run_of(train_loss=value), "plateau") == []


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
def test_a_run_that_has_learnt_all_it_can_is_told_but_no_alarm(seed: int) -> None:
    t = np.arange(N)
    loss = (2.0 + 2.0 * np.clip(1 - t / 500, 0, None)) * np.exp(np.random.default_rng(seed).normal(0, 0.02, N))
    severity = {}
    for name, rate in (("none", {}), ("on", {"lr": np.full(N, 1e-3)}), ("cut", {"lr": np.where(t < 480, 1e-3, 1e-4)})):
        found = diagnose(spread(train_loss=loss, **rate)).findings
        severity[name] = next(f.severity.value for f in found if f.rule == "plateau")
    assert severity == {"none": "warning", "on": "info", "cut": "warning"}


@pytest.mark.parametrize(("share", "is_told"), [(0.45, False), (0.7, True)])
def test_a_tail_without_a_known_reason_must_be_most_of_the_run(share: float, is_told: bool) -> None:
    n = 3000
    value = 2.5 - np.minimum(np.arange(n) / n, 1.0 - share)
    value *= np.exp(0.02 * np.random.default_rng(2).standard_normal(n))
    assert [f.rule for f in found(run_of(train_loss=value), "plateau")] == ["plateau"] * is_told
