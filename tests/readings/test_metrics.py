"""Further metrics: direction, best step, and disagreement with the loss only beyond noise."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.diagnosis import Statement
from curveread.readings.keep import keep_of
from curveread.readings.metrics import metric_statements, metric_summary, metrics_of
from curveread.run.model import Curve, Run
from curveread.signals.scale import bend_noise
from tests.readings.made import decaying, made, views
from tests.support.curves import run_of

N = np.arange(40)
LOSS = 2.0 + 0.001 * (N - 12.0) ** 2 + 0.005 * (-1.0) ** N


def _said(run: Run) -> list[Statement]:
    found = views(run)
    return metric_statements(metrics_of(found), keep_of(run, found))


@pytest.mark.parametrize(
    ("tag", "value", "best"),
    [
        ("eval__rougeL", 0.4 - 0.0002 * (N - 30.0) ** 2, 1550),
        ("eval_rouge1", 0.4 - 0.0002 * (N - 30.0) ** 2, 1550),
        ("eval__accuracy", 0.4 - 0.0002 * (N - 30.0) ** 2, 1550),
        ("eval__wer", 0.1 + 0.0002 * (N - 30.0) ** 2, 1550),
        ("eval__bertscore_f1", 0.8 - 0.0002 * (N - 30.0) ** 2, 1550),
        ("eval__pass_1", 0.1 - 0.0001 * (N - 30.0) ** 2, 1550),
        ("eval__exact_match", 0.1 - 0.0001 * (N - 30.0) ** 2, 1550),
        ("train__reward", -5.0 - 0.01 * (N - 30.0) ** 2, 1550),
    ],
)
def test_each_metric_has_its_own_best_step(tag: str, value: np.ndarray, best: int) -> None:
    (metric,) = metrics_of(views(made(evals=LOSS, **{tag: value})))
    assert metric.step == best
    ((name, reading),) = metric_summary([metric]).items()
    assert name.startswith("best_")
    assert (reading.value, reading.step) == (pytest.approx(value[30]), best)


def test_disagreement_with_the_loss_is_said() -> None:
    rouge = 0.4 - 0.0002 * (N - 30.0) ** 2 + 0.001 * (-1.0) ** N
    text = _said(made(evals=LOSS, eval__rougeL=rouge))[0].text
    assert text.startswith("eval/loss is best at step")
    assert "but eval/rougeL at step 1,550: they disagree by more than noise." in text


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_noise_is_no_disagreement(noise: float) -> None:
    rng = np.random.default_rng(3)
    loss = 2.0 + noise * rng.standard_normal(40)
    rouge = 0.4 + 0.02 * rng.standard_normal(40)
    assert not _said(made(evals=loss, eval__rougeL=rouge))


def test_speeds_counters_and_constants_are_no_metrics() -> None:
    run = made(evals=LOSS, eval__runtime=N * 1.0, eval__samples_per_second=N * 1.0, eval__accuracy=np.full(40, 0.5))
    assert metrics_of(views(run)) == ()
    assert _said(run) == []


def test_held_out_metrics_go_before_those_of_training() -> None:
    run = made(evals=LOSS, train__accuracy=N / 50.0, eval__accuracy=N / 60.0)
    assert [m.view.tag for m in metrics_of(views(run))] == ["eval/accuracy"]


def test_of_a_long_noisy_reward_the_best_stretch_counts() -> None:
    rng = np.random.default_rng(0)
    reward = np.minimum(np.arange(400.0), 300) + 20 * rng.standard_normal(400)
    reward[50] = 900.0
    (metric,) = metrics_of(views(made(np.ones(400), every=1, train__reward=reward)))
    assert metric.step > 250
    assert metric.value < 400


def test_one_metric_under_two_names_is_told_once_and_a_settled_one_never() -> None:
    reward = 0.4 - 0.0002 * (N - 30.0) ** 2
    run = made(evals=LOSS, train__reward=reward, train__rewards=reward, train__reward_risk=-1.0 * (N == 3))
    assert [m.view.tag for m in metrics_of(views(run))] == ["train/reward"]


def test_the_overall_average_precision_leads_and_keeps_its_name() -> None:
    curves = {"metrics/mAP50(B)": N / 50.0, "metrics/mAP50-95(B)": N / 90.0, "acc": N / 41.0}
    run = Run("r", "r", {t: Curve(t, N * 100, v) for t, v in curves.items()})
    metrics = metrics_of(views(run))
    assert [m.view.tag for m in metrics] == ["metrics/mAP50-95(B)", "metrics/mAP50(B)"]
    assert [f.label for f in metric_summary(metrics).values()] == ["best metrics/mAP50-95(B)", "best metrics/mAP50(B)"]


@pytest.mark.parametrize(("height", "told"), [(2.6, False), (3.5, True)])
def test_beyond_noise_is_three_standard_errors_of_a_difference_of_medians(height: float, told: bool) -> None:
    """Those of three neighbours have an error of 1.25 sqrt(2 / 3) times the noise, about that of one value."""
    wave = (-1.0) ** N
    noise = bend_noise(wave)
    step = height * noise * (N >= 20)
    assert bool(_said(made(evals=2.0 + 0.01 * (step + wave), eval__rougeL=0.4 + 0.01 * (step - wave)))) is told


@pytest.mark.parametrize("n", [60, 61])
def test_the_best_of_a_long_curve_is_a_stretch_and_told_beside_its_best_point(n: int) -> None:
    value = 0.4 - 0.0002 * (np.arange(n) - 30.0) ** 2
    value[5] = 0.9
    run = made(decaying(n * 50), evals=np.resize(LOSS, n), eval__rougeL=value)
    said, (figure,) = _said(run), metric_summary(metrics_of(views(run))).values()
    if n == 60:
        assert (said, figure.label, figure.value) == ([], "best eval/rougeL", 0.9)
        return
    assert (figure.label, round(figure.value, 2)) == ("best level of eval/rougeL", 0.4)
    assert "is best around step 1,5" in said[0].text
    assert "; its highest point is 0.9, at step 300." in said[0].text


def test_a_return_is_told_with_that_of_the_first_episodes_and_its_end() -> None:
    reward = np.minimum(np.linspace(20.0, 800.0, 200), 400.0)
    reward[180:] = 300.0
    run = run_of(eval_success_rate=np.linspace(0.0, 0.9, 200), episodic_return=reward)
    (statement,) = [s for s in diagnose(run).statements if s.topic == "metric"]
    said = str(statement.text)
    assert said.index("episodic_return") < said.index("eval_success_rate")
    assert "after around 37.64 at the start; the log ends around 300" in said.replace("\u202f", "")


def test_a_return_that_was_best_at_the_start_is_told_once() -> None:
    reward = np.array([52.0, 30.0, 31.0, 22.0, 35.0, 18.0, 25.0, 33.0, 19.0, 27.0, 21.0, 18.5])
    said = " ".join(str(s.text) for s in diagnose(run_of(episodic_return=reward)).statements if s.topic == "metric")
    assert "is best at step 0 (52), at the start; the log ends at 18.5." in said
