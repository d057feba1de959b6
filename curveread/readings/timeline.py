"""What happened, in the order of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

import numpy as np

from curveread.case import Case
from curveread.findings.arguments import Name, Place, Tag, figure
from curveread.findings.diagnosis import TimelineEntry
from curveread.findings.finding import Finding
from curveread.findings.incidents import incident_text
from curveread.findings.landmarks import EPOCHS, EVALS, RATE, Landmarks, eval_curve
from curveread.findings.text import joined, text
from curveread.run.incidents import Incident, root_of
from curveread.run.model import Run
from curveread.run.roles import LOSSES

_MOST = 25
"""Epochs or evaluations beyond which a list of them hides what else happened."""
_MOST_CHANGES = 20

_OF_THE_END = frozenset({"unfinished-run"})
"""Rules whose findings tell of where the run ended, and not of where what they rest on begins."""

_Clock = Callable[[int], float | None]


def timeline(case: Case, findings: Sequence[Finding]) -> tuple[TimelineEntry, ...]:
    """Return what happened, by step: the schedule, epochs, evaluations, checkpoints, findings, the end."""
    run = case.run
    wall = _clock(run)
    out = [
        TimelineEntry(at, "restart" if f.rule == "restart" else "finding", f.message, wall(at))
        for f in findings
        if (at := f.last_step if f.rule in _OF_THE_END else f.first_step) is not None
    ]
    out += _places(run, case.marks, wall)
    out += _checkpoints(run, wall)
    out += _ends(run, wall)
    return tuple(sorted(out, key=lambda t: t.step))


def _clock(run: Run) -> _Clock:
    """Return step -> wall time, by the clock of the loss."""
    clock = next((c for role in LOSSES for c in run.of(role) if c.wall_time is not None), None)

    def wall(step: int) -> float | None:
        if clock is None or clock.wall_time is None or not len(clock):
            return None
        at = int(np.clip(np.searchsorted(clock.step, step), 0, len(clock) - 1))
        time = float(clock.wall_time[at])
        return time if np.isfinite(time) else None

    return wall


def _places(run: Run, places: Sequence[Landmarks], wall: _Clock) -> Iterator[TimelineEntry]:
    """Yield changes of the learning rate, epochs, and evaluations with their value; none of a kind with very many."""
    for marks in places:
        steps = [int(s) for s in marks.step]
        if marks.kind == RATE and len(steps) <= _MOST_CHANGES:
            kinds = ["lr-change" if sudden else "schedule" for sudden in marks.sudden]
        elif marks.kind in (EPOCHS, EVALS) and len(steps) <= _MOST:
            kinds = [marks.kind] * len(steps)
        else:
            continue
        for step, kind, words in zip(steps, kinds, marks.text, strict=True):
            yield TimelineEntry(step, kind, (_measured(run, step) if kind == EVALS else "") or words, wall(step))


def _measured(run: Run, step: int) -> str:
    """Return what an evaluation measured: ``eval/loss 2.31``."""
    curve = eval_curve(run)
    if curve is None:
        return ""
    value = float(curve.value[int(np.searchsorted(curve.step, step))])
    return text("{tag} {value}", tag=Tag(curve.tag), value=figure(value))


def _checkpoints(run: Run, wall: _Clock) -> Iterator[TimelineEntry]:
    for kept in run.checkpoints:
        yield TimelineEntry(
            kept.step, "checkpoint", text("{name} was saved", name=Name(PurePath(kept.path).name)), wall(kept.step)
        )


def _ends(run: Run, wall: _Clock) -> Iterator[TimelineEntry]:
    """Yield what ended attempts, and the end of the run with what was printed there."""
    if run.last_step is None:
        return
    for incident in run.incidents:
        step = _step_of(incident, run)
        if not incident.final and step is not None:
            printed = text("printed at {at}: {what}", at=Place(step), what=incident_text(incident))
            yield TimelineEntry(step, "end", printed, incident.wall_time or wall(step))
    end = "the log ends" if run.crashed is None else ("the run crashed" if run.crashed else "the run finished")
    cause = root_of([i for i in run.incidents if i.final])
    words = joined(": ", (end, incident_text(cause))) if cause is not None else end
    yield TimelineEntry(run.last_step, "end", words, wall(run.last_step))


def _step_of(incident: Incident, run: Run) -> int | None:
    """Return the step of an incident: printed beside it, or that of its time by the run's clock."""
    if incident.step is not None or incident.wall_time is None:
        return incident.step
    for role in LOSSES:
        for curve in run.of(role):
            wall = curve.wall_time
            if wall is not None and np.isfinite(wall).all() and wall[0] <= incident.wall_time <= wall[-1]:
                return int(curve.step[int(np.searchsorted(wall, incident.wall_time, side="right")) - 1])
    return None
