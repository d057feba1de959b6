"""Reads trackio's SQLite store, ``<project>.db``: every run of the project in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.errors import CorruptLogError
from curveread.limits import within
from curveread.plural import amount, few
from curveread.readers.base import BEYOND, Part, Reader
from curveread.readers.format import Format
from curveread.readers.stores import TRACKIO
from curveread.readers.stores.sqlite_file import chunks, columns_of, is_sqlite, opened, tables_of
from curveread.readers.tables.columns import Axis, Column, Table, choose_axis
from curveread.readers.tables.json_rows import rows_to_cells
from curveread.readers.tables.segments import segments_of
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind

if TYPE_CHECKING:
    import sqlite3

_NEEDED = ("timestamp", "run_name", "step", "metrics")


@dataclass(slots=True)
class _Rows:
    """What one run logged, in the order of the table."""

    name: str
    step: list[int] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    content: list[dict[str, Any]] = field(default_factory=list)
    media: set[str] = field(default_factory=set)


class TrackioReader(Reader):
    """A SQLite file with trackio's tables ``metrics``, ``configs`` and ``system_metrics``."""

    format: ClassVar[Format] = TRACKIO

    def claims(self, path: Path) -> bool:
        """Return whether the file is a database with trackio's tables."""
        if path.suffix.lower() != ".db" or not is_sqlite(path):
            return False
        tables = tables_of(path)
        return "metrics" in tables and "latest_metrics" not in tables and _is_trackio(path)

    def read(self, path: Path) -> list[Part]:
        """Read the project, a part for every run; CorruptLogError when it is not a store of trackio."""
        source = Source(str(path), self.format.name, path.stat().st_size if path.is_file() else 0)
        damage: list[str] = []
        with opened(path) as connection:
            missing = [c for c in _NEEDED if c not in columns_of(connection, "metrics")]
            if missing:
                raise CorruptLogError(f"{path}: not a store of trackio: no {' or '.join(missing)} in a table metrics")
            runs, broken = _rows(connection, "metrics", path, damage)
            system, more = _rows(connection, "system_metrics", path, damage)
            configs = _configs(connection, damage)
        notes = _damage_notes(damage, broken + more, sum(len(r.content) for r in runs.values()), str(path))
        parts = []
        for key in dict.fromkeys([*runs, *system]):
            rows = runs.get(key) or _Rows(system[key].name)
            parts.append(_part(key, rows, system.get(key), source, configs.get(key, {}), notes))
        if not parts:
            notes.append(DataNote(NoteKind.EMPTY, str(path), "no curve: no run in the project has logged anything"))
            parts.append(Part(source=source, curves={}, notes=tuple(notes)))
        return parts


def _is_trackio(path: Path) -> bool:
    import sqlite3

    from curveread.errors import ReadError

    try:
        with opened(path) as connection:
            return set(_NEEDED) <= set(columns_of(connection, "metrics"))
    except (ReadError, sqlite3.Error, ValueError):
        return False


def _rows(connection: sqlite3.Connection, table: str, path: Path, damage: list[str]) -> tuple[dict[str, _Rows], int]:
    """Return the rows of each run by its id (before trackio had ids: its name), and how many are not a JSON object."""
    there = columns_of(connection, table)
    names = ["run_id" if "run_id" in there else "run_name", "run_name", "timestamp", "metrics"]
    if not set(names) <= set(there):
        return {}, 0
    if "step" in there:
        names.append("step")
    out: dict[str, _Rows] = {}
    broken = 0
    bad: list[str] = []
    for rows in chunks(connection, table, names, bad):
        for key, name, moment, text, *step in rows:
            content = _object(text)
            if content is None or (step and not _is_step(step[0])):
                broken += 1
                continue
            run = out.setdefault(str(key), _Rows(str(name)))
            run.step.append(step[0] if step else 0)
            run.clock.append(_seconds(moment))
            run.content.append(_without_media(content, run.media))
        within("runs", len(out), path)
    damage += [f"{table}: {b}" for b in bad]
    return out, broken


def _object(text: Any) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _without_media(content: dict[str, Any], media: set[str]) -> dict[str, Any]:
    """Return a row without images, tables and the like: objects that name their ``_type``."""
    named = [k for k, v in content.items() if type(v) is dict and "_type" in v]
    if not named:
        return content
    media.update(named)
    return {k: v for k, v in content.items() if k not in named}


