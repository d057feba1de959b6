"""metric-collapse: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.metric_collapse import MetricCollapse
from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import found


def subject_of(accuracy: np.ndarray) -> Subject:
    """Return what the check of an accuracy is given."""
    view = CurveView(Curve("val_acc", np.arange(accuracy.size), accuracy, role=Role.EVAL_ACCURACY))
    return Subject({Role.EVAL_ACCURACY: (view,)}, (), 0, accuracy.size - 1)


def test_values_near_the_largest_float_do_not_overflow() -> None:
    value = 1.7e308 * np.r_[np.linspace(-0.9, 0.9, 50), np.full(50, -0.9)]
    with np.errstate(over="raise", invalid="raise"):
        (f,) = MetricCollapse().detect(subject_of(value))
    assert float(f.get("best-level")) > 5e307


@pytest.mark.parametrize("tag", ["val_acc", "episodic_return"])
def test_fall_for_good(tag: str) -> None:
    rng = np.random.default_rng(0)
    value = np.minimum(np.linspace(0.1, 1.8, 120), 0.95) + 0.01 * rng.standard_normal(120)
    value[80:] = 0.15 + 0.01 * rng.standard_normal(40)
    (f,) = found(run_of(**{tag: value}), "metric-collapse")
    assert f.severity is Severity.ERROR
    assert abs(f.first_step - 80) <= 2
    assert ("labels" in f.advice[1], "environment" in f.advice[1]) == (tag == "val_acc", tag != "val_acc")
    changed = [c for c in f.causes if c.cause == "data-changed"]
    assert all(("environment" in c.check and "labels" not in c.fix) == (tag != "val_acc") for c in changed)


def test_a_dip_that_recovers_and_noise_are_quiet() -> None:
    rng = np.random.default_rng(1)
    value = np.minimum(np.linspace(0.1, 1.8, 200), 0.9) + 0.05 * rng.standard_normal(200)
    value[120:130] = 0.2
    assert found(run_of(val_acc=value), "metric-collapse") == []


def test_after_a_divergence_it_is_folded() -> None:
    value = decay(2000)
    value[1200:] *= 3
    accuracy = np.r_[np.linspace(0.1, 0.9, 120), np.full(80, 0.1)] + 0.005 * np.random.default_rng(0).standard_normal(
        200
    )
    dx = diagnose(run_of(train_loss=value, train_acc=accuracy))
    assert [f.rule for f in dx.findings] == ["divergence"]
    assert "metric-collapse" in [f.rule for f in dx.findings[0].folded]


def fallen() -> np.ndarray:
    rng = np.random.default_rng(0)
    value = np.minimum(np.linspace(0.1, 1.8, 120), 0.95) + 0.01 * rng.standard_normal(120)
    value[80:] = 0.15 + 0.01 * rng.standard_normal(40)
    return value


def test_a_metric_that_never_moves_does_not_hide_one_that_collapses() -> None:
    still = np.zeros(120)
    (f,) = found(run_of(episode_reward=still, episode_reward_group=fallen()), "metric-collapse")
    assert f.tag == "episode_reward_group"


def test_quality_metrics_collapse_too_but_not_what_is_traded_for_another() -> None:
    assert [f.tag for f in found(run_of(val_miou=fallen()), "metric-collapse")] == ["val_miou"]
    assert found(run_of(val_precision=fallen()), "metric-collapse") == []
    assert found(run_of(val_fid=fallen()), "metric-collapse") == [], "lower is better"
    assert found(run_of(zork=fallen()), "metric-collapse") == [], "nobody knows what it is"


def risen(n: int = 200, top: float = 350.0, noise: float = 12.0, seed: int = 0) -> np.ndarray:
    """Return the returns of a policy that learns within the first half."""
    return np.minimum(np.linspace(20.0, 2 * top, n), top) + noise * np.random.default_rng(seed).standard_normal(n)


def test_a_reward_that_fell_and_came_back_is_a_warning_with_both_places() -> None:
    value = risen()
    value[120:132] = 12.6 + normal(12, 3.0)
    (f,) = found(run_of(episodic_return=value), "metric-collapse")
    assert f.severity is Severity.WARNING
    assert (f.first_step, f.last_step) == (pytest.approx(120, abs=1), pytest.approx(132, abs=3))
    assert float(f.get("lowest-level")) < 30.0
    lost = float(f.get("share-of-the-gain-that-was-lost"))
    gained = float(f.get("best-level")) - float(np.median(value[:5]))
    assert lost == pytest.approx((float(f.get("best-level")) - float(f.get("lowest-level"))) / gained, rel=0.25)
    value[120:132] -= 1e5
    (f,) = found(run_of(episodic_return=value), "metric-collapse")
    assert f.get("share-of-the-gain-that-was-lost") == 10.0  # beyond all that was gained: a share says no more
    assert f.get("largest-other-fall") <= 1e3


def test_a_smooth_mean_of_many_episodes_shows_it_in_few_points() -> None:
    value = np.r_[-20.0 + 8.0 * (1 - np.exp(-np.arange(20) / 5.0)), -16.8, -13.8, -13.1, -12.6, -12.2]
    (f,) = found(run_of(rollout_ep_rew_mean=value), "metric-collapse")
    assert (f.severity, f.first_step) == (Severity.WARNING, 20)


@pytest.mark.parametrize("seed", range(5))
def test_returns_that_wander_are_quiet(seed: int) -> None:
    rng = np.random.default_rng(seed)
    smooth = np.convolve(risen(219, noise=120.0, seed=seed), np.full(20, 0.05), mode="valid")
    heavy = risen(noise=0.0) + 40.0 * rng.standard_t(2, 200)
    few = (rng.random(200) < np.linspace(0.2, 0.9, 200)).astype(float)
    for value in (risen(noise=120.0, seed=seed), smooth, heavy, few):
        assert found(run_of(episodic_return=value), "metric-collapse") == []


def test_one_lucky_batch_after_the_fall_is_not_its_beginning() -> None:
    value = np.r_[np.linspace(0.2, 0.8, 60), np.full(60, 0.8), np.full(80, 0.3)] + normal(200, 0.1)
    value[189:192] = 0.9
    (f,) = found(run_of(reward=value), "metric-collapse")
    assert f.severity is Severity.ERROR
    assert abs(f.first_step - 120) <= 8


@pytest.mark.parametrize(("left", "lasting"), [(0.35, True), (0.65, False)])
def test_more_than_half_of_what_was_gained_must_be_lost(left: float, lasting: bool) -> None:
    value = risen(noise=5.0)
    value[140:] = 20.0 + left * 330.0 + normal(60, 5.0)
    assert bool(found(run_of(episodic_return=value), "metric-collapse")) is lasting


def test_a_return_that_keeps_part_of_its_gain_is_an_alarm_only_far_beyond_its_own_moves() -> None:
    calm = risen(noise=5.0)
    calm[140:] = 20.0 + 0.35 * 330.0 + normal(60, 5.0)
    restless = calm.copy()
    restless[60:90] -= 130.0  # it had lost as much before, and won it back
    graver = {name: found(run_of(episodic_return=v), "metric-collapse") for name, v in (("c", calm), ("r", restless))}
    assert [f.severity for f in graver["c"]] == [Severity.ERROR]
    assert all(f.severity < Severity.ERROR for f in graver["r"])


def test_a_part_of_the_reward_is_not_judged_beside_the_whole() -> None:
    part = risen()
    part[120:] = 20.0
    curves = {
        "reward": Curve("reward", np.arange(200), risen()),
        "rewards/format_reward_fn/mean": Curve("rewards/format_reward_fn/mean", np.arange(200), part),
    }
    assert found(Run("r", "r", curves), "metric-collapse") == []
    summed = {"total_reward": risen(), "queue_reward": part, "speed_reward": 3.0 * risen() - 2.0 * part}
    assert found(run_of(**summed), "metric-collapse") == []
    assert found(run_of(**{**summed, "speed_reward": risen(seed=1)}), "metric-collapse")[0].tag == "queue_reward"
    alone = {"rewards/format_reward_fn/mean": curves["rewards/format_reward_fn/mean"]}
    assert found(Run("r", "r", alone), "metric-collapse") != []


def test_the_success_of_a_policy_is_judged_as_its_return_is() -> None:
    success = np.clip(np.linspace(0.0, 1.6, 200), 0.0, 0.8) + normal(200, 0.02)
    success[130:145] = 0.05
    policy = run_of(success_rate=success, approx_kl=np.full(200, 0.01), episodic_return=risen())
    (f,) = found(policy, "metric-collapse")
    assert (f.tag, f.severity) == ("success_rate", Severity.WARNING)


def restless(seed: int, n: int = 80) -> np.ndarray:
    """Return the returns of a learner that now and then loses most of what it had, and soon wins it back."""
    value = np.clip(np.linspace(20.0, 1800.0, n), 20.0, 480.0) + normal(n, 60.0, seed)
    for first in (27, 40, 52):
        value[first : first + 5] = 60.0 + normal(5, 20.0, first)
    return value


@pytest.mark.parametrize("seed", range(8))
def test_a_restless_return_that_lies_at_its_start_for_longer_than_ever_sank(seed: int) -> None:
    value = restless(seed)
    assert found(run_of(episodic_return=value), "metric-collapse") == []
    value[-18:] = 10.0 + normal(18, 0.5)
    (f,) = found(run_of(episodic_return=value), "metric-collapse")
    assert (f.severity, f.last_step) == (Severity.ERROR, 79)


def test_in_few_evaluations_too() -> None:
    healthy = np.array([62.0, 271.0, 172.0, 342.0, 222.0, 278.0, 194.0, 267.0, 191.0, 195.0, 203.0, 60.0, 197.0, 206.0])
    assert found(run_of(eval_return=healthy), "metric-collapse") == []
    (f,) = found(run_of(eval_return=np.r_[healthy[:8], 9.6, 9.0, 10.0, 9.0, 9.6, 9.2, 9.3]), "metric-collapse")
    assert (f.severity, f.first_step) == (Severity.ERROR, 8)


def test_a_metric_that_fell_and_came_back_is_told_from_its_first_evaluation_on() -> None:
    """As where a warm-up spoils a pretrained detector, which needs half of the run to be what it was."""
    spoilt = np.r_[0.98, np.linspace(0.73, 0.04, 9), np.linspace(0.2, 0.93, 14), 0.93 + normal(26, 0.02)]
    (f,) = found(run_of(**{"metrics/mAP50(B)": spoilt}), "metric-collapse")
    assert f.severity is Severity.WARNING
    assert f.get("best-level") == pytest.approx(0.98)
    at_chance = {"val_accuracy": 0.01 * spoilt}
    assert found(run_of(**at_chance), "metric-collapse") == []
