"""Records of a text log -> one table: steps, clock, one rank, no line twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.plural import amount
from curveread.readers.base import BEYOND
from curveread.readers.tables.columns import Axis, Column, Table, integral
from curveread.readers.text_log.blocks.yolo import renamed
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.points.axis import from_bars, from_epochs
from curveread.readers.text_log.points.bare_losses import losses_named
from curveread.readers.text_log.points.beat import EPOCH, LOOSE, STEP, Beat
from curveread.readers.text_log.points.borders import told_starts
from curveread.readers.text_log.points.evaluated import evaluations_apart, prefixes_held
from curveread.readers.text_log.points.order import in_order, of_kind
from curveread.readers.text_log.points.repeats import beside_another, without_repeats, without_rewritten
from curveread.readers.text_log.points.rhythm import beat_of
from curveread.readers.text_log.sheets import Sheet
from curveread.run.nested import epoch_ends, in_epochs
from curveread.run.notes import DataNote, NoteKind
from curveread.run.tags.words import words

_SHOWN = 3
"""Metrics that a note names."""


@dataclass(slots=True)
class Rows:
    """The records of a text log in its order.

    Parameters
    ----------
    line
        (n,) int64.
    step, epoch, total, goal, rank, stamp
        (n,) float64, NaN where the line does not hold it; ``goal`` is how many epochs there will be.
    counts
        (n,) what ``step`` counts: :data:`~curveread.readers.text_log.points.beat.STEP`, ``EPOCH`` or ``LOOSE``.
    evaluation
        (n,) bool: rows that say that they are of an evaluation.
    dialect
        (n,) index into ``dialects``.
    counted
        The axis that ``step`` counts on: ``step``, or ``episode`` where all lines that count name that.
    notes
        What was left out.
    """

    line: IntArray
    step: FloatArray
    epoch: FloatArray
    total: FloatArray
    goal: FloatArray
    rank: FloatArray
    stamp: FloatArray
    counts: IntArray
    evaluation: BoolArray
    dialect: IntArray
    dialects: tuple[str, ...]
    counted: str
    columns: dict[str, Column]
    notes: list[DataNote]


def rows_of(gathered: Gathered, source: str) -> Rows:
    """Bring the sheets together, in the order of the lines, and keep what are points."""
    parts = [(sheet, sheet.columns()) for sheet in gathered.sheets.values() if sheet.lines or sheet.size]
    if not parts:
        none, whole = np.empty(0), np.empty(0, np.int64)
        return Rows(whole, none, none, none, none, none, none, whole, whole.astype(bool), whole, (), "step", {}, [])
    said = [("", lines) for lines in gathered.remarks.banners.values()] + list(gathered.remarks.announced.items())
    parts = evaluations_apart(prefixes_held(parts), ((n, split) for split, lines in said for n in lines))
    beat = beat_of(parts, source, gathered.remarks.best)
    beyond = beat.keep & (np.abs(beat.step) >= BEYOND)
    keep = beat.keep & ~beyond
    notes = beat.told(source)
    if beyond.any():
        message = f"left out {amount(int(beyond.sum()), 'record')} whose step is beyond what 64 bits count"
        notes.append(DataNote(NoteKind.SKIPPED, source, message))
    size = [c.line.size for _, c in parts]
    _, order = in_order(parts)
    every, all_kept = np.arange(keep.size), bool(keep.all())
    number = every if all_kept else np.cumsum(keep) - 1  # of a kept row
    if isinstance(order, slice):
        place = every
    else:
        place = np.empty(keep.size, np.int64)
        place[order] = every
    left = slice(None) if all_kept else keep
    dialects = tuple(dict.fromkeys(s.dialect for s, _ in parts))
    which = {d: i for i, d in enumerate(dialects)}
    pieces: dict[str, list[tuple[IntArray, FloatArray]]] = {}
    begin = 0
    for tags, (_, part) in zip(beat.tags, parts, strict=True):
        mine = place[begin : begin + part.line.size]
        begin += part.line.size
        kept = slice(None) if all_kept else keep[mine]
        row = mine if all_kept else number[mine[kept]]
        for i, tag in enumerate(tags):
            if tag:
                pieces.setdefault(tag, []).append((row, part.values[kept, i]))
    columns = {}
    for tag, found in pieces.items():
        row, value = found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))
        if not bool((row[1:] >= row[:-1]).all()):
            by_row = np.argsort(row, kind="stable")
            row, value = row[by_row], value[by_row]
        if row.size:
            columns[tag] = Column(row, value)
    dialect: NDArray[Any] = np.repeat(np.array([which[s.dialect] for s, _ in parts], np.int16), size)[order][left]
    return Rows(
        beat.line[left],
        beat.step[left],
        beat.epoch[left],
        beat.total[left],
        of_kind(parts, "goal", order)[left],
        of_kind(parts, "rank", order)[left],
        of_kind(parts, "stamp", order)[left],
        beat.counts[left],
        beat.evaluation[left],
        dialect,
        dialects,
        _counted(beat, keep, [sheet for sheet, _ in parts]),
        losses_named(renamed(columns)),
        notes,
    )


def _counted(beat: Beat, keep: BoolArray, sheets: Sequence[Sheet]) -> str:
    """Return what the lines that count steps count."""
    mine = np.unique(beat.sheet[keep & (beat.counts == STEP)])
    names = [words(sheets[s].counter) for s in mine.tolist()]
    return "episode" if names and all("episode" in w for w in names) else "step"


def table_of(rows: Rows, gathered: Gathered, source: str) -> tuple[Table, Axis, list[DataNote]]:
    """Return the records as a table with its axis, and what was decided on the way."""
    notes: list[DataNote] = list(rows.notes)
    columns = {t: _one_dialect(c, rows) for t, c in rows.columns.items()}
    otherwise = {t: c.row.size - columns[t].row.size for t, c in rows.columns.items()}
    if shown := ", ".join(f"{n} of {t}" for t, n in [(t, n) for t, n in otherwise.items() if n][:_SHOWN]):
        message = f"left out points in lines built otherwise than most that print the metric: {shown}"
        notes.append(DataNote(NoteKind.SKIPPED, source, message))
    columns, note = _one_rank(columns, rows, source)
    notes += note
    name, step, reason = _steps(rows, columns, gathered)
    if reason:
        notes.append(DataNote(NoteKind.X_AXIS, source, reason))
    banners = [n for same in gathered.remarks.banners.values() if len(same) > 1 for n in same]
    behind = np.searchsorted(rows.line, np.array(banners, np.int64))
    table = Table(rows.line.size, columns, told_starts(Table(rows.line.size, columns), step, behind))
    columns, repeated = without_repeats(table, step) if name != "record" else (columns, 0)
    if repeated:
        message = f"{amount(repeated, 'point')} printed more than once, as by several processes: counted once"
        notes.append(DataNote(NoteKind.MERGED, source, message))
    named = np.flatnonzero(np.isfinite(rows.epoch))
    if named.size and "epoch" not in columns and name != "epoch":
        columns["epoch"] = Column(named, rows.epoch[named])
    timed = np.isfinite(rows.stamp)
    if timed.size and timed.all():
        every = next((c.row for c in columns.values() if c.row.size == timed.size), None)
        columns["wall_time"] = Column(np.arange(timed.size) if every is None else every, rows.stamp)
    elif timed.any():
        columns["wall_time"] = Column(np.flatnonzero(timed), rows.stamp[timed])
    table, step, again = without_rewritten(replace(table, columns=columns), step)
    if again:
        message = f"{amount(again, 'record')} written again with the same numbers: counted once"
        notes.append(DataNote(NoteKind.MERGED, source, message))
    if crowded := beside_another(table, step):
        shown = ", ".join(f"{n} of {tag}" for tag, n in list(crowded.items())[:_SHOWN])
        message = f"points at the step of the one before them, in the order of the lines: {shown}"
        notes.append(DataNote(NoteKind.X_AXIS, source, message))
    return table, Axis(name, step), notes


def _one_dialect(column: Column, rows: Rows) -> Column:
    """Keep a metric's points of the dialect that prints most of them: programs print some things twice, differently."""
    if len(rows.dialects) < 2:
        return column
    mine = rows.dialect[column.row]
    if not mine.size or np.all(mine == mine[0]):
        return column
    keep = mine == np.bincount(mine).argmax()
    return Column(column.row[keep], column.value[keep])


