"""The contract of checks, held to checks that break it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pytest

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.registry import detector
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.testing import check_detector
from curveread.testing.runs import healthy
from tests.support.curves import decay, run_of

PAGE = """A state.

    What it finds
        It.
    Why it matters
        It does.
    How it decides
        By looking.
    When it is wrong
        Never.
    References
        None.
    """


def _finding(subject: Subject, at: int, severity: Severity = Severity.WARNING) -> Finding:
    view = subject.all(Role.TRAIN_LOSS)[0]
    step = int(view.curve.step[at])
    return Finding("made-up", severity, 0.8, "it is so", view.tag, step, step, step)


class _MadeUp(Detector):
    __doc__ = PAGE
    rule: ClassVar[str] = "made-up"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)

    def detect(self, subject: Subject) -> list[Finding]:
        (view,) = subject.all(Role.TRAIN_LOSS)
        return [_finding(subject, int(np.argmax(view.curve.value)))] if np.nanmax(view.value, initial=0) == 10 else []


def _peak() -> Run:
    value = decay(301)
    value[200] = 10.0
    return run_of(train_loss=value)


def test_a_check_of_ones_own_needs_no_trained_sample() -> None:
    check_detector(_MadeUp, finds=[_peak()])
    check_detector(detector("loss-spike"), finds=[_peak()])


def test_what_is_not_found_is_told() -> None:
    with pytest.raises(AssertionError, match="made-up finds nothing in the run 'made'"):
        check_detector(_MadeUp, finds=[run_of(train_loss=decay(301))])


def test_an_alarm_on_a_healthy_run_is_told() -> None:
    class Loud(_MadeUp):
        __doc__ = PAGE

        def detect(self, subject: Subject) -> list[Finding]:
            return [_finding(subject, 0)]

    with pytest.raises(AssertionError, match="made-up raises an alarm on the healthy run 'healthy': it is so"):
        check_detector(Loud)
    with pytest.raises(AssertionError, match="alarm on the healthy run 'made'"):
        check_detector(_MadeUp, quiet=[_peak()])


def test_a_check_that_breaks_on_odd_floats_is_told() -> None:
    class Fragile(_MadeUp):
        __doc__ = PAGE

        def detect(self, subject: Subject) -> list[Finding]:
            int(subject.all(Role.TRAIN_LOSS)[0].curve.value.sum())
            return []

    with pytest.raises(AssertionError, match=r"breaks on the run 'hostile': \w+Error: cannot convert float"):
        check_detector(Fragile)


def test_a_check_that_changes_what_it_is_given_is_told() -> None:
    class Rude(_MadeUp):
        __doc__ = PAGE

        def detect(self, subject: Subject) -> list[Finding]:
            value = subject.all(Role.TRAIN_LOSS)[0].curve.value
            value.flags.writeable = True
            value[:1] = 7.0
            return []

    with pytest.raises(AssertionError, match=r"made-up (changes the values of train-loss|breaks on)"):
        check_detector(Rude)


def test_a_check_that_depends_on_units_of_storage_is_told() -> None:
    class Picky(_MadeUp):
        __doc__ = PAGE

        def detect(self, subject: Subject) -> list[Finding]:
            value = subject.all(Role.TRAIN_LOSS)[0].curve.value
            return [_finding(subject, 0)] if value.size == 301 and value[0] != np.float32(value[0]) else []

    with pytest.raises(AssertionError, match=r"as float32: \[\], before: \[\('warning', 'train_loss', 0\)\]"):
        check_detector(Picky, finds=[_with_odd_start()])


def _with_odd_start() -> Run:
    return run_of(train_loss=decay(301, seed=3))


def test_a_check_that_counts_on_where_the_steps_begin_is_told() -> None:
    class Anchored(_MadeUp):
        __doc__ = PAGE

        def detect(self, subject: Subject) -> list[Finding]:
            value = subject.all(Role.TRAIN_LOSS)[0].curve
            return [_finding(subject, 200)] if len(value) == 301 and value.step[200] == 200 else []

    with pytest.raises(AssertionError, match="begun at step 10000"):
        check_detector(Anchored, finds=[_peak()])


def test_an_option_without_help_is_told() -> None:
    @dataclass(frozen=True)
    class Mute(_MadeUp):
        __doc__ = PAGE
        least: int = field(default=3)

    with pytest.raises(AssertionError, match=r"the option made-up\.least has no help"):
        check_detector(Mute)


def test_made_runs_are_what_they_are_called() -> None:
    run = healthy([Role.TRAIN_LOSS, Role.EVAL_LOSS, Role.LEARNING_RATE])
    assert {c.role: len(c) for c in run.curves.values()} == {
        Role.TRAIN_LOSS: 2000,
        Role.EVAL_LOSS: 100,
        Role.LEARNING_RATE: 2000,
    }
    assert all(c.finite.all() for c in healthy(list(Role)).curves.values())
