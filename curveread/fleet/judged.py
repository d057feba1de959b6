"""Paths -> diagnoses, many at a time: the same as reading each path whole, one after the other.

What was found waits on disk until all of its path is there: only then it is known what its runs are called.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice

from curveread.discovery.remote.url import Place
from curveread.discovery.units import Unit
from curveread.errors import ReadError, UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.fleet.execute import execute
from curveread.fleet.judge import Judge
from curveread.fleet.progress import Progress
from curveread.fleet.siblings import Siblings
from curveread.fleet.spool import Spool
from curveread.run.notes import DataNote, NoteKind

_Outcome = list[Diagnosis] | str
"""What was found in a unit, or why it could not be read."""


def judged(
    paths: Sequence[Place],
    units: Sequence[Sequence[Unit]],
    judge: Judge,
    jobs: int,
    progress: Progress | None = None,
) -> Iterator[tuple[Place, Iterator[Diagnosis] | None]]:
    """Yield each path with what was found in its runs, None for a path that has to be read whole and here.

    ``units`` are what lies at each path (:func:`curveread.api.units`).
    """
    flat = [unit for of_path in units for unit in of_path]
    with closing(execute(_Told(judge), flat, jobs=jobs, failed=_failed)) as results:
        outcomes = _watched(results, len(flat), progress)
        for path, of_path in zip(paths, units, strict=True):
            yield path, _of_path(path, of_path, islice(outcomes, len(of_path)))


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


@dataclass(frozen=True, slots=True)
class _Named:
    """What a diagnosis is called, where it lies, and whether its run has a curve."""

    name: str
    path: str
    full: bool


def _of_path(path: Place, units: Sequence[Unit], outcomes: Iterator[_Outcome]) -> Iterator[Diagnosis] | None:
    """Return what reading a path whole would give; None where that takes the runs of several units together."""
    if len(units) < 2:
        outcome = next(outcomes, "")
        return iter(outcome) if isinstance(outcome, list) else None
    siblings, found = Siblings(units), Spool[list[Diagnosis]]()
    names: list[_Named] = []
    problems: list[str] = []
    for place, (unit, outcome) in enumerate(zip(units, outcomes, strict=True)):
        if isinstance(outcome, str):
            problems.append(outcome)
            continue
        siblings.see(place, unit, [(d.run.first_step, d.run.last_step) for d in outcome])
        names += (_Named(d.run.name, d.run.path, bool(d.run.curves)) for d in outcome)
        found.append(outcome)
    below = _below(names, str(path))
    if sum(n.full for n in names) < 2 or any(siblings.chains()) or below is None:
        return None
    return _called(found, below, problems)


def _called(found: Iterable[list[Diagnosis]], below: Mapping[str, str], problems: Sequence[str]) -> Iterator[Diagnosis]:
    """Yield the diagnoses by their names; what was left out is told with the first that has a curve."""
    notes = tuple(DataNote(NoteKind.SKIPPED, "", f"a file was left out: {problem}") for problem in problems)
    for diagnosis in chain.from_iterable(found):
        run = diagnosis.run
        told = notes if run.curves else ()
        notes = () if run.curves else notes
        name = below.get(run.path, run.name)
        same = name == run.name and not told
        yield diagnosis if same else replace(diagnosis, run=replace(run, name=name, notes=(*run.notes, *told)))


def _below(found: Sequence[_Named], root: str) -> dict[str, str] | None:
    """Return path -> folder below the root for runs of one name; None where that does not tell them apart."""
    names = Counter(n.name for n in found)
    places = Counter(n.path for n in found)
    twice = [n for n in found if names[n.name] > 1]
    if any(places[n.path] > 1 or not os.path.isdir(n.path) for n in twice):
        return None
    below = {n.path: os.path.relpath(n.path, root) for n in twice}
    return None if "." in below.values() else below
