"""level-shift: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.support.curves import decay, normal, run_of
from tests.support.turns import one_of
from tests.support.verdicts import alarms, anywhere, found, found_alone


def test_a_step_down_that_nothing_explains() -> None:
    value = decay(2000)
    value[1200:] *= 0.9
    (f,) = found(run_of(train_loss=value), "level-shift")
    assert f.severity is Severity.INFO
    assert abs(f.first_step - 1200) <= 3
    assert "stepped down" in str(f.message)


def test_a_drop_at_a_learning_rate_cut_is_explained() -> None:
    value = decay(2000)
    value[1200:] *= 0.85
    run = run_of(train_loss=value, lr=np.where(np.arange(2000) < 1200, 1e-3, 1e-4))
    (f,) = found(run, "level-shift")
    assert "the learning rate was lowered" in f.also_explained_by
    assert alarms(run) == []


def test_a_staircase_at_epoch_ends_is_one_finding() -> None:
    epoch = np.arange(2500) // 500
    run = run_of(train_loss=decay(2500) * 0.85**epoch, epoch=epoch.astype(float))
    (f,) = found(run, "level-shift")
    assert f.severity is Severity.INFO
    assert "4 times at the ends of epochs" in str(f.message)
    assert all(g.severity is Severity.INFO for g in f.folded)
    assert abs(f.first_step - 500) <= 3
    assert alarms(run) == []


def test_a_step_up_that_costs_is_a_warning_or_part_of_a_graver_finding() -> None:
    value = decay(2000, height=8.0)
    value[1000:] += 0.25
    (f,) = anywhere(run_of(train_loss=value), "level-shift")
    assert f.severity is Severity.WARNING
    assert abs(f.first_step - 1000) <= 3


def test_another_objective_is_no_alarm_while_the_evaluation_falls() -> None:
    value = decay(2000, height=8.0)
    value[1000:] += 0.5
    run = run_of(train_loss=value, eval_loss=decay(40, 0.002, height=8.0))
    (f,) = anywhere(run, "level-shift")
    assert f.severity is Severity.INFO
    assert alarms(run) == []
    worse = np.r_[decay(40, 0.002, height=8.0)[:20], decay(40, 0.002, height=8.0)[20:] + 0.5]
    assert alarms(run_of(train_loss=value, eval_loss=worse + normal(40, 0.05))) != []


def test_a_curriculum_shift_is_no_alarm() -> None:
    value, evaluation = decay(2000, height=8.0), decay(40, 0.002, height=8.0)
    value[1000:] += 0.25
    evaluation[20:] += 0.3
    shifts = anywhere(run_of(train_loss=value, eval_loss=evaluation), "level-shift")
    assert [f.severity for f in shifts] == [Severity.INFO]


@pytest.mark.parametrize("seed", one_of(2, range(12)))
def test_healthy_curves_have_no_steps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(200, 5000))
    noise = np.convolve(rng.standard_normal(n + 4), np.ones(5) / 5, "valid")
    for value in (
        decay(n, 0.05, seed=seed),
        decay(n, 0.0) * np.exp(0.05 * noise),
        0.5 + 4.0 * np.exp(-np.arange(n) / n * 6) + 0.02 * rng.standard_normal(n),
        decay(n, 0.0) * np.exp(0.05 * rng.standard_t(3, n).clip(-8, 8)),
    ):
        assert found_alone(run_of(train_loss=value), "level-shift") == []


def test_ends_of_scale_do_not_change_the_verdict() -> None:
    value = decay(2000)
    value[1200:] *= 0.9
    for factor in (1e-6, 1e6):
        (f,) = found(run_of(train_loss=value * factor), "level-shift")
        assert abs(f.first_step - 1200) <= 3


@pytest.mark.parametrize(("factor", "cause"), [(2.0, "raised"), (0.5, "lowered"), (1.1, ""), (0.9, "")])
def test_a_change_of_the_learning_rate_beside_a_step_is_its_cause(factor: float, cause: str) -> None:
    value = decay(2000)
    value[1200:] *= 1.15 if factor > 1.0 else 0.85
    rate = np.where(np.arange(2000) < 1200, 1e-3, 1e-3 * factor)
    (f,) = anywhere(run_of(train_loss=value, lr=rate), "level-shift")
    said = [str(e) for e in f.also_explained_by]
    assert [f"the learning rate was {way}" in said for way in ("raised", "lowered")] == [
        cause == "raised",
        cause == "lowered",
    ]
