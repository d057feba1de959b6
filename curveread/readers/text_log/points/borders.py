"""Where one training ends in a file and another begins: they are told apart, never one curve."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.readers.tables.columns import Axis, Column, Table
from curveread.readers.text_log.line.words import is_telling
from curveread.run.roles import LOSSES, role_of

_FEWEST = 3
"""Steps of a training: a number that was damaged is none."""
_FAR = 2.0
"""Of the usual gap between steps: a line or two may be lost."""


def trainings_of(table: Table, axis: Axis, total: FloatArray, goal: FloatArray) -> list[tuple[Table, Axis]]:
    """Cut a log into its trainings.

    A training that begins again at the first step is another one where the one before had come to its end, or had
    come further than it; where it had not (a crash, a start from scratch), it is an attempt of the same.

    It is the same training, too, where the loss goes on where it was: only its counter starts over.

    Where one had come to its end, ``10/10``, and the next row counts towards another and far on, ``21/30``, that is
    of a training whose first rows are not here; ``11/20`` goes on.

    Parameters
    ----------
    table, axis
        The rows and their steps.
    total
        (rows,) float64: how many steps the rows say there will be; NaN where they do not.
    goal
        (rows,) float64: how many epochs.

    Returns
    -------
    list of (Table, Axis)
        Of each training, in the file's order; usually one.
    """
    starts = _starts(axis.step, table.restarts)
    far = _far_on(axis.step, total, goal, starts)
    starts = np.union1d(starts, far)
    bounds = [0, *starts.tolist(), table.rows]
    told = set(table.restarts).issuperset(starts.tolist())
    if not starts.size or (not told and min(np.unique(axis.step[a:b]).size for a, b in pairwise(bounds)) < _FEWEST):
        return [(table, axis)]
    last = [int(axis.step[a:b].max()) for a, b in pairwise(bounds)]
    groups = [bounds[0]]
    for i in range(len(last) - 1):
        planned = total[bounds[i] : bounds[i + 1]]
        planned = planned[np.isfinite(planned)]
        done = bounds[i + 1] in far or (bool(planned.size) and last[i] >= planned.max())
        if not _same_metrics(table, bounds[i : i + 3]):
            continue
        if done or (last[i] >= last[i + 1] and _begins_anew(table, groups[-1], bounds[i + 1])):
            groups.append(bounds[i + 1])
    if len(groups) == 1:
        return [(table, axis)]
    return [
        (_rows(table, a, b), Axis(axis.name, axis.step[a:b], axis.reason)) for a, b in pairwise([*groups, table.rows])
    ]


def _same_metrics(table: Table, bounds: list[int]) -> bool:
    """Return whether a metric of the stretch before a border is printed behind it as well."""
    a, b, c = bounds
    for tag, column in table.columns.items():
        low, middle, high = np.searchsorted(column.row, [a, b, c])
        if low < middle < high and is_telling(tag):
            return True
    return False


def _begins_anew(table: Table, begin: int, at: int) -> bool:
    """Return whether the training loss at row ``at`` begins anew instead of going on where it was."""
    for role in LOSSES:
        losses = [c for t, c in table.columns.items() if role_of(t) is role and c.row.size]
        if losses:
            break
    else:
        return True
    main = max(losses, key=lambda c: c.row.size)
    a, b = np.searchsorted(main.row, [begin, at])
    if a == b or b == main.row.size:
        return True
    few = max(1, min(5, (b - a) // 3, main.row.size - b))
    first, before, now = (float(np.median(main.value[k : k + few])) for k in (a, b - few, b))
    return not abs(now - before) < 0.5 * abs(now - first)


def told_starts(table: Table, step: IntArray, rows: IntArray) -> tuple[int, ...]:
    """Return the rows at which a training starts over, as the log says itself in the line before one of ``rows``.

    There the steps go back, or a metric has its second value at the step of the row before.
    """
    rows = np.unique(rows[(rows > 0) & (rows < table.rows)])
    out = set(rows[step[rows] < step[rows - 1]].tolist())
    same = rows[step[rows] == step[rows - 1]]
    for tag, column in table.columns.items():
        if not is_telling(tag):
            continue
        at = np.searchsorted(column.row, same)
        inside = (at > 0) & (at < column.row.size)
        before, behind = column.row[np.maximum(at - 1, 0)], column.row[np.minimum(at, column.row.size - 1)]
        out.update(same[inside & (step[before] == step[same]) & (step[behind] == step[same])].tolist())
    return tuple(sorted(out))


def _starts(step: IntArray, told: tuple[int, ...]) -> IntArray:
    """Return the rows at which the steps are back at the first one, or at which the log says so."""
    back = np.union1d(np.flatnonzero(step[1:] < step[:-1]) + 1, np.array(told, np.int64))
    if not back.size or back.size > max(64, 0.02 * step.size):
        return back[:0]
    first = int(step[0])
    return back[step[back] <= first + _gap(step)]


def _gap(step: IntArray) -> float:
    """Return how far it is from one step to the next, most often."""
    rises = np.diff(step)
    rises = rises[rises > 0]
    return float(np.median(rises)) if rises.size else 0.0


def _far_on(step: IntArray, total: FloatArray, goal: FloatArray, starts: IntArray) -> IntArray:
    """Return the rows that count towards another total than the one just reached, and not from there on."""
    said = np.flatnonzero(np.isfinite(goal) | np.isfinite(total))
    mine, goal = step[said], np.where(np.isfinite(goal[said]), goal[said], total[said])
    if not said.size or (mine > goal).any():  # a total of something else: of the steps of an epoch
        return said[:0]
    anew = (goal[1:] != goal[:-1]) & (mine[:-1] == goal[:-1]) & (np.diff(mine) > _FAR * _gap(step))
    rows: IntArray = said[1:][anew]
    edges = np.array([0, *starts.tolist(), step.size])
    behind = np.searchsorted(edges, rows, side="right")
    low, high = edges[behind - 1], edges[behind]
    sides = zip(low.tolist(), rows.tolist(), high.tolist(), strict=True)
    fewest = [min(np.unique(step[a:b]).size, np.unique(step[b:c]).size) for a, b, c in sides]
    out: IntArray = rows[np.array(fewest, np.int64) >= _FEWEST]
    return out


def _rows(table: Table, begin: int, end: int) -> Table:
    """Return the rows from ``begin`` to before ``end``."""
    columns = {}
    for name, column in table.columns.items():
        a, b = np.searchsorted(column.row, [begin, end])
        if a < b:
            columns[name] = Column(column.row[a:b] - begin, column.value[a:b])
    return Table(end - begin, columns, tuple(r - begin for r in table.restarts if begin < r < end))
