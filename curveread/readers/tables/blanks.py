"""Blank cells of a CSV that were a NaN: ``DataFrame.to_csv`` writes NaN as nothing.

A blank usually means "not logged in this row". Where a training loss or gradient norm stood in every training row
and then is blank while its companions go on, it was logged and was NaN: a run that broke down looks like one whose
logging fell silent. Those cells are put back as NaN, with a note.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from curveread.arrays import BoolArray, IntArray
from curveread.plural import amount
from curveread.readers.tables.columns import Column, Table, clock_of, is_axis_name, is_bookkeeping
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role, is_eval, role_of

_BREAKABLE = frozenset({Role.TRAIN_LOSS, Role.GRAD_NORM})
_COUNTERS = frozenset({Role.STEP_AXIS, Role.EPOCH, Role.TOKENS, Role.MEMORY, Role.SYSTEM})
_FEWEST = 20
"""Rows that must hold the value before its absence tells anything."""
_KINDS = 256
"""Sets of rows that columns may hold; a logger has a few."""
_NONE = np.empty(0, np.int64)
_SCATTERED = 0.01
"""Share of scattered blanks up to which they are taken for NaN."""


def restore_nan(table: Table, source: str, torn: Collection[str] = ()) -> tuple[Table, list[DataNote]]:
    """Put NaN back where a CSV writer left it out.

    Parameters
    ----------
    table
        The numeric columns of a CSV.
    source
        The file, for the notes.
    torn
        Columns in which cells are damaged: what they lack need not have been a NaN.

    Returns
    -------
    table
        With NaN in the cells that were logged as NaN. Columns whose blanks have another explanation (evaluations,
        metrics that come and go, a second column that takes over) are as they were.
    notes
        One per column that was changed.
    """
    clock = clock_of(table)
    metrics = [
        n for n in table.columns if not is_bookkeeping(n) and not is_axis_name(n) and (not clock or n != clock[0])
    ]
    training = [n for n in metrics if not is_eval(n) and role_of(n) not in _COUNTERS]
    masks = {n: _mask(table, n) for n in training if table.columns[n].row.size}
    alike: dict[bytes, list[str]] = {}
    for name, mask in masks.items():
        alike.setdefault(np.packbits(mask).tobytes(), []).append(name)
    if len(alike) > _KINDS:
        return table, []
    kinds = [masks[names[0]] for names in alike.values()]
    lost: dict[str, IntArray] = {}
    for i, names in enumerate(alike.values()):
        breakable = [n for n in names if role_of(n) in _BREAKABLE and n not in torn]
        if breakable:
            lost |= dict.fromkeys(breakable, _lost(i, kinds, twins=len(names) > 1))
    columns, notes = dict(table.columns), []
    for name in training:
        blank = lost.get(name, _NONE)
        if not blank.size:
            continue
        old = table.columns[name]
        row = np.concatenate([old.row, blank])
        order = np.argsort(row, kind="stable")
        columns[name] = Column(row[order], np.concatenate([old.value, np.full(blank.size, np.nan)])[order])
        message = (
            f"{name} is blank in {amount(blank.size, 'row')} (from row {blank[0]} to {blank[-1]}) in which the metrics "
            "beside it were logged; CSV writers leave NaN out, so these cells are read as NaN"
        )
        notes.append(DataNote(NoteKind.CORRUPT, source, message))
    return replace(table, columns=columns), notes


def _mask(table: Table, name: str) -> BoolArray:
    out = np.zeros(table.rows, bool)
    out[table.columns[name].row] = True
    return out


def _lost(of: int, kinds: list[BoolArray], *, twins: bool) -> IntArray:
    """Return the rows in which columns must have been NaN; empty when their blanks have another explanation.

    ``kinds`` are the (rows,) masks of the rows that columns hold, one for all that hold the same (``twins``: several
    do), and ``of`` is which of them is looked at.
    """
    mine = kinds[of]
    if mine.all() or mine.sum() < _FEWEST:
        return _NONE
    others = [mask for i, mask in enumerate(kinds) if i != of]
    companions = [mask for mask in others if mask[mine].all()]
    if not companions:
        return _NONE
    blank = np.flatnonzero(np.logical_or.reduce(companions) & ~mine)
    if not blank.size:
        return blank
    for mask in [*others, mine] if twins else others:  # a column that starts where this one stops has taken over
        if not mask[: blank[0]].any():
            return _NONE
    scattered = int((blank < np.flatnonzero(mine)[-1]).sum())
    if scattered > _SCATTERED * mine.sum() or (scattered == 0 and blank.size < 3):
        return _NONE
    return blank
