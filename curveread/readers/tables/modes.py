"""Rows that say whether they are of the training or of an evaluation, as MMDetection's JSON lines do."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.readers.tables.columns import Column
from curveread.readers.tables.delimited import Cells
from curveread.run.nested import epoch_ends, in_epochs
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import EVAL_WORDS

_INNER = ("iter", "step", "iteration", "batch")


def of_modes(cells: Cells, source: str) -> tuple[str, ...]:
    """Put rows with a ``mode`` on one axis: the training's steps, an evaluation at the end of its epoch.

    Metrics that both kinds of rows hold get ``val/`` in front in those of evaluations. Returns the column of the steps,
    nothing where the rows have no mode and no counter.
    """
    inner = next((n for n in _INNER if n in cells.numeric), None)
    modes = cells.text.get("mode")
    if inner is None or modes is None or not any(m in EVAL_WORDS for m in modes):
        return ()
    evaluation = np.array([m in EVAL_WORDS for m in modes])
    trained = np.array([m == "train" for m in modes])
    step, epoch = _whole(cells, inner), _whole(cells, "epoch")
    counted = trained & np.isfinite(step)
    total = np.full(cells.rows, np.nan)
    if not counted.any():
        return ()
    ends, trains = np.unique(step[evaluation & np.isfinite(step)]), np.unique(step[counted])
    if ends.size == 1 and trains.size > 1 and trains[-1] <= ends[0] < trains[-1] + np.median(np.diff(trains)):
        total[counted] = ends[0]  # evaluations name the last iteration of the epoch
    on, reason, each = in_epochs(step, epoch, total, counted, np.zeros(cells.rows, bool))
    at = np.maximum.accumulate(np.where(counted, np.arange(cells.rows), -1))
    carried = on[np.where(at < 0, int(np.argmax(counted)), at)].astype(np.int64)
    ended = epoch_ends(carried, epoch, evaluation & np.isfinite(epoch), counted, each)
    if reason:
        cells.notes.append(DataNote(NoteKind.X_AXIS, source, reason))
    for name in list(cells.numeric):
        _parted(cells, name, evaluation)
    del cells.text["mode"]
    cells.numeric.pop(inner)
    cells.numeric["step"] = Column(np.arange(cells.rows), ended.astype(np.float64))
    return ("step",)


def _whole(cells: Cells, name: str) -> FloatArray:
    out = np.full(cells.rows, np.nan)
    if name in cells.numeric:
        out[cells.numeric[name].row] = cells.numeric[name].value
    return out


def _parted(cells: Cells, name: str, evaluation: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
    """Give the numbers of evaluations a column of their own where training rows hold the same name."""
    column = cells.numeric[name]
    mine = evaluation[column.row]
    if name == "epoch" or not mine.any() or mine.all():
        return
    cells.numeric[name] = Column(column.row[~mine], column.value[~mine])
    cells.numeric[f"val/{name}"] = Column(column.row[mine], column.value[mine])
