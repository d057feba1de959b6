"""How sure, what to do, and why: what stands under the verdict in every output."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.arguments import Place, Tag
from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Diagnosis, NotChecked, Statement, Verdict
from curveread.findings.text import text
from curveread.report.text.lead import NAME_IT, Lead, lead
from tests.report.handmade import diagnosis, finding, run_of, spiky
from tests.support import curves

FIRST = Cause("bad-batch", "odd batches", 0.75, ("a", "b", "c"), ("d", "e", "f"), "Look at them.", "Skip them.", "it")
MOON = Cause("data-order", "the moon", 0.1, check="Look up.", fix="Wait.")


def caused(*causes: Cause, findings: int = 1) -> Lead:
    d = spiky(at=tuple(range(100, 100 + 100 * findings, 100)))
    return lead(diagnosis(d.run, [replace(f, causes=causes) for f in d.findings]))


def test_the_cause_has_as_much_against_it_as_for_it() -> None:
    told = caused(FIRST, MOON)
    assert told.why is not None
    assert told.why.said == "odd batches (75 %): a; b. But: d; e."
    assert told.why.rest == "Other causes: the moon (10 %); unknown (15 %)."
    assert told.why.after == "It."
    assert (told.why.share, told.why.others) == (0.75, (0.1,))
    assert (told.sure, told.doing, told.action) == ("very likely (90 %)", "Do this", "Skip them.")


def test_what_the_log_does_not_tell_is_to_be_found_out() -> None:
    told = caused(replace(FIRST, share=0.3), MOON)
    assert told.action == "Look at them."
    assert told.why is not None
    assert told.why.cause == "not to be told from the log; most probably odd batches (30 %)"


@pytest.mark.parametrize(("share", "told"), [(0.5, False), (0.7, True)])
def test_a_cause_that_nothing_speaks_for_must_be_more_than_frequent(share: float, told: bool) -> None:
    why = caused(replace(FIRST, share=share, speaks_for=()), MOON).why
    assert why is not None
    assert why.cause.startswith("not to be told") is not told


def test_a_cause_of_several_findings_says_so() -> None:
    told = caused(FIRST, findings=3)
    assert told.why is not None
    assert told.why.after == "It. It explains findings 2, 3, too."
    assert told.why.number == told.number == 1


def test_a_sign_knows_its_curve_and_step() -> None:
    sign = text("{tag} rose at {at}", tag=Tag("lr"), at=Place(9))
    told = caused(replace(FIRST, speaks_for=(sign, "alone")))
    assert told.why is not None
    assert [(s.curve, s.step) for s in told.why.signs] == [("lr", 9), (None, None)]


def test_without_a_cause_the_finding_advises() -> None:
    told = lead(diagnosis(spiky().run, [finding("crash", "warning", 5, advice=("Lower the batch.", "x"))]))
    assert (told.action, told.why) == ("Lower the batch.", None)


def test_an_alarm_comes_before_a_remark() -> None:
    found = [finding("plateau", "info", 1, advice=("a",)), finding("crash", "warning", 5, advice=("b",))]
    assert (lead(diagnosis(spiky().run, found)).number, lead(diagnosis(spiky().run, found)).action) == (2, "b")


@pytest.mark.parametrize(("confidence", "sure"), [(0.9, "very likely (90 %)"), (None, "")])
def test_a_remark_is_worth_doing(confidence: float | None, sure: str) -> None:
    told = lead(diagnosis(spiky().run, [finding("plateau", "info", 1, advice=("Stop.",), confidence=confidence)]))
    assert told == Lead(sure, 1, "Worth doing", "Stop.", None)


def test_an_alarm_says_that_its_confidence_was_not_measured() -> None:
    assert (
        lead(diagnosis(spiky().run, [finding("crash", "error", 1, confidence=None)])).sure == "no measured confidence"
    )


def test_a_healthy_run_says_what_to_keep_and_what_was_checked() -> None:
    kept = Statement("keep", "val/loss is lowest at the end.")
    d = diagnosis(spiky().run, statements=(kept,), not_checked=(NotChecked("kl-blowup", "no kl"),))
    assert lead(d) == Lead("3 checks found nothing, 1 lacked what they need", None, "To keep", kept.text, None)
    assert lead(diagnosis(spiky().run)).action == ""


def test_what_cannot_be_judged_asks_for_the_loss() -> None:
    d = Diagnosis(run_of({}), (), Verdict("undetermined", "Not judged."))
    assert (lead(d).sure, lead(d).action) == ("", NAME_IT)


def test_a_gain_that_cannot_be_seen_asks_for_a_comparison() -> None:
    d = Diagnosis(curves.run_of(loss=np.full(5, 2.0)), (), Verdict("undetermined", "Not judged."))
    assert lead(d).action.startswith("Evaluate its first and its last checkpoint alike")


def test_a_return_has_advice_of_its_own_where_the_log_tells_no_cause() -> None:
    run = run_of({"reward": (np.arange(50), np.zeros(50))})
    f = replace(
        finding("no-learning", "error", 0, 49, tag="reward", advice=("Play.",)), causes=(replace(FIRST, share=0.3),)
    )
    assert lead(diagnosis(run, [f])).action == "Play."
    told = replace(f, causes=(FIRST,))
    assert lead(diagnosis(run, [told])).action == "Skip them."
