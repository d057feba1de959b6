"""loss-spike: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import decay, normal, run_of, spread
from tests.support.turns import one_of
from tests.support.verdicts import alarms, found, unchecked

N = 2000


def test_height_width_and_recovery() -> None:
    value = decay(2000, sigma=0.01)
    trend = float(value[1190:1200].mean())
    value[1200:1206] += 1.0
    (f,) = found(run_of(train_loss=value), "loss-spike")
    assert (f.first_step, f.severity) == (1200, Severity.WARNING)
    assert f.get("height-above-the-trend") == pytest.approx(1.0, abs=0.1)
    assert f.get("trend-before") == pytest.approx(trend, rel=0.02)
    assert f.get("width") == 6
    assert 1206 <= f.last_step <= 1210


@pytest.mark.parametrize("many", [10, 100, 300])
def test_more_spikes_are_not_less_alarm(many: int) -> None:
    value = decay(20_000, sigma=0.01)
    rng = np.random.default_rng(0)
    at = 1_000 + 60 * rng.choice(310, many, replace=False)
    value[at] += 2.0
    told = found(run_of(train_loss=value), "loss-spike")
    counted = sum(f.get("such-events") or 1.0 for f in told)  # over a hundred are told in one
    assert counted >= 0.95 * many
    assert all(any(abs(f.first_step - a) <= 2 for a in at) for f in told)
    assert {f.severity for f in told} == {Severity.WARNING}


@pytest.mark.parametrize("width", one_of(2, [1, 6]))
def test_thousands_that_fill_a_part_of_a_long_log_are_told(width: int) -> None:
    n = 200_000
    value = decay(n, sigma=0.01)
    at = np.arange(n // 20, n - 50, 100)
    for i in range(width):
        value[at + i] += 2.0
    told = found(run_of(train_loss=value), "loss-spike")
    assert told[0].severity is Severity.WARNING
    assert sum(f.get("such-events") for f in told) == at.size


def test_one_that_never_comes_back_fully_is_an_error() -> None:
    value = decay(2000, sigma=0.01)
    value[1200:] += 0.8 * np.exp(-np.arange(800) / 600)
    value[1200:1206] += 2.0
    (f,) = found(run_of(train_loss=value), "loss-spike")
    assert f.severity is Severity.ERROR
    assert "had not come back fully" in str(f.message)
    assert f.advice[0].startswith("Roll back to a checkpoint before step 1,200")


def test_slow_recovery_without_a_sharp_peak() -> None:
    value = decay(2000, sigma=0.02)
    value[1000:] *= np.exp(0.3 * np.exp(-np.arange(1000) / 250))
    (f,) = found(run_of(train_loss=value), "loss-spike")
    assert abs(f.first_step - 1000) <= 10


def test_at_the_end_recovery_is_left_open() -> None:
    value = decay(2000, sigma=0.01)
    value[1994:] += 1.0
    (f,) = found(run_of(train_loss=value), "loss-spike")
    assert "too soon" in str(f.message)


def test_a_step_down_is_no_spike_before_it() -> None:
    for size in (0.9, 0.7, 0.4):
        value = decay(3000, sigma=0.03)
        value[1500:] *= size
        assert found(run_of(train_loss=value), "loss-spike") == []


def test_a_change_of_data_is_information() -> None:
    value = decay(2000, sigma=0.01)
    value[1000:] *= 0.8
    value[1000:1020] += 1.0
    evaluation = decay(20, sigma=0.0)
    evaluation[10:] += 0.5
    (f,) = found(run_of(train_loss=value, eval_loss=evaluation), "loss-spike")
    assert f.severity is Severity.INFO


@pytest.mark.parametrize("seed", range(3))
def test_a_spike_that_the_evaluation_shares_and_recovers_from_is_no_planned_change(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t, at = np.arange(N), np.linspace(N / 40, N, 40)
    bump = np.where(t >= 1200, 1.5 * np.exp(-(t - 1200) / 60), 0.0)
    shared = np.interp(at, t, np.where(t >= 1200, 1.5 * np.exp(-(t - 1200) / 120) + 0.3, 0.0))
    stays = np.where(at > 1200, 0.8, 0.0)
    base, eval_base = 1.0 + 2.0 * (1 + t / 20) ** -0.5, 1.1 + 2.0 * (1 + at / 20) ** -0.5
    train = (base + bump) * np.exp(rng.normal(0, 0.01, N))
    assert "loss-spike" in alarms(spread(train_loss=train, eval_loss=eval_base + shared))
    assert "loss-spike" not in alarms(spread(train_loss=train, eval_loss=eval_base + stays))


def _heavy(seed: int) -> np.ndarray:
    """Return a likelihood that single samples push up by anything: it comes down from 3.5 to -0.5."""
    rng = np.random.default_rng(seed)
    return -0.5 + 4.0 * np.exp(-np.arange(N) / 100) + 0.05 * (rng.standard_normal(N) + rng.pareto(1.2, N).clip(0, 60))


@pytest.mark.parametrize("seed", range(5))
def test_however_heavy_the_tail_a_point_far_above_the_start_is_a_spike(seed: int) -> None:
    value = _heavy(seed)
    assert "loss-spike" not in alarms(run_of(train_loss=value))
    value[1200] = 60.0
    told = [f for f in found(run_of(train_loss=value), "loss-spike") if f.severity is Severity.WARNING]
    assert [f.peak_step for f in told] == [1200]


def test_a_bad_start_that_settles_is_no_spike() -> None:
    level = np.where(np.arange(N) < 70, 1.95, 1.75 + 0.4 * np.exp(-np.arange(N) / 250))
    value = level * np.exp(0.06 * np.random.default_rng(1).standard_normal(N))
    assert found(run_of(train_loss=value), "loss-spike") == []


def _evaluated(loss: dict[int, float], metric: dict[int, float], n: int = 20) -> Run:
    """Return a run of few epochs, with factors on single evaluations of its loss and its accuracy."""
    step, rng = np.arange(1, n + 1), np.random.default_rng(0)
    noise = np.exp(rng.normal(0, 0.08, (2, n)))
    at = np.arange(n)
    curves = {
        "train/loss": 1.0 + 3.0 * np.exp(-at / 4),
        "val/loss": (2.2 + 3.0 * np.exp(-at / 2)) * noise[0],
        "val/accuracy": 0.5 * (1 - np.exp(-(at + 0.5) / 1.5)) * noise[1],
    }
    for name, factors in (("val/loss", loss), ("val/accuracy", metric)):
        for k, factor in factors.items():
            curves[name][k] *= factor
    return Run("made", "made", {t: Curve(t, step, v) for t, v in curves.items()})


def test_an_evaluation_that_is_spoilt_in_loss_and_metric_is_a_spike() -> None:
    (f,) = found(_evaluated({7: 4.0}, {7: 0.2}), "loss-spike")
    assert (f.tag, f.first_step, f.last_step, f.severity) == ("val/loss", 8, 9, Severity.WARNING)
    assert "val/accuracy fell from" in str(f.message)


def test_a_spoilt_evaluation_among_swings_is_only_worth_knowing() -> None:
    (f,) = found(_evaluated({7: 4.0}, {7: 0.2, 12: 0.3}), "loss-spike")
    assert f.severity is Severity.INFO


def test_one_of_the_two_alone_the_start_and_erratic_evaluations_are_no_spike() -> None:
    every = dict.fromkeys(range(5, 19, 4), 4.0)
    for loss, metric in (({7: 4.0}, {}), ({}, {7: 0.2}), ({1: 4.0}, {1: 0.2}), (every, dict.fromkeys(every, 0.2))):
        assert found(_evaluated(loss, metric), "loss-spike") == []


def test_few_points_and_no_metric_beside_an_evaluation_are_not_judged() -> None:
    few = decay(20)
    assert "at least 30 are needed" in unchecked(run_of(train_loss=few, eval_loss=few), "loss-spike")
    assert unchecked(run_of(train_loss=decay(40)), "loss-spike") == ""


def test_a_bump_of_what_little_is_left_near_zero_is_only_worth_knowing() -> None:
    value = 2.3 * np.exp(-np.minimum(np.arange(400) / 40, 5.0) + normal(400, 0.05))
    value[300:303] *= 3.0
    run = run_of(train_loss=value)
    assert [f.severity for f in found(run, "loss-spike")] == [Severity.INFO]
    value[300:303] = 1.2  # half of what had been learnt
    assert "loss-spike" in alarms(run_of(train_loss=value))


def test_a_bump_of_less_than_a_hundredth_of_a_quiet_loss_is_only_worth_knowing() -> None:
    """A boosting's evaluation is smooth to the fifth digit: that nothing is noise does not make a trifle matter."""
    value = 0.43 + 0.6 * np.exp(-np.arange(300) / 60) + normal(300, 1e-5)
    value[276:280] += 0.002
    assert {f.severity for f in found(run_of(train_loss=value), "loss-spike")} <= {Severity.INFO}
    value[276:280] += 0.02
    assert "loss-spike" in alarms(run_of(train_loss=value))


