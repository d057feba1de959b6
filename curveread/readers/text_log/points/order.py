"""The lines of all sheets of a log in their order; of a long log, whose lines are of one build, nothing is copied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.readers.text_log.sheets import Columns, Sheet

Parts = Sequence[tuple[Sheet, Columns]]
Order = IntArray | slice


def in_order(parts: Parts) -> tuple[IntArray, Order]:
    """Return the (n,) lines of all sheets in the order of the file, and that order."""
    line = parts[0][1].line if len(parts) == 1 else np.concatenate([c.line for _, c in parts])
    if bool((line[1:] >= line[:-1]).all()):
        return line, slice(None)
    order = np.argsort(line, kind="stable")
    return line[order], order


def of_kind(parts: Parts, kind: str, order: Order) -> FloatArray:
    """Return the numbers of one kind in the order of the file, (n,), NaN where a line has none.

    They can only be read where they are those of a sheet, or where there are none.
    """
    whole: FloatArray
    if not any(kind in c.fixed for _, c in parts):
        return np.broadcast_to(np.nan, sum(c.line.size for _, c in parts))
    if len(parts) == 1:
        whole = parts[0][1].fixed[kind][order]
        whole.flags.writeable = False
        return whole
    return np.concatenate([c.fixed.get(kind, np.full(c.line.size, np.nan)) for _, c in parts])[order]
