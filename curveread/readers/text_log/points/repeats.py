"""What a log says twice: stretches with the same numbers, which are no restart, and several values at one step."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray, IntArray
from curveread.readers.tables.columns import Column, Table
from curveread.readers.text_log.line.words import TELLING, is_measured
from curveread.run.roles import role_of

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


def without_repeats(table: Table, step: IntArray) -> tuple[dict[str, Column], int]:
    """Return the columns without points that repeat an equal one beside them, and how many of metrics there were."""
    start = _start(table)
    out, repeated = {}, 0
    for tag, column in table.columns.items():
        beside = _beside(column, step, start)
        if not beside.any():
            out[tag] = column
            continue
        block = np.concatenate([[0], np.cumsum(~beside)])
        bits = column.value.view(np.int64)
        order = np.lexsort((column.row, bits, block))
        again = np.zeros(block.size, bool)
        same = block[order[1:]] == block[order[:-1]]
        again[order[1:]] = (bits[order[1:]] == bits[order[:-1]]) & same
        finite = np.isfinite(column.value)
        if not finite[again].any() and (~again[order[1:]] & finite[order[1:]] & same).any():
            again[:] = False  # the finite points of a step all differ: that those without a value agree proves nothing
        if role_of(tag) in TELLING:  # clocks and counters stand in the lines of training and of evaluation
            repeated += int(again.sum())
        out[tag] = Column(column.row[~again], column.value[~again])
    return out, repeated


def beside_another(table: Table, step: IntArray) -> dict[str, int]:
    """Return of each metric how many points stand beside another."""
    start = _start(table)
    found = {t: int(_beside(c, step, start).sum()) for t, c in table.columns.items() if is_measured(t)}
    return {tag: n for tag, n in found.items() if n}


def _start(table: Table) -> IntArray:
    """Return which start of the run each row is of, (rows,)."""
    if not table.restarts:
        return np.broadcast_to(np.int64(0), table.rows)
    return np.searchsorted(np.array(table.restarts, np.int64), np.arange(table.rows), side="right")


def _beside(column: Column, step: IntArray, start: IntArray) -> BoolArray:
    """Return which points but the first stand at the step of the one before, in the same start of the run, (n - 1,)."""
    every = column.row.size == step.size
    at, of = (step, start) if every else (step[column.row], start[column.row])
    out: BoolArray = (at[1:] == at[:-1]) & (of[1:] == of[:-1])
    return out


def _said_before(step: IntArray, column: Column) -> BoolArray:
    """Return which points repeat an earlier one of the same step and value."""
    bits = column.value.view(np.int64)
    order = np.lexsort((column.row, bits, step))
    again = np.zeros(step.size, bool)
    again[order[1:]] = (bits[order[1:]] == bits[order[:-1]]) & (step[order[1:]] == step[order[:-1]])
    return again
