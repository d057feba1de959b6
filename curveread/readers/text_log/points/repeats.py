"""What a log says twice: stretches with the same numbers, which are no restart, and several values at one step."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray, IntArray
from curveread.readers.tables.columns import Column, Table
from curveread.readers.text_log.line.words import is_measured

__all__ = ["beside_another", "without_rewritten"]


_MANY = 8


def without_rewritten(table: Table, step: IntArray) -> tuple[Table, IntArray, int]:
    """Take out rows that say again what rows before them said. O(n log n).

    Parameters
    ----------
    table, step
        The rows and their steps, (rows,) int64, in the file's order.

    Returns
    -------
    table, step
        Without the stretches that begin where the steps go back and hold nothing new, or that begin at the file's
        first step (a file that is written anew with all rows each time); nor with a single record at the end that
        goes back, as boosting prints its best iteration.
    rows
        How many were taken out.
    """
    back = np.flatnonzero(step[1:] < step[:-1]) + 1
    if not back.size:
        return table, step, 0
    new = np.zeros(step.size, bool)
    full = np.zeros(step.size, bool)
    for name, column in table.columns.items():
        if name == "wall_time" or not column.row.size:
            continue
        full[column.row] = True
        new[column.row] |= ~_said_before(step[column.row], column)
    out: BoolArray = np.zeros(step.size, bool)
    bounds = np.append(back, step.size)
    if step.size - back[-1] == 1 and back[-1] >= _MANY and step[back[-1]] > step[0]:
        out[-1] = True  # the best record, printed once more at the end
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        said = full[low:high] & ~new[low:high]
        if not said.any():
            continue
        whole = not (full[low:high] & new[low:high]).any()
        anew = step[low] <= step[0] and said[: max(1, int(said.sum()))].all()
        if whole or anew:
            out[low:high] = said
    if not out.any():
        return table, step, 0
    place = np.cumsum(~out) - 1
    restarts = tuple(int((~out[:row]).sum()) for row in table.restarts)
    columns = {}
    for name, column in table.columns.items():
        keep = ~out[column.row]
        columns[name] = Column(place[column.row[keep]], column.value[keep])
    return Table(int((~out).sum()), columns, restarts), step[~out], int(out.sum())


def beside_another(table: Table, step: IntArray) -> dict[str, int]:
    """Return of each metric how many points stand at the step of its point before, in the same start of the run."""
    start = np.searchsorted(np.array(table.restarts, np.int64), np.arange(table.rows), side="right")
    found = {}
    for tag, column in table.columns.items():
        if is_measured(tag):
            at, of = step[column.row], start[column.row]
            found[tag] = int(((at[1:] == at[:-1]) & (of[1:] == of[:-1])).sum())
    return {tag: n for tag, n in found.items() if n}


def _said_before(step: IntArray, column: Column) -> BoolArray:
    """Return which points repeat an earlier one of the same step and value."""
    bits = column.value.view(np.int64)
    order = np.lexsort((column.row, bits, step))
    again = np.zeros(step.size, bool)
    again[order[1:]] = (bits[order[1:]] == bits[order[:-1]]) & (step[order[1:]] == step[order[:-1]])
    return again
