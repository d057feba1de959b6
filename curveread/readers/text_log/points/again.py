"""Lines that say a result once more when a training ends: the best record, the final one. They are no points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.readers.text_log.points.beat import LOOSE, Beat
from curveread.readers.text_log.sheets import Columns, Sheet

_DECIMALS = (None, 2, 3, 4, 5, 6)
"""To which a value may be rounded when it is said again; one with fewer would be equal to many others by chance."""


def without_closing(beat: Beat, parts: list[tuple[Sheet, Columns]], best: Sequence[int]) -> None:
    """Take out the lines that say a result again. O(n log n).

    ``best`` are the lines below one that says ``Best iteration is:``: these words decide.
    """
    if best:
        beat.left_out(np.isin(beat.line, best) & ~beat.blank, "the best record, printed once more")
    closing = [s for s, (sheet, _) in enumerate(parts) if sheet.closing]
    if not closing:
        return
    value, line = _printed([columns for _, columns in parts])
    for s in closing:
        mine, columns = np.flatnonzero(beat.sheet == s), parts[s][1]
        if not columns.values.size:
            beat.keep[mine] = False  # "Best epoch: 3" counts nothing
            continue
        again = _said_before(columns, value, line) & (beat.counts[mine] != LOOSE)
        beat.left_out(mine[again], "a result that repeats values printed before")


def _printed(parts: Sequence[Columns]) -> tuple[FloatArray, IntArray]:
    """Return all values of a log and their lines, each (n,)."""
    value = np.concatenate([part.values.ravel() for part in parts])
    line = np.concatenate([np.repeat(part.line, part.values.shape[1]) for part in parts])
    return value, line


def _said_before(columns: Columns, value: FloatArray, line: IntArray) -> BoolArray:
    """Return which rows hold values alone that lines before them hold, as they are or rounded, (rows,)."""
    again = ~np.isfinite(columns.values)
    for decimals in _DECIMALS:
        rounded = _rounded(columns.values, decimals)
        short = ~again & (rounded == columns.values)
        if not short.any():
            continue
        known, first = _first_lines(_rounded(value, decimals), line)
        at = np.minimum(np.searchsorted(known, rounded), known.size - 1)
        again |= short & (known[at] == rounded) & (first[at] < columns.line[:, None])
    out: BoolArray = np.all(again, axis=1)
    return out


def _rounded(value: FloatArray, decimals: int | None) -> FloatArray:
    return value if decimals is None else np.round(value, decimals)


def _first_lines(value: FloatArray, line: IntArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct finite values in rising order and the first line of each."""
    finite = np.isfinite(value)
    order = np.lexsort((line[finite], value[finite]))
    known, first = np.unique(value[finite][order], return_index=True)
    return known, line[finite][order][first]
