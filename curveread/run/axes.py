"""Run -> Run over another axis: tokens or seconds instead of what the log calls step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from curveread.errors import UsageError
from curveread.run.model import Attempt, Curve, FloatArray, IntArray, Run
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role

__all__ = ["with_axis"]

_Place = Callable[[Curve], IntArray]


def with_axis(run: Run, x: str) -> Run:
    """Return the run with its curves, attempts and checkpoints placed on another axis.

    Parameters
    ----------
    run
        A run.
    x
        ``step`` leaves it as it is. ``tokens`` places every point where the curve that counts tokens was at its step,
        ``time`` at its own wall time, in whole seconds since the first point of the run; between logged counts both are
        interpolated. ``epoch`` is only there for logs that count epochs anyway: steps are whole numbers.

    Raises
    ------
    UsageError
        When the log has nothing to tell that axis from.
    """
    if x == "step" or (x == "epoch" and "epoch" in run.x_axis.lower()):
        return run
    if x == "tokens":
        counter = _tokens(run)
        step, value = counter.step, counter.value
        message = f"steps are tokens, read off {counter.tag}; between its points they are interpolated"
        return _placed(run, lambda c: _whole(_at(c.step, step, value, 0.0)), "tokens", message)
    if x == "time":
        step, wall = _clock(run)
        start = float(wall[0])

        def place(curve: Curve) -> IntArray:
            return _seconds(curve, step, wall, start)

        message = "steps are seconds since the first point of the run, by wall time"
        return _placed(run, place, "seconds", message)
    hint = "; the curves that count epochs are there as curves" if run.of(Role.EPOCH) else ""
    raise UsageError(
        f"--x {x}: {run.path} counts {run.x_axis}, and an axis must count whole numbers, which the epochs of a step "
        f"are not{hint}; use --x step, tokens or time"
    )


def _tokens(run: Run) -> Curve:
    """Return the curve that counts tokens, finite, from its first count on."""
    found = run.of(Role.TOKENS)
    if not found:
        raise UsageError(
            f"--x tokens: {run.path} has no curve that counts tokens (num_tokens, …); use --x step or time"
        )
    counter = found[0].take(found[0].finite)
    back = np.flatnonzero(counter.value[1:] < counter.value[:-1])
    if back.size:
        raise UsageError(
            f"--x tokens: {counter.tag} of {run.path} goes back at step {counter.step[back[0] + 1]}, so that it cannot "
            "be an axis; use --x step or time"
        )
    if not len(counter) or (len(counter) > 1 and counter.value[-1] == counter.value[0]):
        raise UsageError(f"--x tokens: {counter.tag} of {run.path} does not count up; use --x step or time")
    return counter


def _clock(run: Run) -> tuple[IntArray, FloatArray]:
    """Return steps and wall times of the curve whose clock has the most points, in order."""
    timed = [c for c in run.curves.values() if c.wall_time is not None and np.isfinite(c.wall_time).any()]
    if not timed:
        raise UsageError(f"--x time: {run.path} has no wall time in its logs; use --x step")
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


def _seconds(curve: Curve, step: IntArray, wall: FloatArray, start: float) -> IntArray:
    if curve.wall_time is None:
        when = _at(curve.step, step, wall, start)
    else:
        known = np.isfinite(curve.wall_time)
        when = np.where(known, curve.wall_time, _at(curve.step, step, wall, start))
    return _whole(np.maximum.accumulate(when) - start)


def _at(step: IntArray, known: IntArray, value: FloatArray, lowest: float) -> FloatArray:
    """Interpolate ``value`` at each step; outside of the known ones go on at the average pace, down to ``lowest``."""
    last = np.append(known[1:] != known[:-1], True)
    x, y = known[last].astype(np.float64), value[last]
    pace = (y[-1] - y[0]) / (x[-1] - x[0]) if x.size > 1 else 0.0
    at = np.interp(step, x, y)
    at = np.where(step > x[-1], y[-1] + (step - x[-1]) * pace, at)
    out: FloatArray = np.where(step < x[0], np.maximum(y[0] + (step - x[0]) * pace, lowest), at)
    return out


def _whole(value: FloatArray) -> IntArray:
    return np.floor(value + 1e-9).astype(np.int64)


def _placed(run: Run, place: _Place, x_axis: str, message: str) -> Run:
    def moved(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        return {t: replace(c, step=place(c)) if len(c) else c for t, c in curves.items()}

    def moved_attempt(attempt: Attempt) -> Attempt:
        curves = moved(attempt.curves)
        own = [c for t, c in curves.items() if len(c) and not t.startswith("system/")]
        steps = [s for c in own for s in c.step[[0, -1]].tolist()]
        first, last = min(steps, default=0), max(steps, default=0)
        return replace(attempt, first_step=first, last_step=last, curves=curves, superseded=moved(attempt.superseded))

    saved = np.array([c.step for c in run.checkpoints], np.int64)
    places = place(Curve("checkpoints", saved, np.zeros(saved.size)))
    return replace(
        run,
        curves=moved(run.curves),
        attempts=tuple(map(moved_attempt, run.attempts)),
        checkpoints=tuple(replace(c, step=s) for c, s in zip(run.checkpoints, places.tolist(), strict=True)),
        notes=(*run.notes, DataNote(NoteKind.X_AXIS, "", message)),
        x_axis=x_axis,
    )
