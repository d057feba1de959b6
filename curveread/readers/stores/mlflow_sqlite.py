"""Reads MLflow's SQLite store, ``mlflow.db``: every run of every experiment in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError
from curveread.limits import within
from curveread.plural import amount
from curveread.readers.base import BEYOND, Part, Reader
from curveread.readers.format import Format
from curveread.readers.stores import MLFLOW_SQLITE
from curveread.readers.stores.mlflow import ended_badly, typed
from curveread.readers.stores.sqlite_file import chunks, columns_of, is_sqlite, opened, tables_of
from curveread.readers.tables.points import Points, segments_of_points
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind

if TYPE_CHECKING:
    import sqlite3

_SUFFIXES = frozenset({".db", ".sqlite", ".sqlite3"})
_LARGEST = float(np.finfo(np.float64).max)
"""What MLflow writes for an infinity, which SQL cannot hold."""
_Row = tuple[Any, ...]


@dataclass(slots=True)
class _Gathered:
    """The points of one metric of one run, in pieces: milliseconds, step, value."""

    pieces: list[tuple[np.ndarray[Any, Any], ...]] = field(default_factory=list)

    def points(self) -> Points:
        clock, step, value = (np.concatenate(p) for p in zip(*self.pieces, strict=True))
        return Points(step, value, clock, clock / 1e3)


@dataclass(slots=True)
class _Metrics:
    """All points of the store, ``(run, metric) -> points``, and what could not be used."""

    found: dict[tuple[str, str], _Gathered] = field(default_factory=lambda: defaultdict(_Gathered))
    infinite: set[str] = field(default_factory=set)
    unusable: int = 0


class MlflowSqliteReader(Reader):
    """A SQLite file with MLflow's tables ``runs``, ``metrics`` and ``latest_metrics``."""

    format: ClassVar[Format] = MLFLOW_SQLITE

    def claims(self, path: Path) -> bool:
        """Return whether the file is called ``mlflow.db`` or holds MLflow's tables."""
        if path.suffix.lower() not in _SUFFIXES:
            return False
        return path.name == "mlflow.db" or (is_sqlite(path) and {"runs", "metrics", "params"} <= tables_of(path))

    def read(self, path: Path) -> list[Part]:
        """Read the store, a part for every run with a metric; CorruptLogError when it is not a store of MLflow."""
        source = Source(str(path), self.format.name, path.stat().st_size if path.is_file() else 0)
        damage: list[str] = []
        with opened(path) as connection:
            runs = _table(connection, "runs", "run_uuid name status start_time lifecycle_stage", damage)
            params = _table(connection, "params", "run_uuid key value", damage)
            tags = _table(connection, "tags", "run_uuid key value", damage)
            metrics = _metrics(connection, path, damage)
        notes = _notes(metrics, damage, str(path))
        names = {str(run): str(value) for run, key, value in tags if key == "mlflow.runName"}
        config: dict[str, dict[str, Any]] = defaultdict(dict)
        for run, key, value in params:
            config[str(run)][str(key)] = typed(str(value))
        known = {str(row[0]): row for row in runs}
        with_metrics: dict[str, dict[str, Points]] = defaultdict(dict)
        for (run, key), gathered in metrics.found.items():
            with_metrics[run][key] = gathered.points()
        empty = [run for run in known if run not in with_metrics]
        parts = []
        for run in [r for r in known if r in with_metrics] + [r for r in with_metrics if r not in known]:
            _, name, status, started, stage = known.get(run, (run, None, "", None, ""))
            segments, more = segments_of_points(with_metrics[run], str(path))
            if not segments:
                empty.append(run)
                continue
            said = notes + more + _restored(run, metrics, str(path))
            if stage == "deleted":
                said.append(
                    DataNote(NoteKind.SKIPPED, str(path), "the run is marked as deleted in MLflow; read anyway")
                )
            parts.append(
                Part(
                    source=source,
                    curves=segments[-1],
                    key=run,
                    name=names.get(run) or str(name or ""),
                    notes=tuple(said),
                    config=config.get(run, {}),
                    crashed=ended_badly(str(status)),
                    order=(started / 1e3 if isinstance(started, int | float) else 0.0, run),
                    segments=tuple(segments) if len(segments) > 1 else (),
                )
            )
            # Any run may hold what damage made; the rest is said once.
            notes = [n for n in notes if n.kind is NoteKind.CORRUPT]
        if empty and parts:
            return [_with_empty(parts[0], empty, str(path)), *parts[1:]]
        if parts:
            return parts
        notes.append(
            DataNote(NoteKind.EMPTY, str(path), f"no curve: {amount(len(known), 'run')} in it, none with a metric")
        )
        return [Part(source=source, curves={}, notes=tuple(notes))]


