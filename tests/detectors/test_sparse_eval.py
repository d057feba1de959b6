"""sparse-eval: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Run
from tests.support.curves import evaluated
from tests.support.verdicts import found_alone

RULE = "sparse-eval"


def test_three_evaluations_in_ten_thousand_steps() -> None:
    (f,) = found_alone(evaluated(12_000, 3_000), RULE)
    assert (f.severity, f.first_step, f.last_step) == (Severity.INFO, None, None)
    assert "only 3 times in 11,990 steps" in str(f.message)
    assert f.advice == ("Evaluate every 500 steps.",)
    (f,) = found_alone(replace(evaluated(12_000, 3_000), config={"logging_steps": 10}), RULE)
    assert 'eval_strategy="steps", eval_steps=500, save_steps=500' in f.advice[0]


@pytest.mark.parametrize(
    "run",
    [
        evaluated(300, 60),
        evaluated(12_000, 1_000),
        evaluated(100_000, 10_000, logged=100),
        evaluated(4_000, 1_500),
        evaluated(7_000, 1_800),
        evaluated(12_000, 3_000, epoch=np.arange(1200) / 600.0),  # 2 per epoch
        evaluated(12_000, 11_000),
        replace(evaluated(12_000, 3_000), x_axis="epoch"),
        replace(evaluated(12_000, 3_000), x_axis="tokens"),
    ],
    ids=["short", "usual", "ten", "not long", "not far", "epochs", "once", "epoch axis", "token axis"],
)
def test_others_are_quiet(run: Run) -> None:
    assert found_alone(run, RULE) == []
