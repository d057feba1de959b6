"""The checks at work while a log is read: what comes meanwhile is told at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

import curveread as cr
from curveread.detectors.base import Detector, any_of
from curveread.errors import CurvereadError
from curveread.findings.finding import Finding
from curveread.run.roles import Role
from curveread.watch.look import Look
from curveread.watch.watch import Suspected, Watch

LOSSES = 2.0 + np.exp(-np.arange(300) / 50.0)


class Slow(Detector):
    """Takes its time.

    What it finds
        Nothing.

    Why it matters
        It is at work while values come.

    How it decides
        At once at the first look, when it is let go at later ones.

    When it is wrong
        Never.

    References
        None.
    """

    rule = "slow"
    needs = (any_of(Role.TRAIN_LOSS),)
    looks, begun, go = 0, Event(), Event()

    def detect(self, subject: Any) -> list[Finding]:
        Slow.looks += 1
        if Slow.looks > 1:
            self.begun.set()
            assert self.go.wait(30)
        return []


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "metrics.csv"
    path.write_text("step,train_loss\n" + "".join(f"{i},{v:.5f}\n" for i, v in enumerate(LOSSES)))
    Slow.looks = 0
    yield path
    Slow.go.set()


def add(path: Path, step: int, said: str) -> None:
    with path.open("a") as file:
        file.write(f"{step},{said}\n")


def until(holds: Any) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_value_that_is_no_number_is_told_while_the_checks_are_at_work(log: Path) -> None:
    watch, told = Watch(log, {}, {"detectors": [Slow]}, until_end=True, idle=5.0), list[str]()
    events = Thread(target=lambda: told.extend(e.text for e in watch.events() if isinstance(e, Suspected)), daemon=True)
    events.start()
    until(lambda: Slow.looks)
    time.sleep(0.5)
    add(log, 300, "9.0")
    assert Slow.begun.wait(30)
    add(log, 301, "NaN")
    until(lambda: len(told) == 2)
    assert not Slow.go.is_set()
    assert [text.split()[1] for text in told] == ["jumped", "is"]
    Slow.go.set()
    events.join(30)
    assert not events.is_alive()


def test_what_ends_a_look_is_raised_where_its_findings_are_asked_for(log: Path) -> None:
    look = Look([cr.read(log)], {"select": ["no-such-check"]})
    look.start()
    with pytest.raises(CurvereadError, match="no-such-check"):
        look.found()


def test_a_look_finds_what_a_diagnosis_does_and_knows_what_it_took(samples: Path) -> None:
    run = cr.read(samples / "overfitting")
    look = Look([run], {})
    look.start()
    (found,) = look.found()
    assert found.findings == cr.diagnose(run).findings
    assert 0.0 < look.cost < 30.0
