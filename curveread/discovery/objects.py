"""An object in memory -> the runs in it: a DataFrame, curves, a dict of lists, a Keras History, a Trainer's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curveread.discovery.placed import in_order, placed, seconds_of
from curveread.discovery.stitch import Start, stitch
from curveread.errors import ArgumentError
from curveread.plural import amount
from curveread.readers.base import Part
from curveread.readers.tables.blanks import restore_nan
from curveread.readers.tables.columns import Column, Table, choose_axis, is_axis_name
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.json_rows import rows_to_cells
from curveread.readers.tables.json_shapes import rows_in
from curveread.readers.tables.long_form import long_parts
from curveread.readers.tables.table_parts import named_runs, part_of
from curveread.readers.trainer import STATE
from curveread.readers.trainer.history import history_of
from curveread.readers.trainer.reader import curves_of
from curveread.run.model import Attempt, Curve, Run, Source
from curveread.run.notes import DataNote, NoteKind

if TYPE_CHECKING:
    import pandas as pd

_KNOWN = "a path, a Run, a DataFrame, a Series, a dict of lists, a list of dicts, a Keras History or a Trainer"
_CLOCK = "wall_time"
_UNSORTED = 0.1
"""Share of rows that step back above which the rows are not in order; fewer are restarts."""


def runs_of(what: object, name: str = "") -> list[Run]:
    """Return the runs that an object holds.

    Parameters
    ----------
    what
        A pandas DataFrame, wide (a column per metric, one of them or the index counting steps) or long (tag, step,
        value, as tbparse's, and maybe run); a dict of lists or of dicts of lists; a dict of what brings steps of its
        own (:func:`curveread.discovery.placed.placed`), or a Curve or Series, or a list of those; a list of dicts, as
        a Trainer's ``log_history``; an object that has one (``TrainerState``, a Trainer) or a Keras ``History``.
    name
        What the run is called, ``data`` by default; several runs in one table have their own names.

    Raises
    ------
    ArgumentError
        When it is none of these, or holds no number beside a step.
    """
    runs = [_run(part.name or name or "data", part) for part in _parts(what)]
    if not any(run.curves for run in runs):
        kind = type(what).__name__
        raise ArgumentError("run", kind, "no curve in it: expected numbers by step, such as {'loss': [2.3, 2.1]}")
    return runs


def _parts(what: object) -> list[Part]:
    for owner in (what, getattr(what, "state", None)):
        history = getattr(owner, "log_history", None)
        if isinstance(history, list):
            return [_trainer(history)]
    if hasattr(what, "to_pandas"):  # Arrow, Polars
        return _parts(what.to_pandas())
    if hasattr(what, "columns") and hasattr(what, "iloc"):
        return _frame(what)
    if isinstance(getattr(what, "history", None), Mapping):  # Keras
        return _rows(rows_in(_plain(what.history)) or [], what)  # type: ignore[attr-defined]
    if (found := placed(what)) is not None:
        ordered, notes = in_order(found.values())
        return [Part(source=Source(type(what).__name__, type(what).__name__, 0), curves=ordered, notes=tuple(notes))]
    if isinstance(what, Mapping):
        return _rows(rows_in(_plain(what)) or [], what)
    if isinstance(what, Sequence) and what and all(isinstance(row, Mapping) for row in what):
        rows = [_plain(row) for row in what]
        if all({"step", "epoch"} <= row.keys() for row in rows):
            return [_trainer(rows)]
        return _rows(rows, what)
    raise ArgumentError("run", type(what).__name__, f"expected {_KNOWN}; values alone need a name: {{'loss': values}}")


def _plain(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping with NumPy's and other libraries' numbers as Python's."""
    return {str(key): _value(value) for key, value in mapping.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_value(v) for v in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _rows(rows: list[dict[str, Any]], what: object) -> list[Part]:
    kind = type(what).__name__
    return _of_cells(_in_order(rows_to_cells(rows, kind, [])), kind)


def _of_cells(cells: Cells, kind: str) -> list[Part]:
    source, path = Source(kind, kind, 0), Path(kind)
    long = long_parts(cells, source, path)
    return long or [
        part_of(table, texts, source, path, cells.notes, key) for key, table, texts in named_runs(cells, kind)
    ]


def _trainer(history: list[Any]) -> Part:
    curves, ending, notes = curves_of(history_of(history), "log_history")
    return Part(source=Source("log_history", STATE.name, 0), curves=curves, notes=tuple(notes), config=ending)


def _frame(frame: Any) -> list[Part]:
    """Read a DataFrame; blank cells of a wide one were not logged unless what stands beside them says otherwise."""
    if frame.columns.nlevels > 1:
        raise ArgumentError("run", "DataFrame", "its columns have several levels; expected one level of names")
    cells = _cells(_with_index(frame))
    ordered = _in_order(cells)
    parts = long_parts(ordered, Source("DataFrame", "DataFrame", 0), Path("DataFrame"), blank_is_nan=True)
    if parts:
        return parts
    out = []
    for key, table, texts in named_runs(ordered, "DataFrame"):
        restored, notes = restore_nan(table, "DataFrame")
        source = Source("DataFrame", "DataFrame", 0)
        out.append(part_of(restored, texts, source, Path("DataFrame"), [*ordered.notes, *notes], key))
    return out


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its index as a column where that counts steps: it has a name, or no column counts.

    An index of times is the clock.
    """
    from pandas.api.types import is_datetime64_any_dtype

    index = frame.index
    if is_datetime64_any_dtype(index.dtype):
        return frame if _CLOCK in frame.columns else frame.reset_index(names=_CLOCK)
    if index.nlevels > 1:
        return frame.reset_index()
    name = str(index.name or "step")
    counted = index.name is None and any(is_axis_name(str(column)) for column in frame.columns)
    counts_rows = index.name is None and np.array_equal(index, np.arange(len(index)))
    if counted or counts_rows or name in frame.columns:
        return frame
    return frame.reset_index(names=name)


def _cells(frame: pd.DataFrame) -> Cells:
    """Return the columns of a frame: numbers with the rows that hold them, texts as they are."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    cells = Cells(len(frame))
    for label in frame.columns:
        column = frame[label]
        if is_datetime64_any_dtype(column):
            column = pd.Series(seconds_of(column))
        elif not is_numeric_dtype(column):
            column = _numeric(column)
        if is_numeric_dtype(column) and not is_bool_dtype(column):
            value = column.to_numpy(np.float64, na_value=np.nan)
            row = np.flatnonzero(~np.isnan(value))
            cells.numeric[str(label)] = Column(row, value[row])
        else:
            cells.text[str(label)] = ["" if v is None or v != v else str(v) for v in column]
    return cells


def _numeric(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of texts or objects as numbers where all that is in it are numbers, also as text."""
    import pandas as pd

    found = pd.to_numeric(column, errors="coerce")
    return found if found.notna().any() and bool((found.notna() | column.isna()).all()) else column


def _in_order(cells: Cells) -> Cells:
    """Return the rows by their step where they are in no order; a few steps back are restarts and stay."""
    table = Table(cells.rows, cells.numeric)
    if "tag" in cells.text or "metric" in cells.text or not cells.numeric:
        return cells
    axis = cells.numeric.get(choose_axis(table).name)
    if axis is None or axis.row.size != cells.rows or cells.rows < 3:
        return cells
    back = int(np.count_nonzero(np.diff(axis.value) < 0.0))
    if back <= max(2, _UNSORTED * cells.rows):
        return cells
    order = np.argsort(axis.value, kind="stable")
    place = np.empty(cells.rows, np.int64)
    place[order] = np.arange(cells.rows)
    numeric = {}
    for name, column in cells.numeric.items():
        row = place[column.row]
        by_row = np.argsort(row)
        numeric[name] = Column(row[by_row], column.value[by_row])
    note = DataNote(NoteKind.X_AXIS, "", f"the rows were in no order ({amount(back, 'step')} back): sorted by step")
    return replace(
        cells,
        numeric=numeric,
        text={name: [text[i] for i in order] for name, text in cells.text.items()},
        notes=[*cells.notes, note],
    )


def _run(name: str, part: Part) -> Run:
    segments: Sequence[Mapping[str, Curve]] = part.segments or (part.curves,)
    joined = stitch([Start(dict(s), part.source.path) for s in segments])
    steps = [s for c in joined.curves.values() if len(c) for s in (int(c.step[0]), int(c.step[-1]))]
    whole = Attempt(min(steps, default=0), max(steps, default=0), joined.curves)
    return Run(
        name=name,
        path=name,
        curves=joined.curves,
        sources=(part.source,),
        notes=(*part.notes, *joined.notes),
        config=dict(part.config),
        attempts=joined.attempts if len(joined.attempts) > 1 else (whole,),
        x_axis=part.x_axis,
    )
