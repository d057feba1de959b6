"""Events of one kind in one curve that are too many to be told one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import curveread as cr
from curveread.attribution.crowd import gathered
from curveread.attribution.surroundings import surrounded
from curveread.case import case_of
from curveread.causes.engine import with_causes
from curveread.detectors.base import Subject
from curveread.detectors.loss_spike import LossSpike
from curveread.findings.finding import Finding, Severity
from curveread.run.tags.context import understood

SPIKE = Finding("loss-spike", Severity.WARNING, 0.5, "loss jumped", "loss")


def spikes(n: int, **changed: object) -> list[Finding]:
    return [replace(SPIKE, first_step=10 * i, peak_step=10 * i, last_step=10 * i + 2, **changed) for i in range(n)]


def test_a_hundred_are_told_one_by_one() -> None:
    several = [*spikes(100), *spikes(100, tag="other"), *spikes(100, severity=Severity.INFO)]
    assert gathered(several) == several


def test_of_more_the_clearest_stands_for_all() -> None:
    many = spikes(5000)
    many[700] = replace(many[700], confidence=0.9, message="loss jumped highest")
    end = Finding("divergence", Severity.ERROR, 0.9, "loss rose", "loss", 60_000)
    one, last = gathered([*many, end])
    assert last is end
    assert (one.first_step, one.last_step) == (7000, 7002)
    assert one.message == ("loss jumped highest; the clearest of 5,000 such events within steps 0–49,992, told as one")
    assert one.get("such-events") == 5000.0
    assert [f.first_step for f in one.folded] == list(range(0, 200, 10))


def test_what_had_been_folded_into_one_of_them_is_kept() -> None:
    many = spikes(200)
    shift = Finding("level-shift", Severity.INFO, 0.5, "loss fell", "loss", 1503)
    many[150] = replace(many[150], folded=(shift,))
    assert gathered(many)[0].folded[-1] is shift


def spiky(n: int) -> dict[str, np.ndarray]:
    """Return a loss that falls and jumps up every hundredth step."""
    loss = 2.0 + 2.0 * np.exp(-5.0 * np.arange(n) / n) + 0.01 * np.random.default_rng(0).standard_normal(n)
    loss[np.arange(1000, n - 50, 100)] += 2.0
    return {"step": np.arange(n), "train/loss": loss}


def test_many_spikes_are_one_finding_with_the_causes_that_each_would_have() -> None:
    run = understood(cr.read(spiky(20_000)))
    (found,) = cr.diagnose(run).findings
    assert (found.rule, found.get("such-events")) == ("loss-spike", 190.0)
    case = case_of(run)
    each = LossSpike().detect(Subject(case.views, run.attempts, 0, run.last_step or 0))
    assert len(each) == 190
    alone = next(f for f in with_causes(surrounded(each, case), case) if f.first_step == found.first_step)
    assert found.causes == alone.causes
    assert all(folded.rule == "loss-spike" and folded.first_step != found.first_step for folded in found.folded)
