"""What becomes of findings from look to look."""

from __future__ import annotations

import numpy as np

from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run
from curveread.watch.ledger import Entry, Kind, Ledger

WARNING, ERROR = Severity.WARNING, Severity.ERROR


def run_to(last: int) -> Run:
    steps = np.arange(last + 1)
    return Run("r", "r", {"loss": Curve("loss", steps, steps.astype(float))})


def spike(first: int, last: int, severity: Severity = WARNING, **more: object) -> Finding:
    return Finding("loss-spike", severity, 0.9, "it jumped", "loss", first, first, last, **more)


def kinds(entries: list[Entry]) -> list[tuple[Kind, bool]]:
    return [(e.kind, e.final) for e in entries]


def test_a_spike_appears_comes_back_and_settles_once() -> None:
    ledger = Ledger()
    assert kinds(ledger.enter(run_to(100), [spike(100, 100)])) == [(Kind.NEW, False)]
    assert ledger.enter(run_to(101), [spike(100, 101)]) == []
    assert kinds(ledger.enter(run_to(104), [spike(100, 102)])) == [(Kind.CHANGED, False)]
    assert ledger.enter(run_to(105), [spike(100, 102)]) == []
    assert kinds(ledger.enter(run_to(120), [spike(100, 102)])) == [(Kind.SETTLED, True)]
    assert ledger.enter(run_to(200), [spike(100, 102)]) == []
    assert ledger.enter(run_to(200), [spike(100, 102)], final=True) == []


def test_what_lasts_to_the_end_settles_at_the_end_only() -> None:
    ledger = Ledger()
    for last in (100, 200, 400):
        ledger.enter(run_to(last), [spike(90, last)])
    assert kinds(ledger.enter(run_to(400), [spike(90, 400)], final=True)) == [(Kind.SETTLED, True)]


def test_a_graver_finding_has_changed() -> None:
    ledger = Ledger()
    ledger.enter(run_to(100), [spike(90, 100)])
    assert kinds(ledger.enter(run_to(101), [spike(90, 101, ERROR)])) == [(Kind.CHANGED, False)]


def test_an_onset_may_move_a_little_and_two_spikes_are_two() -> None:
    ledger = Ledger()
    ledger.enter(run_to(1000), [spike(500, 510)])
    assert ledger.enter(run_to(1001), [spike(503, 510)]) == []
    assert kinds(ledger.enter(run_to(1002), [spike(503, 510), spike(900, 905)])) == [(Kind.NEW, False)]
    assert kinds(ledger.enter(run_to(1003), [spike(900, 905)])) == [(Kind.GONE, True)]


def test_a_finding_that_became_part_of_another_names_it() -> None:
    ledger = Ledger()
    ledger.enter(run_to(100), [spike(90, 95)])
    nan = Finding("nonfinite-loss", ERROR, 0.9, "NaN", "loss", 99, 99, 110, folded=(spike(90, 95),))
    gone, new = ledger.enter(run_to(110), [nan])
    assert (gone.kind, gone.into, new.kind) == (Kind.GONE, "nonfinite-loss", Kind.NEW)


def test_what_has_not_come_is_told_of_a_run_that_had_its_time() -> None:
    def stuck(last: int) -> list[Finding]:
        return [Finding("no-learning", ERROR, 0.9, "it never left", "loss", 0, 0, last)]

    ledger = Ledger()
    assert [ledger.enter(run_to(last), stuck(last)) for last in (30, 50)] == [[], []]
    assert ledger.enter(run_to(70), []) == []  # it learns after all, and nobody was told that it did not
    assert ledger.enter(run_to(80), stuck(80)) == []
    assert kinds(ledger.enter(run_to(165), stuck(165))) == [(Kind.NEW, False)]
    assert kinds(Ledger().enter(run_to(600), stuck(600))) == [(Kind.NEW, False)]
    assert kinds(Ledger().enter(run_to(30), stuck(30), final=True)) == [(Kind.NEW, True)]


def test_what_only_the_end_shows_is_new_and_final() -> None:
    assert kinds(Ledger().enter(run_to(10), [spike(1, 10)], final=True)) == [(Kind.NEW, True)]
