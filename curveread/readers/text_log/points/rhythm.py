"""Which of the lines are points: whole progress bars, finished evaluations, lines that come back with the counter.

A line without a counter belongs to the one before it, but only where such lines come back with it: once or twice in a
file it is a result, or a program's source. What is left out is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.plural import amount
from curveread.readers.text_log.line.words import is_telling
from curveread.readers.text_log.points.again import without_closing
from curveread.readers.text_log.points.apart import tell_apart
from curveread.readers.text_log.points.beat import BAR, CODES, EPOCH, LOOSE, STEP, Beat
from curveread.readers.text_log.points.order import in_order, of_kind
from curveread.readers.text_log.points.settings import without_settings
from curveread.readers.text_log.sheets import Columns, Sheet
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import LOSSES, role_of
from curveread.run.tags.counters import counted_as

_LEARNT = ("pairs", "table")
_OFTEN = 1.5
"""More lines than this for each count are of something within a step: of layers, or of a running evaluation."""
_MOVES = 3
"""Counts of a counter that advances, beside one that does not."""
_RECORDS = 8
"""Lines without any counter in the file that make a log."""


def beat_of(parts: list[tuple[Sheet, Columns]], source: str, best: Sequence[int] = ()) -> Beat:
    """Return the lines of a log with the points among them marked; ``best`` are those below ``Best iteration is:``."""
    size = [c.line.size for _, c in parts]
    line, order = in_order(parts)

    def marked(values: list[int], form: DTypeLike) -> NDArray[Any]:
        return np.repeat(np.array(values, form), size)[order]

    beat = Beat(
        line,
        marked(list(range(len(parts))), np.int16),
        of_kind(parts, "step", order),
        of_kind(parts, "epoch", order),
        of_kind(parts, "total", order),
        marked([CODES[s.counts] for s, _ in parts], np.int8),
        np.ones(line.size, bool),
        [list(s.tags) for s, _ in parts],
        marked([not s.tags for s, _ in parts], np.bool_),
        marked([s.split == "eval" and bool(s.tags) for s, _ in parts], np.bool_),
    )
    without_closing(beat, parts, best)
    _constant_steps(beat, of_kind(parts, "place", order), of_kind(parts, "places", order), parts, source)
    _bars(beat, parts, source)
    shown = beat.evaluation & ~beat.blank
    _evaluations(beat)
    _untold(beat, parts)
    without_settings(beat, parts)
    _one_axis(beat, parts, source)
    _anchors(beat, parts)
    _loose(beat, parts)
    tell_apart(beat, parts, shown)
    return beat


def _constant_steps(
    beat: Beat, place: FloatArray, places: FloatArray, parts: list[tuple[Sheet, Columns]], source: str
) -> None:
    """Take another counter where the number called a step never changes.

    Where it only says how many there were (``Steps: 532``) epochs count; where a counter is told by its place
    (``[500/50000] … batch 16``), ``place`` of ``places``, that one does.
    """
    for s in np.unique(beat.sheet[(beat.counts == STEP) & np.isfinite(beat.epoch)]):
        mine = (beat.sheet == s) & (beat.counts == STEP)
        epochs = np.unique(beat.epoch[mine]).size
        if epochs > 2 and np.unique(beat.step[mine]).size <= 0.2 * epochs + 1:
            beat.own()
            beat.counts[mine] = EPOCH
            beat.step[mine] = beat.epoch[mine]
            beat.epoch[mine] = np.nan
            beat.total[mine] = np.nan
    for s in np.unique(beat.sheet[(beat.counts == STEP) & np.isfinite(place)]):
        mine = beat.sheet == s
        if np.unique(beat.step[mine]).size > 1 or np.unique(place[mine]).size < _MOVES:
            continue
        constant = f"{parts[s][0].counter} is {beat.step[mine][0]:g} in every line"
        message = f"{constant} and counts nothing: the counter without a name is the step"
        beat.notes.append(DataNote(NoteKind.X_AXIS, source, message))
        beat.own()
        beat.step[mine], beat.total[mine] = place[mine], places[mine]


def _bars(beat: Beat, parts: list[tuple[Sheet, Columns]], source: str) -> None:
    """Keep what a progress bar shows when it is full: before, it shows means so far."""
    at = np.flatnonzero(beat.counts == BAR)
    if not at.size:
        return
    beat.own()
    done, total = beat.step[at], beat.total[at]
    tqdm = np.array([parts[s][0].dialect == "tqdm" for s in beat.sheet[at]])
    for evaluation in (False, True):
        mine = np.flatnonzero(beat.evaluation[at] == evaluation)
        if not mine.size:
            continue
        d, t, e = done[mine], total[mine], beat.epoch[at][mine]
        other = np.diff(at[mine]) > 1
        anew = (d[1:] < d[:-1]) | (t[1:] != t[:-1]) | (e[1:] != e[:-1]) & np.isfinite(e[1:])
        anew |= (d[1:] == d[:-1]) & (d[1:] >= t[1:]) & other
        round_of = np.concatenate([[0], np.cumsum(anew)])
        if round_of[-1] == 0 and tqdm[mine].all() and np.unique(d).size >= _RECORDS and not evaluation:
            last = np.append(d[1:] != d[:-1], True)
            beat.counts[at[mine]] = STEP
            beat.keep[at[mine[~last]]] = False
            message = "the only lines with metrics are those of a progress bar: its counts are the steps"
            beat.notes.append(DataNote(NoteKind.X_AXIS, source, message))
            continue
        full = d >= t
        keep = np.zeros(mine.size, bool)
        last_full = {int(r): i for i, r in enumerate(round_of.tolist()) if full[i]}
        keep[list(last_full.values())] = True
        beat.keep[at[mine]] = keep
        named = np.isfinite(e)
        kept = at[mine[keep]]
        beat.counts[at[mine]] = np.where(named, EPOCH, LOOSE)
        beat.step[at[mine]] = e
        beat.epoch[at[mine]] = np.nan
        beat.total[at[mine]] = np.nan
        if not named.any() and kept.size and not _counted(beat).any():
            beat.counts[kept] = EPOCH
            beat.step[kept] = np.arange(1, kept.size + 1)
        partial = int(np.unique(round_of).size - keep.sum())
        if partial:
            message = f"{partial} progress bars never were full: what they show are means so far, and was left out"
            beat.notes.append(DataNote(NoteKind.SKIPPED, source, message))


def _counted(beat: Beat) -> BoolArray:
    counted: BoolArray = beat.keep & ((beat.counts == STEP) | (beat.counts == EPOCH))
    return counted


def _evaluations(beat: Beat) -> None:
    """Keep the last line of each evaluation that counts its own batches."""
    counted = _counted(beat) & beat.evaluation & (beat.counts == STEP) & ~beat.blank
    if not counted.any():
        return
    beat.own()
    train = np.flatnonzero(_counted(beat) & ~beat.evaluation & ~beat.blank)
    for s in np.unique(beat.sheet[counted]):
        mine = np.flatnonzero(counted & (beat.sheet == s))
        if not train.size or _on_the_axis_of(beat, train, mine):
            continue
        step, total = beat.step[mine], beat.total[mine]
        between = np.searchsorted(train, mine)
        anew = np.append(True, (step[1:] <= step[:-1]) | (between[1:] != between[:-1]))
        ends = np.append(np.flatnonzero(anew)[1:] - 1, mine.size - 1)
        gaps = np.diff(step)[~anew[1:]]
        slack = float(np.median(gaps)) if gaps.size else 0.0
        whole = ~np.isfinite(total[ends]) | (step[ends] + slack >= total[ends])
        last = np.zeros(mine.size, bool)
        last[ends[whole]] = True
        cut = int((~whole).sum())
        also = f"; {amount(cut, 'evaluation')} never came to an end" if cut else ""
        beat.left_out(mine[~last], f"counts of running evaluations, whose last line is their result{also}")
        named = np.isfinite(beat.epoch[mine])
        beat.counts[mine] = np.where(named, EPOCH, LOOSE)
        beat.step[mine] = beat.epoch[mine]
        beat.epoch[mine] = np.nan
        beat.total[mine] = np.nan


def _on_the_axis_of(beat: Beat, train: IntArray, mine: IntArray) -> bool:
    """Return whether the counter of evaluations is that of the training."""
    steps = train[beat.counts[train] == STEP]
    if not steps.size:
        return False
    step, total = beat.step[mine], beat.total[mine]
    at = np.searchsorted(steps, mine)
    before = np.where(at > 0, beat.step[steps[np.maximum(at - 1, 0)]], -np.inf)
    after = np.where(at < steps.size, beat.step[steps[np.minimum(at, steps.size - 1)]], np.inf)
    fits = (step >= before) & ((step <= after) | (after < before))
    printed = beat.total[steps][np.isfinite(beat.total[steps])]
    if printed.size:
        fits &= step <= printed.max()
        fits &= ~np.isfinite(total) | np.isin(total, printed)
    return bool(fits.mean() >= 0.5)


def _one_axis(beat: Beat, parts: list[tuple[Sheet, Columns]], source: str) -> None:
    """Of several counters of steps keep the one that most lines of metrics have: two axes are never mixed."""
    counters = [counted_as(sheet.counter) for sheet, _ in parts]
    if len({*counters} - {""}) < 2:
        return
    beat.own()
    told = beat.keep & ~beat.blank & (beat.counts == STEP)
    names = np.array(counters, object)[beat.sheet]
    told &= names != ""
    lines = {name: int((told & (names == name)).sum()) for name in dict.fromkeys(names[told].tolist())}
    if len(lines) < 2:
        return
    main = max(lines, key=lambda name: lines[name])
    base = np.flatnonzero(told & (names == main))
    for name in lines:
        mine = np.flatnonzero(told & (names == name))
        if name == main or _on_the_axis_of(beat, base, mine):
            continue
        beat.counts[mine] = LOOSE
        beat.step[mine] = np.nan
        what = amount(mine.size, "line counts", "lines count")
        message = f"{what} {name} and not {main}: placed at what was printed before"
        beat.notes.append(DataNote(NoteKind.X_AXIS, source, message))


def _anchors(beat: Beat, parts: list[tuple[Sheet, Columns]]) -> None:
    """Of the lines that only count keep those that count as the metrics do, or those that stand above most metrics."""
    blank = beat.keep & beat.blank
    if not blank.any():
        return
    told = _counted(beat) & ~beat.blank & ~beat.evaluation
    if told.any():
        counters = {parts[s][0].counter for s in np.unique(beat.sheet[told & (beat.counts == STEP)])}
        base = np.flatnonzero(told)
        for s in np.unique(beat.sheet[blank]):
            mine = np.flatnonzero(blank & (beat.sheet == s))
            moves = np.unique(beat.step[mine]).size >= 2
            epochs = bool((beat.counts[mine] == EPOCH).all()) and moves
            same = parts[s][0].counter in counters and _on_the_axis_of(beat, base, mine)
            beat.keep[mine] = epochs or same
        return
    printed = np.array([s.dialect == "dict" for s, _ in parts])[beat.sheet]  # dicts name their epochs themselves
    loose = np.flatnonzero(beat.keep & (beat.counts == LOOSE) & ~printed)
    anchors = np.flatnonzero(blank)
    at = np.searchsorted(anchors, loose) - 1
    above = beat.sheet[anchors[at[at >= 0]]]
    best = int(np.bincount(above).argmax()) if above.size else -1
    if np.unique(beat.step[blank & (beat.sheet == best)]).size < 2:
        best = -1
    beat.keep &= ~blank | (beat.sheet == best)


def _loose(beat: Beat, parts: list[tuple[Sheet, Columns]]) -> None:
    """Keep lines without a counter that come back with the counter of the others."""
    loose = beat.keep & (beat.counts == LOOSE)
    if not loose.any():
        return
    base = np.flatnonzero(_counted(beat))
    for s in np.unique(beat.sheet[loose]):
        sheet, columns = parts[s]
        mine = np.flatnonzero(loose & (beat.sheet == s))
        if not base.size:
            varied = columns.values.size and bool(np.any(np.ptp(columns.values, axis=0) > 0))
            if sheet.dialect != "dict" and (mine.size < _RECORDS or not varied or not any(map(is_telling, sheet.tags))):
                beat.left_out(mine, "without a counter beside them")
            continue
        if sheet.dialect in ("dict", "bar", "tqdm"):
            continue
        block = np.searchsorted(base, mine)
        blocks = np.unique(block).size
        constant = not columns.values.size or not bool(np.any(np.ptp(columns.values, axis=0) > 0))
        inside = mine.size == 1 and mine[0] < base[-1] and any(role_of(t) is LOSSES[1] for t in sheet.tags)
        if blocks < 2 and not inside:
            beat.left_out(mine, "without a step, and of a kind that is printed once")
        elif mine.size > _OFTEN * blocks:
            beat.left_out(mine, "several of a kind for each step")
        elif sheet.assigned and constant:
            beat.left_out(mine, "the same value assigned again and again, as by a program")


def _is_a_trainings(sheet: Sheet) -> bool:
    """Return whether lines are of a training by their names, their dialect or their evaluation."""
    if not sheet.tags or sheet.dialect not in _LEARNT or sheet.split == "eval":
        return True
    return any(map(is_telling, sheet.tags))


def _untold(beat: Beat, parts: list[tuple[Sheet, Columns]]) -> None:
    """Take out counters of other things: names that tell nothing, beside a training that is told."""
    telling = np.array([_is_a_trainings(sheet) for sheet, _ in parts])
    named = np.array([bool(s.tags) for s, _ in parts])
    rows = beat.keep & named[beat.sheet] & (beat.counts > LOOSE)
    main = rows & telling[beat.sheet]
    if not main.any():
        return
    for s in np.unique(beat.sheet[rows & ~telling[beat.sheet]]):
        mine = rows & (beat.sheet == s)
        if mine.sum() < 3 or not any(_among(beat, mine, main, kind) for kind in (STEP, EPOCH)):
            beat.left_out(mine, "a count of something else than the training")


def _among(beat: Beat, mine: BoolArray, main: BoolArray, kind: int) -> bool:
    """Return whether most counts of a kind lie among those of the training."""
    same, known = (beat.step[rows & (beat.counts == kind)] for rows in (mine, main))
    return bool(same.size and known.size and np.mean((same >= known.min()) & (same <= known.max())) >= 0.5)
