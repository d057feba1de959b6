"""Steps that a text log does not print: shown by a progress bar, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.readers.text_log.bars import Bar

_EPOCH_DIGITS = 0.006
"""Epochs are printed with two decimals by older trainers, with four digits by newer ones."""


def from_bars(line: IntArray, trained: IntArray, epoch: FloatArray, bars: Sequence[Bar]) -> IntArray | None:
    """Return the steps that progress bars show beside the records.

    A bar is printed anew right behind each record and shows its step; one in the record's own line is older than it,
    and shows it in copies of a terminal. Output that was buffered stands beside the bar of another time, so the steps
    must fit the epochs of the records, or, without epochs, rise.

    Parameters
    ----------
    line
        (n,) int64 line of each record.
    trained
        Rows of the training loss: their bars tell the training's bar from those of evaluations.
    epoch
        (n,) float64, NaN where a record names none.
    bars
        The bars near records, in the order of their lines.

    Returns
    -------
    (n,) int64, or None when no bar serves.
    """
    if not bars or not trained.size:
        return None
    table = np.array([(b.line, b.done, b.total, b.same_line) for b in bars], np.int64)
    at = np.searchsorted(table[:, 0], line[trained], side="right")
    near = np.concatenate([table[np.minimum(at, len(table) - 1), 2], table[np.maximum(at - 1, 0), 2]])
    totals, count = np.unique(near, return_counts=True)
    table = table[table[:, 2] == totals[np.lexsort((totals, count))[-1]]]
    order = np.argsort(table[:, 0], kind="stable")
    where, done, own = table[order, 0], table[order, 1], table[order, 3].astype(bool)
    last = where.size - 1
    here = np.minimum(np.searchsorted(where, line, side="left"), last)
    inline = (where[here] == line) & own[here]
    behind = np.searchsorted(where, line, side="right")
    before = np.maximum(behind - 1, 0)
    follows = behind <= last
    behind = np.minimum(behind, last)
    follows &= where[behind] < np.append(line[1:], np.iinfo(np.int64).max)
    step = np.where(inline, done[here], np.where(follows, done[behind], done[before]))
    falls = int((np.diff(step) < 0).sum())
    if falls > 0.02 * step.size or np.unique(step[trained]).size < 0.9 * trained.size:
        return None
    return step.astype(np.int64) if _fit(step.astype(float), epoch) else None


def _fit(step: FloatArray, epoch: FloatArray) -> bool:
    """Return whether steps grow with the epochs, as far as the printed digits tell."""
    known = np.isfinite(epoch) & (epoch > 0) & (step > 0)
    if not known.any():
        return True
    per_epoch = float(np.median(step[known] / epoch[known]))
    slack = 1.0 + _EPOCH_DIGITS * per_epoch + 1e-3 * step[known]
    return bool(np.mean(np.abs(step[known] - per_epoch * epoch[known]) <= slack) >= 0.9)


def from_epochs(rows: int, trained: IntArray, epoch: FloatArray) -> IntArray:
    """Count the records of the training loss from 1; other records have the number of the one before.

    Where the epochs go back (a resume into the same file), the count goes back with them.
    """
    is_trained = np.zeros(rows, np.int64)
    is_trained[trained] = 1
    step = np.maximum(np.cumsum(is_trained), 1)
    mine = epoch[trained]
    for cut in np.flatnonzero(mine[1:] < mine[:-1] - 1e-9) + 1:
        row = int(trained[cut])
        earlier = step[trained[:cut]]
        before = mine[:cut] < mine[cut] - 1e-9
        resume = int(earlier[before].max()) + 1 if before.any() else 1
        step[row:] += resume - step[row]
    return step
