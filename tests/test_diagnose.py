from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.attribution.fold import fold, ordered
from curveread.case import case_of
from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.findings.wording import amount, count, figure, percent, span
from curveread.run.model import Checkpoint, Curve, Run
from curveread.run.roles import Role
from tests.support.curves import decay, run_of


def finding(rule: str, first: int, last: int, severity: Severity = Severity.WARNING, tag: str = "loss") -> Finding:
    return Finding(rule, severity, 0.9, f"{rule} at {first}", tag, first, first, last)


def test_a_check_says_which_curve_it_lacks() -> None:
    missing = {n.rule: n for n in diagnose(run_of(train_loss=decay())).not_checked}["overfitting"]
    assert (missing.reason, missing.lacking) == ("no eval loss among the curves", (Role.EVAL_LOSS,))
    assert missing.to_json()["lacking"] == ["eval-loss"]
    short = {n.rule: n for n in diagnose(run_of(train_loss=decay()[:1])).not_checked}["plateau"]
    assert short.reason.startswith("the train loss has 1 usable point; at least ")
    assert short.lacking == ()
    assert "lacking" not in short.to_json()


def test_consequences_are_folded_into_their_cause() -> None:
    run = run_of(loss=decay(1000))
    cause, effect = finding("divergence", 700, 999, Severity.ERROR), finding("loss-spike", 702, 706)
    early = finding("loss-spike", 300, 303)
    kept = fold([effect, early, cause], case_of(run))
    assert [(f.rule, f.first_step) for f in kept] == [("loss-spike", 300), ("divergence", 700)]
    assert kept[1].folded == (effect,)
    assert kept[1].evidence[-1].name == "loss-spike in loss at step"


def test_order_is_gravest_first_then_by_step() -> None:
    a, b, c = finding("a", 5, 5), finding("b", 1, 1), finding("c", 9, 9, Severity.ERROR)
    assert ordered([a, b, c]) == (c, b, a)


def test_phases_and_timeline_follow_the_findings() -> None:
    value = decay()
    value[1200:] *= np.linspace(1.2, 1.8, 800)
    wall = 1.7e9 + np.arange(2000.0)
    run = Run("r", "r", {"loss": Curve("loss", np.arange(2000), value, wall)}, checkpoints=(Checkpoint(1000, "c"),))
    dx = diagnose(run)
    assert [p.name for p in dx.phases] == ["learning", "diverged"]
    assert dx.phases[0].last_step == dx.phases[1].first_step == dx.findings[0].first_step
    assert [t.kind for t in dx.timeline] == ["checkpoint", "finding", "end"]
    assert dx.timeline[0].wall_time == 1.7e9 + 1000


def test_drawings_keep_spikes_and_carry_the_band_that_decided() -> None:
    value = decay(50_000)
    value[33_333] = 40.0
    value[10] = np.nan
    dx = diagnose(run_of(train_loss=value, lr=decay(100)))
    drawing, rate = dx.drawings
    assert drawing.points == 50_000
    assert drawing.step.size <= 4000 + 402
    assert np.isin(np.delete(np.arange(200), 10), drawing.step).all()  # around a finding every point
    assert 40.0 in drawing.value
    assert drawing.nonfinite_step.tolist() == [10]
    assert drawing.knot_step.size == drawing.trend.size == drawing.band_low.size == drawing.smooth[0.9].size <= 2600
    assert (drawing.band_low < drawing.trend).all()
    assert (drawing.trend < drawing.band_high).all()
    assert rate.trend.size == 0


def test_summary_has_best_and_last() -> None:
    dx = diagnose(run_of(train_loss=decay(1000), eval_loss=np.array([3.0, 2.0, 2.5, 2.6])))
    assert dx.summary["best_eval_loss"].to_json() == {"value": 2.0, "unit": "", "step": 499}
    assert dx.summary["last_eval_loss"].value == 2.6


def test_numbers_read_well() -> None:
    assert [figure(x) for x in (2.3149, 0.00012345, 12345.6, 3.2e9, 0.0, 1.0, float("nan"))] == [
        "2.31", "1.2e−4", "12,346", "3.2e9", "0", "1", "NaN",
    ]  # fmt: skip
    assert count(12400) == "12,400"
    assert (span(3, 3), span(3, 9)) == ("step 3", "steps 3–9")
    assert (amount(1, "step"), amount(2400, "step")) == ("1 step", "2,400 steps")
    assert [percent(x) for x in (0.004, 0.1234, 17.11)] == ["0.4 %", "12 %", "1,711 %"]


def test_a_sentence_that_cannot_be_made_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr("curveread.readings.statements.cadence", broken)
    dx = diagnose(run_of(train_loss=decay()))
    assert "cadence" not in {s.topic for s in dx.statements}
    assert [(f.rule, f.error) for f in dx.failed] == [("statements", "ZeroDivisionError: made to fail")]
    assert dx.verdict.health == "ok"


def test_the_gap_is_drawn_where_both_losses_are() -> None:
    train = decay(1000)
    evals = np.arange(0, 1000, 100)
    run = Run(
        "r",
        "r",
        {"loss": Curve("loss", np.arange(1000), train), "eval_loss": Curve("eval_loss", evals, train[evals] + 0.25)},
    )
    drawn = {d.role: d for d in diagnose(run).drawings}
    assert drawn["gap"].step.tolist() == evals.tolist()
    assert np.abs(drawn["gap"].value[1:] - 0.25).max() < 0.2
    assert drawn["gap"].unit == ""
    assert "gap" not in {d.role for d in diagnose(run_of(train_loss=train)).drawings}


def test_a_reading_that_breaks_takes_nothing_with_it(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("no way")

    monkeypatch.setattr("curveread.readings.outlook.forecast", broken)
    run = cr.read(samples / "resumed-lost-head")
    dx = cr.diagnose(run)
    assert [(f.rule, f.error) for f in dx.failed] == [("outlook", "ZeroDivisionError: no way")]
    assert dx.summary["best_eval_loss"].value > 0
    assert [c["step"] for c in dx.to_dict()["checkpoints"]] == [500]
    assert "forecast" not in dx.to_dict()
