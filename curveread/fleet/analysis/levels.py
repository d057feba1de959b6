"""A setting's values as levels that hold enough runs each: the values themselves, or stretches of a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.arrays import IntArray
from curveread.fleet.analysis.settings import Column

_PER_LEVEL, _MOST = 4, 8


@dataclass(frozen=True, slots=True)
class Levels:
    """(n,) the level of a setting of each row, from 0 without gaps; rows without it are a level of their own, the last.

    ``first`` and ``last`` are, for each level of a number, the places of its least and greatest value in the setting's.
    """

    code: IntArray
    first: tuple[int, ...]
    last: tuple[int, ...]


def levelled(column: Column) -> Levels | None:
    """Return the levels of a setting; None where fewer than two runs share one on the average.

    A number with more values than runs for them, as a random search has, is cut into at most eight stretches that hold
    equally many runs, at least four.
    """
    code = column.code
    known = np.sort(code[code >= 0])
    starts = np.unique(known)
    most = max(2, min(_MOST, known.size // _PER_LEVEL))
    if starts.size > most and ((column.number and known.size < 3 * starts.size) or starts.size > 4 * _MOST):
        if not column.number:
            return None
        starts = np.unique(known[np.linspace(0, known.size, most + 1)[:-1].astype(np.int64)])
    if code.size < 2 * starts.size:
        return None
    ends = np.concatenate((starts[1:], [known[-1] + 1]))
    out = np.searchsorted(starts, code, side="right") - 1
    inside = [known[(known >= a) & (known < b)] for a, b in zip(starts, ends, strict=True)]
    return Levels(
        np.where(code < 0, starts.size, out),
        tuple(int(i[0]) for i in inside),
        tuple(int(i[-1]) for i in inside),
    )
