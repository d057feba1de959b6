"""metric-collapse: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.metric_collapse import MetricCollapse
from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from curveread.run.model import Curve
from curveread.run.roles import Role
from tests.support.curves import decay, run_of
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
