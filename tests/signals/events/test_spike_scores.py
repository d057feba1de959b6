"""OLMo 2's and OLMo-core's spike scores equal the loops of their definitions."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

import curveread as cr
from curveread.signals.events.spike_scores import recent, spike_scores
from tests.oracles.spike_score import spike_score
from tests.support.curves import decay, run_of


def curve(kind: str, n: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    value = 2.0 + 0.1 * rng.standard_normal(n)
    if kind == "spikes":
        value[rng.integers(200, n, n // 100)] += 5.0
    elif kind == "heavy":
        value = rng.standard_t(2, n)
    elif kind == "holes":
        value[rng.integers(0, n, n // 20)] = np.nan
        value[n // 2] = np.inf
    elif kind == "far":
        value[n // 3] = 1e30
        value[n // 2 :: 97] += 5.0
    elif kind == "constant":
        value[:] = 3.0
    return value


@pytest.mark.parametrize("kind", ["noise", "spikes", "heavy", "holes", "constant"])
@pytest.mark.parametrize("n", [0, 1, 150, 1499, 1500, 4000])
def test_equal_to_the_loops(kind: str, n: int) -> None:
    value = curve(kind, n) if n >= 400 else curve("noise", max(n, 1))[:n]
    scores = spike_scores(value)
    assert scores.get("olmo2_spike_score") == spike_score(value, 1000, 7.0, True)
    assert scores.get("olmo_core_spike_score") == spike_score(value, 128, 6.0, False)


def test_a_value_of_1e30_does_not_hide_what_follows_its_window() -> None:
    value = curve("far", 4000)
    assert spike_scores(value)["olmo_core_spike_score"] == pytest.approx(100 * (1 + 21) / (4000 - 64), rel=0.1)
    _, sd = recent(value, 128, 64)
    assert sd[-100] < 2.0


def test_scale_and_offset_change_nothing() -> None:
    value = curve("spikes", 4000)
    for scale, offset in ((1e-3, 0.0), (1e3, 0.0), (1.0, 1e6)):
        assert spike_scores(scale * value + offset) == spike_scores(value)


def test_figures_of_a_run() -> None:
    value = decay(4000)
    value[[2500, 3000, 3500]] *= 3.0
    run = run_of(train_loss=value, grad_norm=curve("noise", 4000))
    assert not any("spike_score" in key for key in cr.diagnose(run).summary)  # published for language models only
    summary = cr.diagnose(replace(run, config={"vocab_size": 512})).summary
    assert summary["olmo2_spike_score_loss"].to_json() == {"value": pytest.approx(100 * 3 / 3500), "unit": "%"}
    assert summary["olmo_core_spike_score_loss"].value == pytest.approx(100 * 3 / 3936)
    assert summary["olmo2_spike_score_grad_norm"].value == 0.0
    short = cr.diagnose(replace(run_of(train_loss=decay(1000)), config={"vocab_size": 512})).summary
    assert "olmo2_spike_score_loss" not in short
    assert "olmo_core_spike_score_loss" in short
    assert "olmo2_spike_score_grad_norm" not in short


def test_linear() -> None:
    value = np.random.default_rng(0).standard_normal(1_000_000)
    begin = time.process_time()
    spike_scores(value)
    assert time.process_time() - begin < 2.0
