"""A table of rows and its steps -> curves, one set for each start of the run in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from curveread.arrays import IntArray
from curveread.plural import amount
from curveread.readers.tables.columns import Axis, Table, clock_of, is_bookkeeping
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind
from curveread.run.tags.counters import counter_of


def _breaks(table: Table, step: IntArray, names: list[str]) -> IntArray:
    """Return the rows at which the log starts over: a column's own steps go back there."""
    back = np.flatnonzero(step[1:] < step[:-1]) + 1
    if not back.size:
        return back
    drop = step[back - 1] - step[back]
    accepted: set[int] = set()
    for name in names:
        row = table.columns[name].row
        mine = step[row]
        for j in np.flatnonzero(mine[1:] < mine[:-1]).tolist():
            low, high = np.searchsorted(back, [row[j] + 1, row[j + 1]], side="left")
            high += int(high < back.size and back[high] == row[j + 1])
            if any(int(b) in accepted for b in back[low:high]) or low >= high:
                continue
            accepted.add(int(back[low:high][int(np.argmax(drop[low:high]))]))
    return np.array(sorted(accepted), dtype=np.int64)


_NO_STEPS: Mapping[str, IntArray] = {}


def segments_of(
    table: Table, axis: Axis, source: str, skip: Iterable[str] = (), own: Mapping[str, IntArray] = _NO_STEPS
) -> tuple[list[dict[str, Curve]], list[DataNote]]:
    """Cut a table into curves.

    Parameters
    ----------
    table, axis
        The rows and their steps.
    source
        The file, for the notes.
    skip
        Columns that are not curves here.
    own
        Steps of columns that have others than those of their rows, (n,) int64, one for each point.

    Returns
    -------
    segments
        tag -> Curve for every start of the run in the file, in order; usually one.
    notes
        Where the file starts over, how steps were found.
    """
    notes: list[DataNote] = []
    if axis.reason:
        notes.append(DataNote(NoteKind.X_AXIS, source, axis.reason))
    clock = clock_of(table)
    unwanted = {axis.name, *skip} | ({clock[0]} if clock else set())
    names = [n for n in table.columns if n not in unwanted and not is_bookkeeping(n)]
    said = [r for r in table.restarts if 0 < r < table.rows and axis.step[r] <= axis.step[r - 1]]
    telling = [n for n in names if n not in own and counter_of(n) is None]  # a counter beside the steps shows no start
    starts = np.union1d(_breaks(table, axis.step, telling or names), np.array(said, np.int64))
    if starts.size > max(8, 0.02 * table.rows):
        message = f"steps go back {amount(starts.size, 'time')}: rows are taken as unordered and sorted by {axis.name}"
        notes.append(DataNote(NoteKind.UNORDERED, source, message, times=starts.size))
        starts = starts[:0]
    bounds = [0, *starts.tolist(), table.rows]
    segments = []
    for low, high in pairwise(bounds):
        curves: dict[str, Curve] = {}
        for name in names:
            column = table.columns[name]
            a, b = np.searchsorted(column.row, [low, high])
            if a == b:
                continue
            # Of columns that stand in every row the curves share the steps and the clock.
            row = slice(low, high) if b - a == high - low else column.row[a:b]
            value = column.value[a:b]
            step = own[name][a:b] if name in own else axis.step[row]
            wall = clock[1][row] if clock else None
            if np.any(step[1:] < step[:-1]):
                order = np.argsort(step, kind="stable")
                step, value = step[order], value[order]
                wall = None if wall is None else wall[order]
            curves[name] = Curve(name, step, value, wall)
        if curves:
            segments.append(curves)
    return segments, notes
