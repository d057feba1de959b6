"""gradient-explosion: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of, spread
from tests.support.verdicts import alarms, found, found_alone

N = 2000


def test_bursts_that_end_in_nan() -> None:
    norm = decay(400, 0.3)
    norm[[50, 120, 180, 240, 290]] = [40, 90, 200, 900, 1e8]
    norm[291:] = np.nan
    (f,) = found(run_of(grad_norm=norm), "gradient-explosion")
    assert (f.first_step, f.severity) == (50, Severity.WARNING)


def test_a_lasting_rise() -> None:
    norm = decay(2000, 0.2)
    norm[1400:] *= 60
    assert abs(found(run_of(grad_norm=norm), "gradient-explosion")[0].first_step - 1400) <= 2


def test_a_norm_that_falls_to_nothing_is_quiet() -> None:
    norm = decay(500, 0.2) * np.exp(-np.arange(500) / 25.0) + 1e-9
    assert found(run_of(grad_norm=norm), "gradient-explosion") == []


def test_a_burst_that_passed_and_nan_without_warning_are_quiet() -> None:
    norm = decay(1000, 0.3)
    norm[500:502] *= 500
    assert found(run_of(grad_norm=norm), "gradient-explosion") == []
    norm = decay(1000, 0.2)
    norm[600:] = np.nan
    assert found(run_of(grad_norm=norm), "gradient-explosion") == []


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_norm_that_falls_with_the_loss_did_not_explode_at_the_start(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, N)
    t = np.arange(N)
    loss = 2.5 * np.exp(-t / 60) + 2e-3 * (1 + t) ** -0.3
    norm = np.where(t < 100, 3.0, 3.0 * (t / 100.0 + 1e-9) ** -2.0 + 3e-3) * np.exp(noise)
    assert "gradient-explosion" not in alarms(spread(train_loss=loss * np.exp(0.02 * noise), grad_norm=norm))
    norm[1200:] = 6.0 * np.exp(noise[1200:])
    blown = spread(train_loss=np.where(t < 1200, loss, 0.05) * np.exp(0.02 * noise), grad_norm=norm)
    assert "gradient-explosion" in [*alarms(blown), *(e.rule for f in diagnose(blown).findings for e in f.folded)]


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_norm_that_grows_as_the_model_leaves_a_flat_region_is_no_alarm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(N)
    left = t > 600
    loss = np.where(left, 0.69 * np.exp(-(t - 600) / 500), 0.69) * np.exp(rng.normal(0, 0.02, N))
    norm = np.where(left, 6.0, 0.2) * np.exp(rng.normal(0, 0.2, N))
    found = {f.rule: f.severity.value for f in diagnose(spread(train_loss=loss, grad_norm=norm)).findings}
    assert found["gradient-explosion"] == "info"
    stuck = 0.69 * np.exp(rng.normal(0, 0.02, N))
    assert "gradient-explosion" in alarms(spread(train_loss=stuck, grad_norm=norm))


def test_how_large_it_became_is_told_as_a_multiple_of_the_usual() -> None:
    norm = np.full(2000, 2.0)
    norm[1400:] = 120.0
    norm[1500] = 250.0
    (f,) = found(run_of(grad_norm=norm), "gradient-explosion")
    assert f.peak_step == 1500
    assert (f.get("usual-level"), f.get("largest-value"), f.get("largest-against-usual")) == (2.0, 250.0, 125.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_norm_of_two_levels_did_not_explode(seed: int) -> None:
    """Groups of answers that all get the same reward leave nearly no gradient."""
    rng = np.random.default_rng(seed)
    norm = np.where(rng.random(200) < 0.5, 0.012, 0.18) * np.exp(rng.normal(0, 0.3, 200))
    norm[:8] = 0.01
    norm[50] = 40.0
    assert found(run_of(grad_norm=norm), "gradient-explosion") == []


def test_norms_of_a_million_beside_a_loss_that_learns_nothing() -> None:
    rng = np.random.default_rng(0)
    norm = np.r_[3.4e10, 1.5e4, 10.0 ** rng.uniform(2, 5, 12)]
    flat, falling = 12.5 + rng.normal(0, 0.3, 14), np.linspace(12.5, 6.0, 14)
    (f,) = found_alone(run_of(loss=flat, grad_norm=norm), "gradient-explosion")
    assert "reached 3.4e10 while loss learns nothing" in str(f.message)
    assert found_alone(run_of(loss=falling, grad_norm=norm), "gradient-explosion") == []
    assert found_alone(run_of(loss=flat, grad_norm=norm / 1e6), "gradient-explosion") == []


def test_a_norm_that_is_not_finite_any_more_beside_a_loss_that_falls_is_worth_knowing() -> None:
    norm = np.ones(400)
    norm[60:] = np.nan
    (f,) = found(run_of(loss=decay(400), grad_norm=norm), "gradient-explosion")
    assert (f.first_step, f.severity) == (60, Severity.INFO)
    assert "is NaN from step 60 to the end, while loss is finite and goes on falling" in str(f.message)
    stuck = 2.0 + 0.02 * np.random.default_rng(0).standard_normal(400)
    (f,) = found_alone(run_of(loss=stuck, grad_norm=norm), "gradient-explosion")
    assert f.severity is Severity.WARNING


def test_a_norm_that_overflows_now_and_then_is_quiet() -> None:
    norm = np.ones(400)
    norm[::40] = np.inf
    assert found(run_of(loss=decay(400), grad_norm=norm), "gradient-explosion") == []
