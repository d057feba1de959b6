"""What the pages and the texts share: cards of findings."""

from __future__ import annotations

import numpy as np

from curveread.findings.diagnosis import KeyFigure
from curveread.findings.finding import Finding, Severity
from curveread.report.facts import cards, figures, repeated
from curveread.run.model import Curve, Run
from curveread.run.tags.context import understood


def spike(step: int, severity: Severity = Severity.WARNING, tag: str = "loss") -> Finding:
    return Finding("loss-spike", severity, 0.9, f"{tag} jumped at {step}", tag, step, step, step + 5)


def test_repeated_events_share_a_card_and_keep_their_numbers() -> None:
    findings = [spike(10), spike(50, tag="other"), spike(90), spike(200), spike(300, Severity.INFO)]
    made = cards(findings, "step")
    assert [c.number for c in made] == [1, 2, 5]
    assert [(a.number, a.where, a.message) for a in made[0].again] == [
        (3, "steps 90–95", "loss jumped at 90"),
        (4, "steps 200–205", "loss jumped at 200"),
    ]
    assert made[1].again == ()


def test_findings_of_the_whole_run_stay_apart() -> None:
    whole = Finding("dense-eval", Severity.INFO, 0.9, "m", "eval/loss")
    assert repeated([whole, whole]) == ((0,), (1,))


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
