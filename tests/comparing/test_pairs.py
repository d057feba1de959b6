"""Two runs against each other: where they part, whether one loss is a multiple, how far they lie apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import curveread as cr
from curveread.findings.comparison import Comparison
from curveread.run.model import Curve, Run
from tests.readings.made import decaying, made


def _compared(*runs: Run) -> Comparison:
    """Compare runs of which one check alone was asked for: what it found does not matter here."""
    return cr.compare([cr.diagnose(run, select=["time-gap"]) for run in runs])


def _said(found: Comparison, topic: str) -> str:
    return " ".join(s.text for s in found.statements if s.topic == topic)


def _forked(at: int, *, rate_at: int | None = None) -> tuple[Run, Run]:
    loss = decaying(seed=1)
    other = loss.copy()
    other[at:] += 0.05 * np.random.default_rng(2).standard_normal(loss.size - at)
    rate = np.ones(loss.size)
    changed = rate.copy()
    changed[rate_at or loss.size :] = 0.1
    return made(loss, rate=rate, name="a"), made(other, rate=changed, name="b")


def test_where_two_runs_part_is_told() -> None:
    said = _said(_compared(*_forked(1200)), "parting")
    assert "a and b are the same in train/loss until step 1,199 and differ from step 1,200 on" in said
    assert "first to differ" not in said


def test_the_learning_rate_that_differed_first_is_named() -> None:
    said = _said(_compared(*_forked(1200, rate_at=1190)), "parting")
    assert "is the first to differ, from step 1,190 on." in said


def test_runs_part_where_only_one_is_infinite() -> None:
    one, _ = _forked(1200)
    loss = one["train/loss"].value.copy()
    loss[1200:] = np.inf
    said = _said(_compared(one, made(loss, name="b")), "parting")
    assert "the same in train/loss until step 1,199 and differ from step 1,200 on" in said


def test_one_run_twice_is_told() -> None:
    one = made(decaying(), name="a")
    assert "the same in every train/loss they share" in _said(_compared(one, replace(one, name="b")), "parting")


@pytest.mark.parametrize("seed", range(5))
def test_other_seeds_part_nowhere(seed: int) -> None:
    runs = [made(decaying(seed=seed), name="a"), made(decaying(seed=seed + 50), name="b")]
    found = _compared(*runs)
    assert _said(found, "parting") == _said(found, "factor") == ""
    assert "nothing tells" in _said(found, "difference")


def test_a_constant_start_is_no_shared_past() -> None:
    still = np.concatenate([np.full(50, 2.3), decaying(500, seed=3)])
    other = np.concatenate([np.full(50, 2.3), decaying(500, seed=4)])
    assert _said(_compared(made(still, name="a"), made(other, name="b")), "parting") == ""


def _scaled(times: float, **config: Any) -> Comparison:
    evals = np.linspace(3.0, 2.0, 40) + 0.005 * (-1.0) ** np.arange(40)
    small = made(decaying(seed=5), evals=evals, name="a", config={"gradient_accumulation_steps": 1})
    return _compared(small, made(times * decaying(seed=6), evals=times * evals, name="b", config=config))


def test_a_loss_summed_over_micro_batches_is_a_multiple() -> None:
    found = _scaled(4.0, gradient_accumulation_steps=4)
    said = _said(found, "factor")
    assert "train/loss of b is 4 times that of a all along" in said
    assert "gradient_accumulation_steps differs by the same factor" in said
    assert found.ranked == ()


def test_without_such_a_setting_it_is_said_where_to_look() -> None:
    assert "look at gradient accumulation and world size" in _said(_scaled(8.0), "factor")


@pytest.mark.parametrize("times", [1.0, 1.3, 2.4])
def test_what_is_no_whole_factor_is_none(times: float) -> None:
    assert _said(_scaled(times), "factor") == ""


def test_a_better_model_is_no_factor() -> None:
    runs = [made(decaying(seed=7), name="a"), made(decaying(seed=8) ** 2.0, name="b")]
    assert _said(_compared(*runs), "factor") == ""


@pytest.mark.slow
def test_the_interval_of_the_difference_holds() -> None:
    inside = 0
    for seed in range(40):
        found = _compared(made(decaying(seed=seed), name="a"), made(decaying(seed=seed + 100) + 0.02, name="b"))
        (apart,) = found.differences
        assert (apart.run, apart.reference, apart.tag) == ("b", "a", "train/loss")
        inside += int(apart.low[-1] <= 0.02 <= apart.high[-1])
    assert 34 <= inside <= 40  # 95 % of 40 is 38


def test_shared_noise_falls_away() -> None:
    loss = decaying(seed=9)
    (apart,) = cr.compare(
        [made(loss, name="a"), made(loss + 0.001 * np.arange(loss.size) / loss.size, name="b")]
    ).differences
    assert apart.high[-1] - apart.low[-1] < 1e-4
    assert apart.value[-1] == pytest.approx(0.00095, abs=5e-5)


def test_a_metric_ranks_detectors() -> None:
    def detector(name: str, top: float) -> Run:
        step = np.arange(1, 21)
        rise = top * (1.0 - np.exp(-step / 4.0))
        curves = [Curve("metrics/mAP50-95(B)", step, rise), Curve("val/box_loss", step, 2.0 - rise)]
        return Run(name, name, {c.tag: c for c in curves})

    found = cr.compare([detector("a", 0.3), detector("b", 0.5)])
    assert found.ranked == ("b", "a")
    assert "Best metrics/mAP50-95(B): b (" in _said(found, "ranking")
    assert "lower." in _said(found, "ranking")


def test_who_is_ahead_at_the_end_is_told_where_it_is_another() -> None:
    step = np.arange(1, 61)
    falls = 2.0 * np.exp(-step / 10.0) + 0.5
    spoilt = np.where(step > 30, 0.45 + 0.02 * (step - 30), falls - 0.1)
    runs = [Run(n, n, {"eval/loss": Curve("eval/loss", step, y)}) for n, y in (("a", falls), ("b", spoilt))]
    found = _compared(*runs)
    assert found.ranked == ("b", "a")
    assert "By the mean of its last tenth a is ahead" in _said(found, "ranking")
