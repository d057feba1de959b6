"""From points that were logged one by one, each with its own step and clock, to curves.

MLflow and DVCLive keep a list of points per metric instead of rows that hold several metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.plural import amount, few
from curveread.readers.tables.columns import Axis, Column, Table
from curveread.readers.tables.segments import segments_of
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind

_CLOCK = (3.0e8, 1.0e10)  # 1979 to 2286: what can be a time of logging


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The points of one metric.

    Parameters
    ----------
    step
        (n,) int64, in any order.
    value
        (n,) float64, as logged.
    moment
        (n,) float64 that puts the points of all metrics into the order in which they were logged.
    wall_time
        (n,) float64 seconds since the epoch, or None without a clock; impossible times count as unknown.
    """

    step: IntArray
    value: FloatArray
    moment: FloatArray
    wall_time: FloatArray | None = None


def segments_of_points(metrics: Mapping[str, Points], source: str) -> tuple[list[dict[str, Curve]], list[DataNote]]:
    """Turn the points of a run into curves. O(n log n).

    Parameters
    ----------
    metrics
        tag -> points.
    source
        The file or folder, for the notes.

    Returns
    -------
    segments
        tag -> Curve for every start of the run, in order; usually one. Metrics below ``system/`` count their own
        samples: they tell nothing about a restart and are part of the last segment.
    notes
        How steps were found where the log names none.
    """
    filled = {tag: points for tag, points in metrics.items() if points.step.size}
    notes = []
    unnumbered = [tag for tag, points in filled.items() if points.step.size > 1 and not points.step.any()]
    for tag in unnumbered:
        filled[tag] = _numbered(filled[tag])
    if unnumbered:
        shown = few(unnumbered, 6)
        what = amount(len(unnumbered), "metric was", "metrics were")
        message = f"{what} logged without a step, the points are numbered: {shown}"
        notes.append(DataNote(NoteKind.X_AXIS, source, message))
    segments, more = _segments({t: p for t, p in filled.items() if not t.startswith("system/")}, source)
    notes += more
    system, _ = _segments({t: p for t, p in filled.items() if t.startswith("system/")}, source)
    if system:
        if not segments:
            segments = [{}]
        segments[-1] |= {tag: curve for part in system for tag, curve in part.items()}
    return segments, notes


def starts_of(step: IntArray) -> FloatArray:
    """Return moments for points in the order of their logging that have no clock: the number of the start they are of.

    A start is where steps go back. The last start is 0, the one before it -1: so that the last starts of several
    metrics are taken as one.
    """
    start = np.cumsum(np.append(0, step[1:] < step[:-1]))[: step.size]
    moment: FloatArray = (start - start[-1:]).astype(np.float64)
    return moment


def _numbered(points: Points) -> Points:
    """Count the points in the order of their logging: they all have step 0, which is what a missing step becomes."""
    step = np.empty(points.step.size, np.int64)
    step[np.argsort(points.moment, kind="stable")] = np.arange(step.size)
    return replace(points, step=step)


def _segments(metrics: Mapping[str, Points], source: str) -> tuple[list[dict[str, Curve]], list[DataNote]]:
    """Give every point a row of its own in one table, in the order of logging, and cut that into curves."""
    if not metrics:
        return [], []
    sizes = [p.step.size for p in metrics.values()]
    step = np.concatenate([p.step for p in metrics.values()])
    moment = np.concatenate([p.moment for p in metrics.values()])
    wall = np.concatenate(
        [np.full(p.step.size, np.nan) if p.wall_time is None else p.wall_time for p in metrics.values()]
    )
    order = np.lexsort((step, moment))
    row = np.empty(order.size, np.int64)
    row[order] = np.arange(order.size)
    columns: dict[str, Column] = {}
    start = 0
    for (tag, points), size in zip(metrics.items(), sizes, strict=True):
        mine = row[start : start + size]
        sort = np.argsort(mine)
        columns[tag] = Column(mine[sort], points.value[sort])
        start += size
    timed = np.flatnonzero((wall[order] > _CLOCK[0]) & (wall[order] < _CLOCK[1]))
    if timed.size:
        columns["_timestamp"] = Column(timed, wall[order][timed])
    return segments_of(Table(order.size, columns), Axis("the logged step", step[order]), source)
