"""missing-warmup: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import anywhere, found


def early_rise() -> np.ndarray:
    value = decay(2000)
    return value * (1.0 + 1.2 * np.exp(-(((np.arange(2000) - 30) / 15) ** 2)))


def test_peak_rate_and_an_early_rise() -> None:
    (f,) = found(run_of(train_loss=early_rise(), lr=np.full(2000, 1e-3)), "missing-warmup")
    assert f.severity is Severity.INFO
    assert 15 <= f.peak_step <= 45


def test_a_leap_in_the_first_steps_is_seen() -> None:
    value = decay(2000)
    value[1:5] *= [70.0, 27.0, 15.0, 4.0]
    (f,) = found(run_of(train_loss=value, lr=np.linspace(1e-3, 0.0, 2000)), "missing-warmup")
    assert f.get("loss-at-the-start") == pytest.approx(value[0], rel=0.05)


def test_a_warmup_bump_and_a_calm_start_are_quiet() -> None:
    warm = np.minimum(np.arange(2000) / 100, 1.0) * 1e-3
    run = run_of(train_loss=early_rise(), lr=warm)
    assert anywhere(run, "missing-warmup") == []
    assert found(run_of(train_loss=decay(2000, 0.1), lr=np.full(2000, 1e-3)), "missing-warmup") == []
    late = np.r_[np.full(100, 4.5), decay(1900, 0.0)] * np.exp(normal(2000, 0.05))
    assert found(run_of(train_loss=late, lr=np.full(2000, 1e-3)), "missing-warmup") == []
