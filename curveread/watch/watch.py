"""Watch a path: read what is appended, look with the checks when it is time, tell what became of each finding."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curveread import api
from curveread.api.reading import readers_for
from curveread.errors import ReadError
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Run
from curveread.watch.growing import Growing
from curveread.watch.ledger import Entry, Ledger
from curveread.watch.look import Look
from curveread.watch.pace import Pace
from curveread.watch.suspicion import Suspicion

_LOOK = 1.0
"""Seconds between looks for new files."""
_ONLY_ENDED = ("unfinished-run",)
"""Checks that mean something for a run that is over."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing that can be judged is there yet."""

    reason: str


@dataclass(frozen=True, slots=True)
class Suspected:
    """A value that calls for a look: no finding yet."""

    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a finding, and all that is known of its run."""

    entry: Entry
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Ended:
    """The runs are over, and why they count as over: what an ordinary check finds in the whole log of each."""

    diagnoses: Sequence[Diagnosis]
    reason: str


Event = Waiting | Suspected | Found | Ended
_Ledgers = defaultdict[tuple[str, str], Ledger]
"""The path and the name of a run -> its ledger."""


@dataclass(slots=True)
class Watch:
    """What to watch, and how.

    Parameters
    ----------
    path
        A log file or a folder, there or not yet.
    reading, judging
        Options of :func:`curveread.read_all` and :func:`curveread.diagnose`.
    until_end
        Whether to stop when the log says that the run is over, or is silent.
    idle
        Seconds of silence after which a run counts as over.
    """

    path: Path
    reading: Mapping[str, Any]
    judging: Mapping[str, Any]
    until_end: bool = False
    idle: float = 600.0

    def events(self) -> Iterator[Event]:
        """Yield what happens, as it happens; ends with :class:`Ended`, never without ``until_end``.

        Raises
        ------
        ReadError
            When with ``until_end`` nothing that can be read has come.
        """
        further = readers_for(self.reading.get("pattern"), self.reading.get("columns"))
        log, pace, doubt = Growing(self.path, further), Pace(), Suspicion()
        ledgers: _Ledgers = defaultdict(Ledger)
        waiting, over, urgent, begun, looked = "", "", False, False, 0.0
        look: Look | None = None
        while True:
            if time.monotonic() - looked >= _LOOK:
                if log.look(anew=not begun):
                    pace.grew(0)
                looked = time.monotonic()
            for path, values in log.grow():
                pace.grew(sum(v.size for v in values.values()))
                if begun:
                    for text in doubt.take(path, values):
                        urgent = True
                        yield Suspected(text)
                else:
                    doubt.prime(path, values)
            if look is not None and not look.is_alive():
                found, begun = look.found(), True
                pace.judged(look.cost)
                look, over = None, _over(found)
                yield from _entered(ledgers, found)
            if look is None and pace.idle > self.idle:
                over = over or f"nothing was written for {self.idle:g} s"
            elif look is None and pace.due(urgent=urgent):
                look, reason = self._look(log, pace)
                urgent = urgent and look is None
                if reason not in ("", waiting):
                    waiting = reason
                    yield Waiting(reason)
            if not (waiting or begun or log.files):
                waiting = f"{self.path}: no log there yet"
                yield Waiting(waiting)
            if self.until_end and over:
                yield from self._end(ledgers, over)
                return
            if look is None:
                time.sleep(pace.pause)
            else:
                look.join(pace.pause)

    def _look(self, log: Growing, pace: Pace) -> tuple[Look | None, str]:
        """Begin to judge what was read so far; why that cannot be done."""
        pace.looks()
        judging = dict(self.judging)
        judging["ignore"] = (*judging.get("ignore", ()), *_ONLY_ENDED)
        before = time.process_time()
        try:
            runs = api.read_all(log.unit(), **self.reading)
        except ReadError as error:
            pace.judged(time.process_time() - before)
            return None, f"{error}" if log.files > 1 else f"{self.path}: no curve in it yet"
        look = Look([_going_on(run) for run in runs], judging)
        look.start()
        return look, ""

    def _end(self, ledgers: _Ledgers, reason: str) -> Iterator[Event]:
        """Read and judge the whole log as a check does; the last word is that of the check."""
        found = [api.diagnose(run, **self.judging) for run in api.read_all(self.path, **self.reading)]
        yield from _entered(ledgers, found, final=True)
        yield Ended(found, reason)


def _entered(ledgers: _Ledgers, found: Sequence[Diagnosis], *, final: bool = False) -> Iterator[Found]:
    """Enter what was found of each run in its ledger; yield what became of it."""
    for diagnosis in found:
        run = diagnosis.run
        for entry in ledgers[run.path, run.name].enter(run, diagnosis.findings, final=final):
            yield Found(entry, diagnosis)


def _going_on(run: Run) -> Run:
    """Return a run that is not over: a W&B file without an exit record is no crash while it grows."""
    return replace(run, crashed=None) if run.crashed else run


def _over(found: Sequence[Diagnosis]) -> str:
    """Return what in the logs says that all runs are over; empty while one may go on."""
    runs = [d.run for d in found]
    if runs and all(run.crashed is False or "train_runtime" in run.config for run in runs):
        return "the log says that the training has finished"
    return ""
