"""outlier-batch: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from tests.support.curves import decay, run_of, spread
from tests.support.verdicts import found

N = 2000


def test_odd_batches_are_told_once() -> None:
    value = decay(4000)
    places = [800, 1200, 1500, 2200, 2800, 3100]
    value[places] = decay(4000, 0.0)[places] * [1.128, 1.13, 1.131, 1.13, 1.125, 1.133]
    (f,) = found(run_of(train_loss=value), "outlier-batch")
    assert f.severity is Severity.INFO
    assert (f.first_step, f.peak_step, f.last_step) == (800, 3100, 3100)
    assert f.get("outlying-points") == 6
    assert "800, 1,200, 1,500" in str(next(e.value for e in f.evidence if e.key == "at"))


def test_a_spike_is_no_odd_batch() -> None:
    value = decay(4000)
    value[2000:2004] *= 2.0
    dx = diagnose(run_of(train_loss=value))
    assert [f.rule for f in dx.findings] == ["loss-spike"]
    value = decay(4000)
    value[2000] *= 2.0
    assert found(run_of(train_loss=value), "outlier-batch") == []


@pytest.mark.parametrize("seed", range(3))
def test_the_highest_of_ever_coming_odd_batches_is_told(seed: int) -> None:
    """They are the tail of their own noise, yet 18 standard deviations are a batch to look at."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(5000)
    at = rng.choice(np.arange(300, 5000), 20, replace=False)
    z[at] = np.geomspace(5.0, 18.0, 20)
    (f,) = found(run_of(train_loss=decay(5000, 0.0) * np.exp(0.02 * z)), "outlier-batch")
    assert f.severity is Severity.INFO
    assert f.first_step == f.last_step == at[-1]


@pytest.mark.parametrize("seed", range(5))
def test_gaussian_and_evenly_heavy_noise_are_quiet(seed: int) -> None:
    assert found(run_of(train_loss=decay(4000, 0.05, seed=seed)), "outlier-batch") == []
    heavy = np.exp(0.05 * np.random.default_rng(seed).standard_t(1.5, 4000).clip(-20, 20))
    assert found(run_of(train_loss=decay(4000, 0.0) * heavy), "outlier-batch") == []


def test_an_odd_batch_within_a_spike_is_not_told_beside_it() -> None:
    loss = (2.0 + np.exp(-np.arange(N) / 300)) * np.exp(np.random.default_rng(0).normal(0, 0.01, N))
    loss[1000:1004] += [2.0, 0.9, 0.5, 0.3]
    assert [f.rule for f in diagnose(spread(train_loss=loss)).findings] == ["loss-spike"]
