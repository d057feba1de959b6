"""Whose arguments an advice may name."""

from __future__ import annotations

import pytest

from curveread.run.model import Run, Source
from curveread.run.trainer import logged_by_trainer
from tests.support.curves import decay, run_of


@pytest.mark.parametrize(
    ("run", "by_trainer"),
    [
        (run_of(loss=decay(100)), False),
        (run_of(loss=decay(100), learning_rate=decay(100), epoch=decay(100)), True),
        (
            Run("m", "m", run_of(loss=decay(100)).curves, sources=(Source("trainer_state.json", "trainer-state", 9),)),
            True,
        ),
        (Run("m", "m", run_of(**{"train/loss": decay(100)}).curves, config={"args": {"logging_steps": 10}}), True),
        (Run("m", "m", run_of(**{"rollout/ep_rew_mean": decay(100)}).curves, config={"n_steps": 10}), False),
        (run_of(**{"train/box_loss": decay(50), "epoch": decay(50)}), False),
    ],
)
def test_by_format_settings_or_names(run: Run, by_trainer: bool) -> None:
    assert logged_by_trainer(run) is by_trainer
