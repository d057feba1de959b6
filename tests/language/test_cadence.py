"""Rates, what they resolve and what they cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.language import cadence


@pytest.mark.parametrize(
    ("steps", "rounded"), [(0.3, 1), (1, 1), (7, 5), (24.9, 20), (25, 25), (99, 50), (333, 250), (1000, 1000)]
)
def test_round_steps(steps: float, rounded: int) -> None:
    assert cadence.round_steps(steps) == rounded


@given(st.floats(1.0, 1e9))
def test_rounding_never_goes_up_and_stays_near(steps: float) -> None:
    assert 0.39 * steps <= cadence.round_steps(steps) <= steps * (1 + 1e-9)


def test_a_better_interval_follows_the_conventions() -> None:
    assert cadence.better_interval(100_000, None) == 1000  # long: every 1,000 steps
    assert cadence.better_interval(3_000, None) == 100  # short: twenty times
    assert cadence.better_interval(3_000, 1_000) == 50  # three epochs: fifteen times an epoch
    assert cadence.better_interval(100_000, 200) == 500  # five hundred epochs: not 7,500 times
    assert cadence.better_interval(5, None) == 1


def test_what_an_axis_counts() -> None:
    assert cadence.counted("step") == cadence.counted("train/global_step") == cadence.counted("iteration") == "step"
    assert cadence.counted("epoch") == "epoch"
    assert cadence.counted("tokens") == cadence.counted("seconds") == ""


def test_the_length_of_an_epoch() -> None:
    step = np.arange(0, 1001, 10)
    assert cadence.epoch_length(step, step / 250.0) == pytest.approx(250.0)
    assert cadence.epoch_length(step, np.floor(step / 250.0)) == pytest.approx(250.0)
    assert cadence.epoch_length(step, np.zeros(step.size)) is None
    assert cadence.epoch_length(step, np.full(step.size, np.nan)) is None
    assert cadence.epoch_length(step[:1], step[:1].astype(float)) is None


def test_rhythm() -> None:
    found = cadence.rhythm_of(np.arange(0, 10_001, 500), "step", 2_000.0)
    assert found == cadence.Rhythm(21, 500.0, "step", 4.0)
    assert found.per_thousand == 2.0
    assert cadence.rhythm_of(np.arange(20), "epoch", None) == cadence.Rhythm(20, 1.0, "epoch", 1.0)
    assert cadence.rhythm_of(np.array([5]), "step", None) is None
    assert cadence.rhythm_of(np.array([5, 5, 5]), "step", None) is None
    assert cadence.rhythm_of(np.arange(20), "tokens", None) is None


def test_the_smallest_rise_is_what_a_test_of_medians_sees() -> None:
    rng = np.random.default_rng(0)
    noise, evals = 0.01, 200
    rise = cadence.smallest_rise(noise, evals)
    m = evals // 10
    z = np.array([np.median(rng.normal(rise, noise, m)) - np.median(rng.normal(0, noise, m)) for _ in range(2000)])
    assert z.mean() / z.std() == pytest.approx(4.0, rel=0.15)
    assert cadence.smallest_rise(noise, 5) == pytest.approx(4 * noise * np.sqrt(2))
    assert cadence.smallest_rise(0.0, 50) == 0.0


def clock(n: int, every: int, pause: float, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps and wall times of a log of every tenth step, a second each, with a pause at every evaluation."""
    step = np.arange(0, n, 10)
    evals = np.arange(every, n, every)
    seconds = 10.0 + 0.3 * np.random.default_rng(seed).standard_normal(step.size)
    wall = 1.7e9 + np.cumsum(seconds) + pause * np.searchsorted(evals, step, side="left")
    return step, wall, evals


def test_pauses_of_evaluations_are_read_off_the_clock() -> None:
    step, wall, evals = clock(2000, 100, 12.0)
    cost = cadence.eval_cost(np.empty(0), step, wall, evals)
    assert cost is not None
    assert not cost.measured
    assert cost.seconds == pytest.approx(19 * 12.0, rel=0.05)
    assert cost.share == pytest.approx(19 * 12.0 / (wall[-1] - wall[0]), rel=0.05)


def test_a_clock_without_pauses_says_nothing() -> None:
    step, wall, evals = clock(2000, 100, 0.0)
    assert cadence.eval_cost(np.empty(0), step, wall, evals) is None
    assert cadence.eval_pauses(step, wall, evals[:4]) is None
    assert cadence.eval_pauses(step[:20], wall[:20], evals) is None


def test_logged_times_win_and_a_night_is_no_training() -> None:
    step, wall, evals = clock(2000, 100, 12.0)
    wall = wall + np.where(step > 1000, 40_000.0, 0.0)
    cost = cadence.eval_cost(np.full(19, 11.0), step, wall, evals)
    assert cost is not None
    assert cost.measured
    assert cost.seconds == 19 * 11.0
    assert cost.share == pytest.approx(19 * 11.0 / (2000 + 19 * 12), rel=0.05)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=60))
def test_any_clock_survives(times: list[float]) -> None:
    wall = np.array(times)
    step = np.arange(wall.size)
    cost = cadence.eval_cost(np.empty(0), step, wall, step[::5])
    assert cost is None or 0.0 <= cost.share <= 1.0


def test_lines_for_the_trainer() -> None:
    assert cadence.arguments(eval_steps=250) == 'eval_strategy="steps", eval_steps=250, save_steps=250'
    assert cadence.arguments(logging_steps=10) == "logging_steps=10"
