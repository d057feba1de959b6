"""Metrics of one name that are several things: an evaluation's, an agent's, an epoch's mean."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray
from curveread.readers.text_log.line.words import eval_word
from curveread.readers.text_log.points.beat import LOOSE, STEP, Beat
from curveread.readers.text_log.sheets import Columns, Sheet


def tell_apart(beat: Beat, parts: list[tuple[Sheet, Columns]], shown: BoolArray) -> None:
    """Give metrics of one name that are several things names of their own.

    ``shown``, (n,) bool, are the lines of evaluations, those that were left out too.
    """
    _summaries(beat, parts, shown)
    _agents(beat, parts)
    _per_epoch(beat, parts)


def _summaries(beat: Beat, parts: list[tuple[Sheet, Columns]], shown: BoolArray) -> None:
    """Call what stands right below an evaluation's lines the evaluation's: `` * Acc@1 71.2``."""
    below = np.append(False, shown[:-1])
    for s in np.unique(beat.sheet[beat.keep & (beat.counts == LOOSE) & ~beat.evaluation]):
        mine = beat.keep & (beat.sheet == s)
        if parts[s][0].dialect != "pairs" or mine.sum() < 2 or (mine & below).sum() < 0.8 * mine.sum():
            continue
        above = int(beat.sheet[np.flatnonzero(mine & below)[0] - 1])
        split = next((t.split()[0] for t in beat.tags[above] if " " in t and eval_word(t.split()[0])), "")
        if not split or any(eval_word(w) for t in beat.tags[s] for w in t.replace("_", " ").split()):
            continue
        beat.tags[s] = [f"{split} {t}" for t in beat.tags[s]]
        beat.tags[above] = ["" if t in beat.tags[s] else t for t in beat.tags[above]]
        beat.evaluation |= mine


def _agents(beat: Beat, parts: list[tuple[Sheet, Columns]]) -> None:
    """Put who a line is of in front of its metrics where a log prints several."""
    if len({sheet.context for sheet, _ in parts} - {""}) < 2:
        return
    who = {s: parts[s][0].context for s in np.unique(beat.sheet[beat.keep & ~beat.blank]).tolist()}
    if len(set(who.values()) - {""}) < 2:
        return
    for s, word in who.items():
        if word:
            beat.tags[s] = [f"{word}/{t}" if t else t for t in beat.tags[s]]


def _per_epoch(beat: Beat, parts: list[tuple[Sheet, Columns]]) -> None:
    """Tell the mean of an epoch from the values within it, where both are printed under one name."""
    if len(parts) < 2:
        return
    sizes = np.bincount(beat.sheet[beat.keep], minlength=len(parts))
    order = [s for s in np.argsort(-sizes, kind="stable").tolist() if sizes[s]]
    for i, few in enumerate(order):
        for many in order[:i]:
            shared = {t for t in beat.tags[few] if t} & set(beat.tags[many])
            same = parts[few][0].split == parts[many][0].split
            if not shared or not same or sizes[few] > 0.5 * sizes[many] or sizes[few] < 2:
                continue
            if parts[few][0].counts != "epoch" and not _repeats_steps(beat, few, many):
                continue
            if parts[many][0].counts != "step":
                continue
            beat.tags[few] = [f"{t}_epoch" if t in shared else t for t in beat.tags[few]]


def _repeats_steps(beat: Beat, few: int, many: int) -> bool:
    """Return whether most lines of one sheet stand at steps that another has as well."""
    mine, other = beat.keep & (beat.sheet == few), beat.keep & (beat.sheet == many)
    if not ((beat.counts[mine] == STEP).all() and np.isfinite(beat.epoch[mine]).all()):
        return False
    return bool(np.isin(beat.step[mine], beat.step[other]).mean() >= 0.8)
