"""learning-rate-jump: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import time

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from curveread.run.model import Attempt, Run
from tests.support.curves import decay, run_of
from tests.support.verdicts import anywhere, found, found_alone


def test_a_jump_that_the_loss_feels() -> None:
    value = decay(2000)
    value[1200:1260] *= 1.3
    rate = np.where(np.arange(2000) < 1200, 1e-3, 1e-2)
    (f,) = anywhere(run_of(train_loss=value, lr=rate), "learning-rate-jump")
    assert (f.first_step, f.severity) == (1200, Severity.WARNING)
    assert f.get("ratio") == pytest.approx(10.0)


def test_a_jump_without_consequence_is_information() -> None:
    rate = np.where(np.arange(2000) < 1200, 1e-3, 3e-3)
    (f,) = found(run_of(train_loss=decay(2000), lr=rate), "learning-rate-jump")
    assert f.severity is Severity.INFO


def test_a_divergence_keeps_the_jump_as_evidence() -> None:
    value = decay(2000)
    value[1200:] *= 2.0
    rate = np.where(np.arange(2000) < 1200, 1e-3, 1e-2)
    dx = diagnose(run_of(train_loss=value, lr=rate))
    assert [f.rule for f in dx.findings] != []
    assert {"learning-rate-jump", "level-shift"} <= {f.rule for f in dx.findings[0].folded}


def test_ramps_restarts_and_cycles_are_quiet() -> None:
    t = np.arange(2000)
    cosine = 1e-3 * 0.5 * (1 + np.cos(np.pi * (t % 500) / 500))
    growing = np.concatenate([1e-3 * 0.5 * (1 + np.cos(np.pi * np.arange(k) / k)) for k in (200, 400, 800)])
    onecycle = np.interp(t, [0, 600, 2000], [4e-5, 1e-3, 1e-7])
    staircase = 1e-4 * np.minimum(2.0 ** (t // 60), 8.0)
    doubling = 1e-6 * 2.0 ** np.minimum(t, 10)
    again = np.r_[np.linspace(1e-3, 1e-5, 1000), 2e-4 * np.arange(1, 6), np.linspace(1e-3, 1e-5, 995)]
    for rate in (cosine, growing, onecycle, staircase, doubling, again):
        run = run_of(train_loss=decay(rate.size), lr=rate)
        assert found(run, "learning-rate-jump") == []


def test_a_jump_at_a_restart_is_the_restarts() -> None:
    rate = np.where(np.arange(2000) < 1200, 1e-3, 3e-3)
    curves = run_of(train_loss=decay(2000), lr=rate).curves
    attempts = (Attempt(0, 1199, {}), Attempt(1200, 1999, {}))
    assert found(Run("r", "r", curves, attempts=attempts), "learning-rate-jump") == []


def test_the_first_rate_above_zero_is_no_jump() -> None:
    rate = np.r_[np.zeros(12), np.linspace(1e-5, 1e-4, 20), np.full(68, 1e-4)]
    rate[12:14] = 1e-5  # the scaler of fp16 skipped the steps before
    dx = diagnose(run_of(train_loss=decay(100), lr=rate))
    assert not [f for f in dx.findings if f.rule == "learning-rate-jump"]
    assert not any("jumps" in str(t.text) for t in dx.timeline)


def test_thousands_of_jumps_are_one_finding_and_cost_what_their_points_do() -> None:
    def spent(points: int) -> float:
        rng = np.random.default_rng(0)
        at = np.sort(rng.choice(np.arange(points // 5, points - 20), points // 20, replace=False))
        rate, value = 1e-3 * np.exp(-3.0 * np.arange(points) / points), decay(points)
        rate[at] *= rng.uniform(4, 20, at.size)
        highest = int(at[np.argmax(rate[at])])
        rate[highest] *= 5
        value[highest : highest + points // 25] += 5.0
        run = run_of(train_loss=value, lr=rate)
        began = time.process_time()
        (f,) = found_alone(run, "learning-rate-jump")
        assert (f.first_step, f.peak_step) == (int(at[0]), highest)
        assert f.get("rise") > 6
        return time.process_time() - began

    spent(2_000)
    assert spent(400_000) < 20 * min(spent(50_000) for _ in range(2))
