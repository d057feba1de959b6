"""Tables with a row per point, as ``curveread export`` writes them: run, tag, step, wall time, value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.plural import amount
from curveread.readers.base import BEYOND, Part
from curveread.readers.tables.columns import Column, is_axis_name
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.modes import splits_named
from curveread.readers.tables.points import Points, segments_of_points, starts_of
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind

_TAG = ("tag", "metric", "metric_name")
_RUN = ("run", "run_name", "run_id")
_SMOOTHED = "smoothed"
_CLOCK = ("wall_time", "timestamp", "_timestamp")


def long_parts(cells: Cells, source: Source, path: Path, *, blank_is_nan: bool = False) -> list[Part]:
    """Return a part for every run of a table that names tag, step and value of each point.

    Parameters
    ----------
    cells, source, path
        The table and its file.
    blank_is_nan
        Whether the writer leaves NaN out (pandas into Parquet does), so that a row without a value is a point.

    Returns
    -------
    list of Part
        Empty when the table has another form: no text column ``tag`` or ``metric``, or other numbers than one step,
        ``value`` and a time.
    """
    tag = next((n for n in _TAG if n in cells.text), None)
    step = [n for n in cells.numeric if is_axis_name(n)]
    value = cells.numeric.get("value")
    others = set(cells.numeric) - {*step, "value", _SMOOTHED, *_CLOCK}
    if tag is None or len(step) != 1 or value is None or others:
        return []
    labels = cells.text[tag]
    if split := splits_named(cells.text):  # as.data.frame(history) in R: epoch, value, metric, data
        labels = [f"{of}/{name}" for of, name in zip(cells.text[split], labels, strict=True)]
    if blank_is_nan:
        whole = np.full(cells.rows, np.nan)
        whole[value.row] = value.value
        value = Column(np.arange(cells.rows), whole)
    counted = cells.numeric[step[0]]
    usable = np.isfinite(counted.value) & (np.abs(counted.value) < BEYOND)
    row, at, of = np.intersect1d(counted.row[usable], value.row, assume_unique=True, return_indices=True)
    steps, values = counted.value[usable][at].astype(np.int64), value.value[of]
    wall = _clock(cells)
    run = next((n for n in _RUN if n in cells.text), None)
    notes = list(cells.notes)
    if _SMOOTHED in cells.numeric:
        notes.append(DataNote(NoteKind.SKIPPED, source.path, "the column smoothed was computed, not logged: left out"))
    if row.size < cells.rows:
        lost = amount(cells.rows - row.size, "row")
        message = f"left out {lost} without a usable step or value; {amount(row.size, 'point')} kept"
        notes.append(DataNote(NoteKind.SKIPPED, source.path, message))
    parts = []
    for name, labelled in _labelled(labels, cells.text[run] if run else None, row):
        metrics = {
            label: Points(steps[at], values[at], starts_of(steps[at]), None if wall is None else wall[row[at]])
            for label, at in labelled
        }
        segments, more = segments_of_points(metrics, source.path)
        parts.append(
            Part(
                source=source,
                curves=segments[-1] if segments else {},
                key=name,
                name=name,
                notes=(*notes, *more),
                x_axis=step[0],
                order=(0.0, path.name),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        )
        notes = []  # what concerns the whole file is said once
    return parts


def _labelled(
    tags: Sequence[str], runs: Sequence[str] | None, row: IntArray
) -> Iterator[tuple[str, list[tuple[str, IntArray]]]]:
    """Yield each run and of each of its tags the places in ``row``, all as they first appear; O(n log n)."""
    tag_names, of_tag = _coded(tags, row)
    run_names, of_run = _coded(runs, row) if runs is not None else ([""], np.zeros(row.size, np.int64))
    key = of_run * len(tag_names) + of_tag
    order = np.argsort(key, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if order.size else []
    parts.sort(key=lambda at: (of_run[at[0]], at[0]))
    for run, found in groupby(parts, key=lambda at: int(of_run[at[0]])):
        yield run_names[run], [(tag_names[of_tag[at[0]]], at) for at in found]


def _coded(words: Sequence[str], row: IntArray) -> tuple[list[str], IntArray]:
    """Return the words that stand in some rows, as they first appear, and which of them each of the rows holds."""
    known: dict[str, int] = {}
    code = np.fromiter((known.setdefault(words[at], len(known)) for at in row.tolist()), np.int64, row.size)
    return [str(word) for word in known], code


def _clock(cells: Cells) -> FloatArray | None:
    name = next((n for n in _CLOCK if n in cells.numeric), None)
    if name is None:
        return None
    out = np.full(cells.rows, np.nan)
    out[cells.numeric[name].row] = cells.numeric[name].value
    return out
