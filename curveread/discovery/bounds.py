"""Steps and clocks that no training has: damage that the container of the log did not notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from curveread.plural import amount
from curveread.readers.base import BEYOND, Part
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind

_CLOCK = 1.0e11
"""Seconds since 1970, in the year 5138."""


def within_bounds(part: Part) -> Part:
    """Leave out the points whose step cannot be one, and the times that cannot be; with a note."""
    points = times = 0

    def bounded(curve: Curve) -> Curve:
        nonlocal points, times
        step, wall = curve.step, curve.wall_time
        if step.size and (step[0] <= -BEYOND or step[-1] >= BEYOND):
            keep = (step > -BEYOND) & (step < BEYOND)
            points += int(step.size - keep.sum())
            curve = curve.take(keep)
            wall = curve.wall_time
        if wall is not None and wall.size:
            wild = np.isfinite(wall) & (np.abs(wall) > _CLOCK)
            if wild.any():
                times += int(wild.sum())
                curve = replace(curve, wall_time=np.where(wild, np.nan, wall))
        return curve

    def each(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        found = {tag: bounded(curve) for tag, curve in curves.items()}
        return {tag: curve for tag, curve in found.items() if len(curve)}

    if part.segments:
        segments = tuple(each(s) for s in part.segments)
        curves = segments[-1] if part.curves is part.segments[-1] else each(part.curves)
    else:
        segments, curves = (), each(part.curves)
    notes = []
    if points:
        message = f"left out {amount(points, 'point')} whose step is beyond what 64 bits count"
        notes.append(DataNote(NoteKind.CORRUPT, part.source.path, message))
    if times:
        message = f"left out {amount(times, 'time')} beyond the year 5000"
        notes.append(DataNote(NoteKind.CORRUPT, part.source.path, message))
    return replace(part, curves=curves, segments=segments, notes=(*part.notes, *notes)) if notes else part
