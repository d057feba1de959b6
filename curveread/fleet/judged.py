"""Paths -> diagnoses, many at a time: the same as reading each path whole, one after the other."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from curveread.discovery.remote.url import Place
from curveread.discovery.units import Unit
from curveread.errors import ReadError, UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.fleet.execute import execute
from curveread.fleet.judge import Judge
from curveread.fleet.progress import Progress
from curveread.fleet.siblings import Siblings
from curveread.run.notes import DataNote, NoteKind

__all__ = ["judged"]

_Outcome = list[Diagnosis] | str
"""What was found in a unit, or why it could not be read."""


def judged(
    paths: Sequence[Place],
    units: Sequence[Sequence[Unit]],
    judge: Judge,
    jobs: int,
    progress: Progress | None = None,
) -> Iterator[tuple[Place, list[Diagnosis] | None]]:
    """Yield each path with what was found in its runs, None for a path that has to be read whole and here.

    Parameters
    ----------
    paths, units
        In their order, and what lies at each (:func:`curveread.api.units`).
    judge
        Reads and judges.
    jobs
        Processes.
    progress
        Told after each unit: how many are done, of how many, and how many of them failed.
    """
    flat = [unit for of_path in units for unit in of_path]
    with closing(execute(_Told(judge), flat, jobs=jobs, failed=_failed)) as results:
        outcomes = _watched(results, len(flat), progress)
        for path, of_path in zip(paths, units, strict=True):
            yield path, _of_path(path, of_path, list(islice(outcomes, len(of_path))))


def _watched(outcomes: Iterator[_Outcome], total: int, progress: Progress | None) -> Iterator[_Outcome]:
    bad = 0
    for done, outcome in enumerate(outcomes, start=1):
        bad += isinstance(outcome, str)
        if progress is not None:
            progress(done, total, bad)
        yield outcome


@dataclass(frozen=True, slots=True)
class _Told:
    """A judge whose errors come back as words."""

    judge: Judge

    def __call__(self, unit: Unit) -> _Outcome:
        try:
            return self.judge(unit)
        except (ReadError, UsageError) as error:
            return str(error)


def _failed(unit: Unit, reason: str) -> _Outcome:
    return f"{unit.homes[0]}: {reason}"


def _of_path(path: Place, units: Sequence[Unit], outcomes: Sequence[_Outcome]) -> list[Diagnosis] | None:
    """Return what reading a path whole would give; None where that takes the runs of several units together."""
    if len(units) < 2:
        return outcomes[0] if outcomes and isinstance(outcomes[0], list) else None
    siblings = Siblings(units)
    for place, (unit, outcome) in enumerate(zip(units, outcomes, strict=True)):
        if isinstance(outcome, list):
            siblings.see(place, unit, [(d.run.first_step, d.run.last_step) for d in outcome])
    found = [d for outcome in outcomes if isinstance(outcome, list) for d in outcome]
    full = sum(bool(d.run.curves) for d in found)
    if full < 2 or any(siblings.chains()):
        return None
    problems = [outcome for outcome in outcomes if isinstance(outcome, str)]
    notes = tuple(DataNote(NoteKind.SKIPPED, "", f"a file was left out: {problem}") for problem in problems)
    first = next(i for i, d in enumerate(found) if d.run.curves)
    found[first] = replace(found[first], run=replace(found[first].run, notes=(*found[first].run.notes, *notes)))
    return _named(found, str(path))


def _named(found: list[Diagnosis], root: str) -> list[Diagnosis] | None:
    """Return the diagnoses with runs of one name called by their folders below the root."""
    names = Counter(d.run.name for d in found)
    places = Counter(d.run.path for d in found)
    twice = [d for d in found if names[d.run.name] > 1]
    if any(places[d.run.path] > 1 or not os.path.isdir(d.run.path) for d in twice):
        return None
    below = {d.run.path: os.path.relpath(d.run.path, root) for d in twice}
    if "." in below.values():
        return None
    return [replace(d, run=replace(d.run, name=below.get(d.run.path, d.run.name))) for d in found]
