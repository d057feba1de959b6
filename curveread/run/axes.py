"""Run -> Run over another axis: epochs, tokens or seconds instead of what the log calls step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.errors import ArgumentError
from curveread.run.model import Attempt, Curve, Run
from curveread.run.notes import DataNote, NoteKind
from curveread.run.placement import Placement
from curveread.run.roles import Role

_Place = Callable[[Curve], FloatArray]


def with_axis(run: Run, x: str) -> Run:
    """Return the run with its curves, attempts and checkpoints placed on another axis.

    The checks go on judging by the steps of the log, which :attr:`Run.placement` keeps; where a thing happened is then
    shown on the new axis. So the same things are found whatever the axis.

    Parameters
    ----------
    run
        A run.
    x
        ``step`` leaves it as it is. ``tokens`` and ``epoch`` place every point where the curve that counts them was at
        its step, epochs with their fractions; ``time`` at its own wall time, in whole seconds since the first point of
        the run. Between logged counts all three are interpolated.

    Raises
    ------
    ArgumentError
        When the log has nothing to tell that axis from.
    """
    if x == "step" or (x == "epoch" and "epoch" in run.x_axis.lower()):
        return run
    if x == "time":
        step, wall = clock(run)
        start = float(wall[0])
        placement = Placement(run, step, wall - start)
        message = "steps are seconds since the first point of the run, by wall time"
        return _placed(run, placement, lambda c: _seconds(c, placement, start), "seconds", message)
    counter = _counter(run, x, *_COUNTERS[x])
    step, value = counter.step, counter.value
    if x == "epoch":
        begins = np.append(True, value[1:] != value[:-1])  # a whole number of epochs stands at all steps of the epoch
        if (value % 1.0).any():
            begins[-1] = True
        step, value = step[begins], _decimal(value[begins]) if counter.significand_bits <= 24 else value[begins]
    placement = Placement(run, step, value, whole=x == "tokens")
    counts = "epochs" if x == "epoch" else x
    message = f"steps are {counts}, read off {counter.tag}; between its points they are interpolated"
    return _placed(run, placement, lambda c: placement.between(c.step), x, message)


_COUNTERS = {"tokens": (Role.TOKENS, "num_tokens, …"), "epoch": (Role.EPOCH, "epoch, …")}


def _counter(run: Run, x: str, role: Role, like: str) -> Curve:
    """Return the curve that counts tokens or epochs, finite, from its first count on."""
    what = "epochs" if x == "epoch" else x
    found = run.of(role)
    if not found:
        raise ArgumentError("x", x, f"{run.path} has no curve that counts {what} ({like}); use step or time")
    counter = found[0].take(found[0].finite)
    back = np.flatnonzero(counter.value[1:] < counter.value[:-1])
    if back.size:
        reason = (
            f"{counter.tag} of {run.path} goes back at step {counter.step[back[0] + 1]}, so that it cannot be an axis"
        )
        raise ArgumentError("x", x, f"{reason}; use step or time")
    if not len(counter) or (len(counter) > 1 and counter.value[-1] == counter.value[0]):
        raise ArgumentError("x", x, f"{counter.tag} of {run.path} does not count up; use step or time")
    return counter


def _decimal(value: FloatArray) -> FloatArray:
    """Return float32 numbers as they were meant, with seven digits: 0.05 and not 0.05000000074505806."""
    digits = np.floor(np.log10(np.maximum(np.abs(value), 1e-30)))
    factor = 10.0 ** np.clip(6 - digits, 0, 30)
    rounded: FloatArray = np.round(value * factor) / factor
    return rounded


def clock(run: Run) -> tuple[IntArray, FloatArray]:
    """Return steps and wall times, (n,) each, of the curve whose clock has the most points, in order.

    Raises
    ------
    ArgumentError
        When no curve has one.
    """
    timed = [c for c in run.curves.values() if c.wall_time is not None and np.isfinite(c.wall_time).any()]
    if not timed:
        raise ArgumentError("x", "time", f"{run.path} has no wall time in its logs; use step")
    best = max(timed, key=lambda c: (not c.tag.startswith("system/"), np.isfinite(_wall(c)).sum()))
    known = np.isfinite(_wall(best))
    start = min(float(np.nanmin(_wall(c))) for c in timed)
    wall = np.maximum.accumulate(_wall(best)[known])
    step = best.step[known]
    if wall[0] > start:  # another curve was logged first
        step, wall = np.append(step[0], step), np.append(start, wall)
    return step, wall


def _wall(curve: Curve) -> FloatArray:
    return np.empty(0) if curve.wall_time is None else curve.wall_time


def _seconds(curve: Curve, placement: Placement, start: float) -> FloatArray:
    when = placement.between(curve.step)
    if curve.wall_time is not None:
        when = np.where(np.isfinite(curve.wall_time), curve.wall_time - start, when)
    seconds: FloatArray = np.maximum.accumulate(when)
    return seconds


def _placed(run: Run, placement: Placement, place: _Place, x_axis: str, message: str) -> Run:
    def moved(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        return {t: replace(c, step=placement.rounded(place(c))) if len(c) else c for t, c in curves.items()}

    def moved_attempt(attempt: Attempt) -> Attempt:
        curves = moved(attempt.curves)
        own = [c for t, c in curves.items() if len(c) and not t.startswith("system/")]
        steps = [s for c in own for s in c.step[[0, -1]].tolist()]
        first, last = min(steps, default=0), max(steps, default=0)
        return replace(attempt, first_step=first, last_step=last, curves=curves, superseded=moved(attempt.superseded))

    return replace(
        run,
        curves=moved(run.curves),
        attempts=tuple(map(moved_attempt, run.attempts)),
        checkpoints=tuple(replace(c, step=placement.at(c.step)) for c in run.checkpoints),
        incidents=tuple(i if i.step is None else replace(i, step=placement.at(i.step)) for i in run.incidents),
        notes=(*run.notes, DataNote(NoteKind.X_AXIS, "", message)),
        x_axis=x_axis,
        placement=placement,
    )
