"""throughput-drop: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import decay, normal
from tests.support.verdicts import found


def timed(seconds: np.ndarray) -> Run:
    n = seconds.size
    return Run("r", "r", {"loss": Curve("loss", np.arange(n), decay(n), 1e9 + np.cumsum(seconds))})


def test_half_speed_since_a_step() -> None:
    seconds = np.where(np.arange(2000) < 1100, 1.0, 2.0) * np.exp(normal(2000, 0.1))
    (f,) = found(timed(seconds), "throughput-drop")
    assert f.severity is Severity.WARNING
    assert abs(f.first_step - 1100) <= 100
    assert f.get("against-the-best") == pytest.approx(0.5, abs=0.05)
    assert f.get("time-lost") == pytest.approx(900, rel=0.15)


def test_the_slow_part_counts_as_work() -> None:
    seconds = np.where(np.arange(600) < 330, 0.7, 2.1) * np.exp(normal(600, 0.02))
    (f,) = found(timed(seconds), "throughput-drop")
    assert abs(f.first_step - 330) <= 30
    assert f.get("time-lost") == pytest.approx((600 - 330) * (2.1 - 0.7), rel=0.15)


def test_a_logged_throughput_is_read() -> None:
    rate = np.where(np.arange(400) < 200, 1000.0, 400.0) * np.exp(normal(400, 0.05))
    curves = {t: Curve(t, np.arange(400), v, 1e9 + 5.0 * np.arange(400)) for t, v in
              (("train/tokens_per_second", rate), ("eval/tokens_per_second", rate[::-1]))}  # fmt: skip
    (f,) = found(Run("r", "r", curves), "throughput-drop")
    assert f.tag == "train/tokens_per_second"


def test_evaluations_pauses_short_runs_and_dips_are_quiet() -> None:
    t = np.arange(2000)
    noise = np.exp(normal(2000, 0.1))
    late_evals = np.where((t > 1200) & (t % 5 == 0), 60.0, 1.0) * noise
    pause = np.where(t == 1500, 20_000.0, 1.0) * noise
    dip = np.where((t > 700) & (t < 1300), 3.0, 1.0) * noise
    short = np.where(t < 1100, 0.01, 0.03) * noise
    slow_start = np.where(t < 300, 3.0, 1.0) * noise
    for seconds in (late_evals, pause, dip, short, slow_start):
        assert found(timed(seconds), "throughput-drop") == []


def _logged(tag: str, value: np.ndarray, **more: np.ndarray) -> Run:
    step = np.arange(value.size) * 5
    loss = Curve("lm loss", step, decay(value.size))
    return Run(
        "r", "r", {"lm loss": loss, tag: Curve(tag, step, value)} | {t: Curve(t, step, v) for t, v in more.items()}
    )


def test_a_time_per_step_that_grows_is_read() -> None:
    grown = (30_000.0 + 4_000.0 * np.arange(120)) * np.exp(normal(120, 0.03))
    (f,) = found(_logged("elapsed time per iteration (ms)", grown), "throughput-drop")
    assert f.get("level-of-the-last-fifth") > 3.0 * f.get("best-level")
    assert any("piles up" in a for a in f.advice)


def test_times_that_are_not_of_a_training_step_are_quiet() -> None:
    grown = (30.0 + 4.0 * np.arange(120)) * np.exp(normal(120, 0.03))
    level = 30.0 * np.exp(normal(120, 0.2))
    for run in (
        _logged("iteration time (s)", level),
        _logged("total time (s)", np.cumsum(level)),
        _logged("eval batch time (s)", grown),
        _logged("time_this_iter_s", grown, episode_reward_mean=grown),  # longer episodes are what was learnt
        _logged("batch time (s)", grown / 1e4),  # seconds in all
    ):
        assert found(run, "throughput-drop") == []


def test_a_replay_buffer_that_is_filled_first_is_no_speed_to_keep() -> None:
    speed = np.r_[np.full(20, 4000.0), np.full(100, 900.0)] * np.exp(normal(120, 0.03))
    reward = np.linspace(20.0, 400.0, 120)
    learns = _logged("time/fps", speed, **{"rollout/ep_rew_mean": reward, "train/approx_kl": np.full(120, 0.01)})
    assert len(found(learns, "throughput-drop")) == 1
    collects = _logged(
        "time/fps", speed, **{"rollout/ep_rew_mean": reward, "rollout/exploration_rate": np.linspace(1.0, 0.05, 120)}
    )
    assert found(collects, "throughput-drop") == []
