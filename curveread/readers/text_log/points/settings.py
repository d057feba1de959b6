"""Lines of settings above a training: what they name like a counter is the run's length or a size, no position."""

from __future__ import annotations

import numpy as np

from curveread.arrays import IntArray
from curveread.readers.text_log.line.words import is_measured
from curveread.readers.text_log.points.beat import EPOCH, STEP, Beat
from curveread.readers.text_log.sheets import Columns, Sheet


def without_settings(beat: Beat, parts: list[tuple[Sheet, Columns]]) -> None:
    """Take out lines such as ``lr=0.001, iterations=10000`` above the lines of a training.

    They measure nothing, and the counter of the first line behind them that measures something begins below theirs.
    """
    counted = beat.keep & ~beat.blank & ((beat.counts == STEP) | (beat.counts == EPOCH))
    measures = np.array([any(map(is_measured, sheet.tags)) for sheet, _ in parts])[beat.sheet]
    others = counted & ~measures
    if not others.any():
        return
    measured = np.flatnonzero(counted & measures)
    if not measured.size:
        return
    for s in np.unique(beat.sheet[others]):
        mine = np.flatnonzero(counted & (beat.sheet == s))
        if parts[s][0].dialect == "pairs" and _are_settings(beat, mine, measured):
            beat.left_out(mine, "settings of the training below")


def _are_settings(beat: Beat, mine: IntArray, measured: IntArray) -> bool:
    """Return whether lines of one build stand above lines that count from below their number."""
    at = np.searchsorted(measured, mine)
    if at[-1] == measured.size:
        return False
    below = measured[at]
    if np.unique(below).size < mine.size:  # several above one line
        return False
    same = beat.counts[below] == beat.counts[mine]
    begins = np.where(same, beat.step[below], 1.0 if at[0] == 0 else np.inf)
    return bool((beat.step[mine] > begins).all())
