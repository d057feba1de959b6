"""What to keep, what was spent after it, what early stopping would have done."""

from __future__ import annotations

import numpy as np
import pytest

import curveread as cr
from curveread.findings.diagnosis import Statement
from curveread.readings.keep import Keep, checkpoints, keep_of, keep_statements, keep_summary
from curveread.run.model import Curve, Run
from tests.readings.made import made, views

WOBBLE = 0.01 * np.array([0, 1, -1, 1, 0, -1, 1, 0, -1, 1] * 4)[:40]
RISING = np.concatenate([np.linspace(3.0, 2.0, 15), np.linspace(2.02, 2.9, 25)]) + WOBBLE
FALLING = np.linspace(3.0, 2.0, 40) + WOBBLE


def _keep(run: Run, price: float | None = None) -> Keep:
    found = keep_of(run, views(run), (), price)
    assert found is not None
    return found


def _said(run: Run, price: float | None = None) -> list[Statement]:
    return keep_statements(run, _keep(run, price))


def test_what_was_spent_after_the_best() -> None:
    run = made(evals=RISING, clock=36.0, num_tokens=np.arange(1, 41) * 1e6)
    keep = _keep(run, 10.0)
    assert keep.at == 750
    assert keep.share == pytest.approx((2000 - 750) / 2000, abs=0.01)
    assert keep.seconds == pytest.approx(36.0 * 1249, rel=0.01)
    assert keep.tokens == pytest.approx(25e6)
    assert keep.cost == pytest.approx(124.9, rel=0.01)
    text = _said(run, 10.0)[0].text
    for part in ("lowest at step 750", "1,250 steps (62 % of the run)", "12 h 29 min", "25M tokens", "That cost 125"):
        assert part in text
    summary = keep_summary(keep)
    assert {n: r.unit for n, r in summary.items()} == {
        "share_of_compute_after_best": "ratio",
        "seconds_after_best": "s",
        "tokens_after_best": "tokens",
        "cost_after_best": "",
    }
    assert set(keep_summary(_keep(made(evals=RISING)))) == {"share_of_compute_after_best"}


def test_a_pause_is_not_compute() -> None:
    run = made(evals=RISING, clock=10.0)
    wall = np.array(run["train/loss"].wall_time)
    wall[1500:] += 1e6
    curve = run["train/loss"]
    paused = Run("a", "a", {**run.curves, "train/loss": type(curve)("train/loss", curve.step, curve.value, wall)})
    assert _keep(paused).seconds == pytest.approx(12490, rel=0.01)


def test_ties_are_within_the_noise_and_checkpoints_are_judged_by_their_eval() -> None:
    run = made(evals=RISING, checkpoints=(500, 800, 1500))
    keep = _keep(run)
    assert 0.005 < keep.error < 0.03
    assert [int(s) for s in keep.step[keep.ties]] == [750, 800]
    assert [(c.step, c.tied_with_best) for c in checkpoints(run, keep)] == [(500, False), (800, True), (1500, False)]
    assert [c.tied_with_best for c in checkpoints(run, None)] == [None, None, None]
    assert "As good within the noise of an eval (±0.0182): step 800" in _said(run)[0].text
    assert "best checkpoint on disk is checkpoint-800 (step 800), tied with the best" in _said(run)[0].text
    far = made(evals=RISING, checkpoints=(1500,))
    assert "checkpoint-1500 (step 1,500), worse than the best eval by more than the noise" in _said(far)[0].text


def test_the_checkpoint_to_keep_is_the_best_on_disk_not_the_nearest() -> None:
    evals = RISING.copy()
    evals[15] = 2.6  # an outlier next to the best eval, at step 800
    run = made(evals=evals, checkpoints=(600, 800, 1500))
    assert "best checkpoint on disk is checkpoint-600 (step 600)" in _said(run)[0].text


def test_a_detector_is_kept_by_its_average_precision() -> None:
    precision = 0.5 - 0.0002 * (np.arange(40) - 30.0) ** 2 + 0.001 * (-1.0) ** np.arange(40)
    run = made(evals=RISING, bbox_mAP=precision, bbox_mAP_50=precision + 0.2)
    keep = _keep(run)
    assert (keep.tag, keep.at, keep.higher) == ("bbox_mAP", int(run["bbox_mAP"].step[int(np.argmax(precision))]), True)
    assert keep_statements(run, keep)[0].text.startswith("bbox_mAP is best at step")
    assert _keep(made(evals=RISING, eval__f1=precision)).tag == "eval/loss"


def test_a_checkpoint_far_from_every_eval_is_not_judged() -> None:
    run = made(np.ones(4000), evals=RISING, checkpoints=(3900,))
    assert checkpoints(run, _keep(run))[0].tied_with_best is None


def test_a_run_that_is_best_at_its_end_is_told_so_in_one_sentence() -> None:
    said = _said(made(evals=FALLING - 0.0001 * np.arange(40) - 0.1 * (np.arange(40) == 39)))
    assert len(said) == 1
    assert said[0].text.endswith("the last eval: the end of the run is what to keep.")
    tied = np.concatenate([FALLING, [2.0, 1.99, 2.0, 1.995]])
    assert "the last eval is tied with it" in _said(made(np.ones(2300), evals=tied))[0].text


def test_evals_that_became_nan_are_no_end() -> None:
    evals = np.concatenate([np.linspace(3, 2, 20), np.full(20, np.nan)])
    text = _said(made(evals=evals))[0].text
    assert "the end of the run is what to keep" not in text
    assert "After it the run spent" in text
    assert "The evals after it are not numbers." in text


def test_early_stopping_names_the_least_patience_that_keeps_the_best() -> None:
    text = _said(made(evals=RISING))[1].text
    assert text == "Early stopping with a patience of 1 eval would have kept it and ended the run at step 800."
    assert len(_said(made(evals=FALLING))) == 1


@pytest.mark.parametrize("evals", [None, np.array([2.0, 1.9])])
def test_too_few_evals_say_nothing(evals: np.ndarray | None) -> None:
    run = made(evals=evals)
    assert keep_of(run, views(run)) is None
    assert keep_statements(run, None) == []
    assert keep_summary(None) == {}


def test_a_run_that_never_learned_has_nothing_to_keep(samples: str) -> None:
    dx = cr.diagnose(cr.read_all(f"{samples}/no-learning")[0])
    assert not [s for s in dx.statements if s.topic in ("keep", "early-stopping", "metric")]


def test_an_evaluation_of_weights_put_back_is_not_one_of_the_last_step() -> None:
    precision = 0.5 - 0.0002 * (np.arange(40) - 30.0) ** 2
    run = made(evals=RISING, metrics__mAP50_95=precision)
    logged = run["metrics/mAP50_95"]
    again = Curve(logged.tag, np.r_[logged.step, logged.step[-1]], np.r_[logged.value, logged.value.max() + 0.001])
    run = Run("a", "a", {**run.curves, logged.tag: again})
    keep = _keep(run)
    assert (keep.at, keep.value.size) == (int(logged.step[30]), 40)
    assert "the last eval" not in keep_statements(run, keep)[0].text
    (best,) = (k for k in cr.diagnose(run).summary.values() if "mAP" in str(k.label))
    assert best.step == keep.at
