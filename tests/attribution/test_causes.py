"""What may lie behind the gravest finding: weighed by other findings, quiet checks and the finding's own evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread import api
from curveread.attribution.causes import causes
from curveread.case import case_of
from curveread.findings.cause import Cause
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.landmarks import RESTARTS, Landmarks
from curveread.findings.lead import Lead, Moved
from curveread.findings.text import joined, text
from curveread.run.model import Curve, Run

STEP = np.arange(1000)
RUN = Run("r", "r", {t: Curve(t, STEP, np.ones(1000)) for t in ("train/loss", "train/grad_norm", "train/lr")})
CASE = case_of(RUN)
QUIET = ("missing-warmup", "restart", "outlier-batch")


def spike(*evidence: Evidence, **more: object) -> Finding:
    return Finding(
        "loss-spike", Severity.WARNING, 0.9, "train/loss jumped", "train/loss", 600, 600, 603, evidence, **more
    )


def moved(first: Moved, then: Moved, least: int, most: int) -> Evidence:
    return Evidence("moved-first", "moved first", Lead(first, then, least, most).sentence())


def named(found: tuple[Cause, ...], name: str) -> Cause:
    return next(c for c in found if c.name == name)


def test_findings_close_before_speak_for_a_cause_and_distant_or_quiet_ones_against() -> None:
    near = Finding("learning-rate-jump", Severity.WARNING, 0.9, "lr jumped from 1 to 9", "train/lr", 598)
    far = Finding("gradient-explosion", Severity.WARNING, 0.9, "it exploded", "train/grad_norm", 100)
    found = causes(CASE, (spike(folded=(near,)), far), QUIET)
    assert found[0].name == "the learning rate"
    assert found[0].speaks_for == ("learning-rate-jump at step 598: lr jumped from 1 to 9",)
    assert found[0].speaks_against == ("the check missing-warmup found nothing",)
    assert named(found, "unstable gradients").speaks_against == ("gradient-explosion only at step 100, not near it",)
    assert named(found, "a restart of the run").speaks_against == ("the check restart found nothing",)


@pytest.mark.parametrize(
    ("evidence", "speaks"),
    [
        (moved(Moved("train/grad_norm", 596, 597), Moved("train/loss", 599, 600), 3, 3), True),
        (moved(Moved("train/grad_norm", 596, 597), Moved("train/loss", 599, 600), 2, 4), True),
        (moved(Moved("train/loss", 599, 600), Moved("train/grad_norm", 599, 600), 0, 0), False),
        (moved(Moved("train/loss", 590, 591), Moved("train/grad_norm", 599, 600), 9, 9), False),
        (moved(Moved("train/grad_norm", 590, 600), Moved("train/loss", 595, 600), -5, 5), False),
    ],
)
def test_the_curve_that_moved_first_is_named_when_the_order_is_known(evidence: Evidence, speaks: bool) -> None:
    cause = named(causes(CASE, (spike(evidence),), ()), "unstable gradients")
    assert cause.speaks_for == ((f"moved first: {evidence.value}",) if speaks else ())


def test_a_place_that_coincides_speaks_for_its_cause() -> None:
    at = text("the run was restarted")
    marks = (Landmarks(RESTARTS, np.array([600]), (at,)),)
    value = text("{place} (by chance: {chance})", place=joined("", (at,)), chance=text("0.1 %"))
    found = causes(replace(CASE, marks=marks), (spike(Evidence("at-the-same-place", "at the same place", value)),), ())
    assert found[0] == Cause("a restart of the run", (f"at the same place: {value}",))
    assert not named(found, "the data at that place").speaks_for


def test_a_calm_run_has_no_cause() -> None:
    assert causes(CASE, (), QUIET) == ()
    assert causes(CASE, (replace(spike(), severity=Severity.INFO),), QUIET) == ()


def test_learned_by_heart_is_told_in_epochs(samples: Path) -> None:
    first = cr.diagnose(cr.read(samples / "overfitting")).causes[0]
    assert first.name == "too many passes over the data"
    assert "it turned at epoch 4 of 30" in first.speaks_for


def test_causes_are_told_on_the_axis_that_was_asked_for(samples: Path) -> None:
    found = cr.diagnose(cr.read(samples / "divergence-slow", x="epoch")).causes
    said = [str(words) for c in found for words in (*c.speaks_for, *c.speaks_against)]
    assert said
    assert not [words for words in said if "at step" in words]


def test_what_was_accepted_leaves_no_cause_behind(samples: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    found = cr.diagnose(cr.read(samples / "overfitting"))
    known.write_text(found.to_json(), encoding="utf-8")
    assert found.causes
    assert api.accept(found, api.read_baseline(known)).causes == ()