@pytest.mark.parametrize("seed", range(3))
def test_a_point_three_times_as_high_as_the_run_ever_was_is_told_whatever_the_tail(seed: int) -> None:
    value = 0.1 * np.exp(np.random.default_rng(seed).standard_normal(200)) * (1 + 9 * np.exp(-np.arange(200) / 5))
    assert "loss-spike" not in alarms(run_of(train_loss=value))
    value[125] = 4.0 * value.max()
    (f,) = found(run_of(train_loss=value), "loss-spike")
    assert (f.first_step, f.peak_step) == (125, 125)


def test_an_epoch_of_harder_batches_that_no_evaluation_notices_is_only_worth_knowing() -> None:
    train, evaluation = decay(60, 0.01), decay(60, 0.02)
    train[40] *= 1.4
    run = run_of(train_loss=train, eval_loss=evaluation)
    by_epoch = Run("made", "made", run.curves, x_axis="epoch")
    assert [f.severity for f in found(run, "loss-spike")] == [Severity.WARNING]
    assert [f.severity for f in found(by_epoch, "loss-spike")] == [Severity.INFO]
    evaluation[40] *= 1.4
    assert [f.severity for f in found(by_epoch, "loss-spike")] == [Severity.WARNING]


@pytest.mark.parametrize(("points", "many"), one_of(2, [(40_000, 666), (100_000, 5_000)]))
def test_spikes_that_fill_the_top_of_a_long_log_are_not_passed_over(points: int, many: int) -> None:
    value, rng = decay(points, 0.01), np.random.default_rng(0)
    value[rng.choice(np.arange(points // 10, points - 10), many, replace=False)] += 3.0
    assert "loss-spike" in alarms(run_of(train_loss=value))