def _with_empty(part: Part, empty: list[str], source: str) -> Part:
    message = f"left out {amount(len(empty), 'run')} without a metric"
    return replace(part, notes=(*part.notes, DataNote(NoteKind.SKIPPED, source, message)))


def _table(connection: sqlite3.Connection, table: str, wanted: str, damage: list[str]) -> list[_Row]:
    """Return the rows of a small table; None in the columns that this version of the schema lacks."""
    there = columns_of(connection, table)
    names = wanted.split()
    if names[0] not in there:
        return []
    have = [n for n in names if n in there]
    bad: list[str] = []
    rows = [dict(zip(have, row, strict=True)) for part in chunks(connection, table, have, bad) for row in part]
    damage += [f"{table}: {b}" for b in bad]
    return [tuple(row.get(n) for n in names) for row in rows]


def _metrics(connection: sqlite3.Connection, path: Path, damage: list[str]) -> _Metrics:
    there = columns_of(connection, "metrics")
    needed = ["run_uuid", "key", "timestamp", "value"]
    if not set(needed) <= set(there):
        raise CorruptLogError(
            f"{path}: not a store of MLflow: no table metrics with run_uuid, key, timestamp and value"
        )
    names = needed + [c for c in ["step", "is_nan"] if c in there]  # stores of MLflow before 1.0 have neither
    out = _Metrics()
    codes: dict[tuple[Any, Any], int] = defaultdict(count().__next__)
    bad: list[str] = []
    runs: set[Any] = set()
    for rows in chunks(connection, "metrics", names, bad):
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        runs.update(columns["run_uuid"])
        within("runs", len(runs), path)
        _take(columns, codes, out)
    damage += [f"metrics: {b}" for b in bad]
    return out


def _take(columns: dict[str, tuple[Any, ...]], codes: dict[tuple[Any, Any], int], out: _Metrics) -> None:
    """Add some thousand rows."""
    size = len(columns["key"])
    code = np.array([codes[pair] for pair in zip(columns["run_uuid"], columns["key"], strict=True)])
    clock, timed = _numbers(columns["timestamp"])
    value, good = _numbers(columns["value"])
    step, counted = _numbers(columns.get("step", (0,) * size))
    is_nan = np.array([x == 1 for x in columns.get("is_nan", (0,) * size)])
    usable = (good | is_nan) & counted & (np.abs(step) < BEYOND)
    clock[~timed] = np.nan
    value[np.abs(value) == _LARGEST] *= np.inf
    value[is_nan] = np.nan
    out.unusable += int(size - usable.sum())
    steps = _exact(columns.get("step"), step, usable)
    names = list(codes)
    order = np.flatnonzero(usable)[np.argsort(code[usable], kind="stable")]
    edges = np.flatnonzero(np.diff(code[order])) + 1
    for at in np.split(order, edges):
        if at.size:
            run, key = names[code[at[0]]]
            out.found[str(run), str(key)].pieces.append((clock[at], steps[at], value[at]))
            if np.isinf(value[at]).any():
                out.infinite.add(str(run))


def _numbers(
    cells: tuple[Any, ...],
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return (n,) values and (n,) whether a cell is a number: in a damaged file it can be anything."""
    if set(map(type, cells)) <= {int, float}:
        return np.array(cells, np.float64), np.ones(len(cells), bool)
    good = [isinstance(c, int | float) for c in cells]
    return np.array([c if g else 0.0 for c, g in zip(cells, good, strict=True)], np.float64), np.array(good, bool)


def _exact(
    cells: tuple[Any, ...] | None, rounded: np.ndarray[Any, Any], usable: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the steps as whole numbers, beyond 2**53 too."""
    if cells is not None and set(map(type, cells)) <= {int}:
        return np.array(cells, np.int64)
    return np.where(usable, rounded, 0.0).astype(np.int64)


def _restored(run: str, metrics: _Metrics, source: str) -> list[DataNote]:
    if run not in metrics.infinite:
        return []
    message = f"values of ±{_LARGEST!r} are infinities: MLflow writes them so into SQL; read as ±Inf"
    return [DataNote(NoteKind.ROUNDED, source, message)]


def _notes(metrics: _Metrics, damage: list[str], source: str) -> list[DataNote]:
    notes = []
    if damage:
        points = sum(p[0].size for g in metrics.found.values() for p in g.pieces)
        message = f"the database is damaged ({'; '.join(damage)}); {amount(points, 'point')} kept"
        notes.append(DataNote(NoteKind.CORRUPT, source, message))
    if metrics.unusable:
        message = f"left out {amount(metrics.unusable, 'point')} without a usable step or value"
        notes.append(DataNote(NoteKind.SKIPPED, source, message))
    return notes
