"""What the pages and the texts share: key figures, and evidence in words."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.diagnosis import KeyFigure
from curveread.findings.finding import Evidence
from curveread.report.facts import figures, pair
from curveread.run.model import Curve, Run
from curveread.run.tags.context import understood


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("share-of-the-run", 1.2, "120 %"),
        ("against-the-best", 0.604, "60 %"),
        ("at-or-below", 1.0, "100 %"),
        ("height", 971.4, "971 times"),
    ],
)
def test_a_ratio_reads_as_a_share_or_as_times(key: str, value: float, shown: str) -> None:
    assert pair(Evidence(key, "x", value, "ratio")).value == shown


def test_a_last_value_that_is_the_best_is_told_once() -> None:
    known = {"best_eval_loss": KeyFigure(2.0, "", 19), "last_eval_loss": KeyFigure(2.0, "", 19)}
    names = [f.name for f in figures(Run("r", "r", {}), known)]
    assert names == ["Best eval loss"]
    known["last_eval_loss"] = KeyFigure(2.0, "", 20)
    assert [f.name for f in figures(Run("r", "r", {}), known)] == ["Best eval loss", "Last eval loss"]


def test_samples_of_the_machine_are_no_steps() -> None:
    curve = Curve("system/cpu", np.arange(30), np.ones(30))
    run = understood(Run("r", "r", {"system/cpu": curve}))
    assert "Steps" not in [f.name for f in figures(run, {})]
    run = understood(Run("r", "r", {"loss": Curve("loss", np.arange(30), np.ones(30))}))
    assert "Steps" in [f.name for f in figures(run, {})]
