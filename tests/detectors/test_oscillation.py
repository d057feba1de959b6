"""oscillation: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.curves import decay, run_of
from tests.support.verdicts import found


def test_two_shards_that_take_turns() -> None:
    evaluation = decay(60, 0.005) * np.where(np.arange(60) % 2, 1.1, 0.9)
    (f,) = found(run_of(eval_loss=evaluation), "oscillation")
    assert "every other evaluation is higher" in str(f.message)


def test_a_longer_period() -> None:
    evaluation = decay(120, 0.01) * (1 + 0.1 * np.sin(np.arange(120) * 2 * np.pi / 15))
    (f,) = found(run_of(step=10, eval_loss=evaluation), "oscillation")
    assert f.get("period") == pytest.approx(150, rel=0.08)


def test_noise_and_a_planned_cycle_are_quiet() -> None:
    for seed in range(20):
        assert found(run_of(eval_loss=decay(80, 0.03, seed=seed)), "oscillation") == []
    cycle = np.sin(np.arange(1200) * 2 * np.pi / 150)
    evaluation = decay(120, 0.01) * (1 + 0.1 * cycle[9::10])
    assert found(run_of(eval_loss=evaluation, lr=1e-3 * (1.1 + cycle)), "oscillation") == []