def _one_rank(columns: dict[str, Column], rows: Rows, source: str) -> tuple[dict[str, Column], list[DataNote]]:
    """Keep each metric's points of the lowest rank that prints it."""
    if np.unique(rows.rank[np.isfinite(rows.rank)]).size < 2:
        return columns, []
    out, dropped, shown = {}, 0, set()
    for tag, column in columns.items():
        rank = rows.rank[column.row]
        named = np.isfinite(rank)
        lowest = rank[named].min(initial=np.inf)
        keep = ~named | (rank == lowest)
        shown |= set(rank[named & keep].astype(int).tolist())
        dropped += int(column.row.size - keep.sum())
        out[tag] = Column(column.row[keep], column.value[keep])
    if not dropped:
        return out, []
    ranks = ", ".join(map(str, sorted(shown)))
    message = (
        f"several ranks print: the points of rank {ranks} are shown, left out {amount(dropped, 'point')} of others"
    )
    return out, [DataNote(NoteKind.SKIPPED, source, message)]


def _steps(rows: Rows, columns: dict[str, Column], gathered: Gathered) -> tuple[str, IntArray, str]:
    """Return name, (n,) int64 and the reason of the axis."""
    counted, by_epoch = rows.counts == STEP, rows.counts == EPOCH
    if counted.any():
        step, reason, each = in_epochs(rows.step, rows.epoch, rows.total, counted, by_epoch)
        loose = int((rows.counts == LOOSE).sum())
        if loose and not reason:
            reason = f"{amount(loose, 'line names', 'lines name')} no step: the step printed before is used"
        carried = _carried(step, counted)
        return rows.counted, epoch_ends(carried, rows.step, by_epoch & rows.evaluation, counted, each), reason
    if by_epoch.any():
        return "epoch", _carried(rows.step, by_epoch), ""
    epoch = columns.get("epoch")
    if epoch is not None and epoch.row.size == rows.line.size and _counts_epochs(epoch.value):
        return "epoch", epoch.value.astype(np.int64), ""
    trained = columns.get("loss")
    trained_rows = trained.row if trained is not None else np.arange(rows.line.size)
    epochs = np.full(rows.line.size, np.nan)
    if epoch is not None:
        epochs[epoch.row] = epoch.value
    step_of = from_bars(rows.line, trained_rows, epochs, gathered.bars.kept)
    if step_of is not None:
        return "step", step_of, "the lines name no step: the steps are those of the progress bar beside them"
    also = "; epoch is a curve of its own" if epoch is not None else ""
    what = "records of the training loss" if trained is not None else "records"
    message = f"the lines name no step: the {what} are counted from 1{also}"
    return "record", from_epochs(rows.line.size, trained_rows, epochs), message


def _counts_epochs(value: FloatArray) -> bool:
    return integral(value) and np.unique(value).size >= 0.4 * value.size


def _carried(step: FloatArray, known: BoolArray) -> IntArray:
    """Return whole steps; a row without one has that of the row before, at the start of the file that of the first."""
    if known.all():
        return step.astype(np.int64)
    at = np.maximum.accumulate(np.where(known, np.arange(step.size), -1))
    return step[np.where(at < 0, int(np.argmax(known)), at)].astype(np.int64)