def _is_step(value: object) -> bool:
    return isinstance(value, int) and abs(value) < BEYOND


def _seconds(moment: Any) -> float:
    """Return seconds since the epoch (UTC where no zone is named), NaN for what is not a date."""
    try:
        found = datetime.fromisoformat(moment)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return float("nan")


def _configs(connection: sqlite3.Connection, damage: list[str]) -> dict[str, dict[str, Any]]:
    there = columns_of(connection, "configs")
    key = "run_id" if "run_id" in there else "run_name"
    if not {key, "config"} <= set(there):
        return {}
    bad: list[str] = []
    rows = [row for part in chunks(connection, "configs", [key, "config"], bad) for row in part]
    damage += [f"configs: {b}" for b in bad]
    return {str(run): _object(text) or {} for run, text in rows}


def _part(
    key: str, rows: _Rows, system: _Rows | None, source: Source, config: dict[str, Any], notes: list[DataNote]
) -> Part:
    notes = list(notes)
    clock = np.array(rows.clock, np.float64)
    order = np.argsort(clock, kind="stable") if np.isfinite(clock).all() else np.arange(clock.size)
    clock, step = clock[order], np.array(rows.step, np.int64)[order]
    cells = rows_to_cells([rows.content[i] for i in order.tolist()], source.path, notes)
    no_numbers = sorted(rows.media | set(cells.text))
    if no_numbers:
        shown = few(no_numbers, 6)
        notes.append(DataNote(NoteKind.SKIPPED, source.path, f"no numbers in {len(no_numbers)} keys: {shown}"))
    every = np.arange(step.size)
    timed = np.flatnonzero(np.isfinite(clock))
    own = {"_step": Column(every, step.astype(np.float64)), "_timestamp": Column(timed, clock[timed])}
    table = Table(int(step.size), {**cells.numeric, **own})
    axis = choose_axis(table)
    if axis.name in {"row", "_step"}:
        axis = Axis("_step", step)
    segments, more = segments_of(table, axis, source.path)
    notes += more
    if system is not None:
        curves = _system_curves(system, clock, axis.step, source.path)
        if curves:
            message = f"{amount(len(curves), 'system metric has', 'system metrics have')} a clock and no step: "
            message += "placed by time at the last logged step"
            notes.append(DataNote(NoteKind.X_AXIS, source.path, message))
            segments = [*segments[:-1], {**(segments[-1] if segments else {}), **curves}]
    if not segments:
        notes.append(DataNote(NoteKind.EMPTY, source.path, f"no curve: {amount(step.size, 'row')} without a number"))
    return Part(
        source=source,
        curves=segments[-1] if segments else {},
        key=key,
        name=rows.name,
        notes=tuple(notes),
        config=config,
        x_axis="step" if axis.name == "_step" else axis.name,
        order=(float(clock[timed[0]]) if timed.size else 0.0, rows.name),
        segments=tuple(segments) if len(segments) > 1 else (),
    )


def _system_curves(system: _Rows, clock: FloatArray, step: np.ndarray[Any, Any], source: str) -> dict[str, Curve]:
    """Place system metrics at the step that was last logged when they were sampled; without one at their second."""
    cells = rows_to_cells(system.content, source, [])
    wall = np.array(system.clock, np.float64)
    if not np.isfinite(wall).any():
        return {}
    if step.size and np.isfinite(clock).all():
        at = np.searchsorted(clock, wall, side="right") - 1
        place = np.maximum.accumulate(step)[np.maximum(at, 0)]
    else:
        place = np.floor(np.nan_to_num(wall - np.nanmin(wall))).astype(np.int64)
    out = {}
    for name, column in cells.numeric.items():
        order = np.argsort(place[column.row], kind="stable")
        row = column.row[order]
        out[f"system/{name}"] = Curve(f"system/{name}", place[row], column.value[order], wall[row])
    return out


def _damage_notes(damage: list[str], broken: int, kept: int, source: str) -> list[DataNote]:
    notes = []
    if damage:
        message = f"the database is damaged ({'; '.join(damage)}); {amount(kept, 'row')} kept"
        notes.append(DataNote(NoteKind.CORRUPT, source, message))
    if broken:
        message = f"left out {amount(broken, 'row')} without a JSON object or a usable step; {amount(kept, 'row')} kept"
        notes.append(DataNote(NoteKind.CORRUPT, source, message))
    return notes
