"""Rows that say whether they are of the training or of an evaluation: by ``mode``, ``phase``, ``split`` or the like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.readers.tables.columns import CLOCK_NAMES, Column, integral, is_axis_name, is_bookkeeping
from curveread.readers.tables.delimited import Cells
from curveread.run.nested import epoch_ends, in_epochs
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import EVAL_WORDS, TRAIN_WORDS

_Words = np.ndarray[tuple[int, ...], np.dtype[np.object_]]
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


def splits_named(texts: Mapping[str, list[str]]) -> str:
    """Return the column of which every cell names a split, some of the training and some of evaluations; or nothing."""
    for name, cells in texts.items():
        said = {cell.strip().lower() for cell in set(cells)}
        if said <= EVAL_WORDS | TRAIN_WORDS and not (said.isdisjoint(EVAL_WORDS) or said.isdisjoint(TRAIN_WORDS)):
            return name
    return ""


def splits_apart(cells: Cells) -> Cells:
    """Return a table in which a column that several splits fill is one for each: ``train/loss``, ``val/loss``.

    Rows of several splits at one count become one. Where a column was damaged, those made of it are added to the
    damaged ones of ``cells``.
    """
    name = splits_named(cells.text)
    if not name:
        return cells
    split = np.array([cell.strip() for cell in cells.text[name]], object)
    place = _places(cells, split)
    _, first = np.unique(place, return_index=True)
    out = Cells(first.size, notes=cells.notes, torn=cells.torn)
    out.restarts = tuple(int(place[row]) for row in cells.restarts if row < cells.rows)
    for tag, column in cells.numeric.items():
        mine = split[column.row]
        shared = is_axis_name(tag) or is_bookkeeping(tag) or tag.strip().lower() in CLOCK_NAMES
        if shared or np.unique(mine).size < 2:
            row, at = np.unique(place[column.row], return_index=True)
            out.numeric[tag] = Column(row, column.value[at])
            continue
        for word in dict.fromkeys(mine.tolist()):
            at = np.flatnonzero(mine == word)
            at = at[np.argsort(place[column.row[at]])]
            out.numeric[f"{word}/{tag}"] = Column(place[column.row[at]], column.value[at])
            if tag in cells.torn:
                cells.torn.add(f"{word}/{tag}")
    for tag, texts in cells.text.items():
        if tag != name:
            out.text[tag] = [texts[i] for i in first.tolist()]
    return out


def _places(cells: Cells, split: _Words) -> IntArray:
    """Return the row that each row becomes: rows of several splits at one count become one.

    Where the counter goes back from split to split and within none, the rows are put in its order.
    """
    full = [c.value for n, c in cells.numeric.items() if is_axis_name(n) and c.row.size == cells.rows]
    counters = [value for value in full if integral(value)]
    order = np.arange(cells.rows)
    for count in counters if not cells.restarts else ():
        within = (np.diff(count[split == word]) for word in np.unique(split))
        if np.any(np.diff(count) < 0) and all(np.all(moves >= 0) for moves in within):
            order = np.argsort(count, kind="stable")
            break
    place = np.empty(cells.rows, np.int64)
    at, last, seen = -1, None, set[str]()
    counts = list(zip(*(c.tolist() for c in counters), strict=True))
    for row in order.tolist():
        mine = counts[row] if counts else None
        if mine is None or mine != last or split[row] in seen:
            at, last, seen = at + 1, mine, set()
        seen.add(split[row])
        place[row] = at
    return place


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
