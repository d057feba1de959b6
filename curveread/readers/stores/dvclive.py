"""Reads the metrics of DVCLive: ``dvclive/plots/metrics/**/*.tsv``, a table of steps and values per metric."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.errors import CorruptLogError, ReadError
from curveread.plural import amount
from curveread.readers.base import BEYOND, Part, Reader
from curveread.readers.format import Format
from curveread.readers.settings_file import settings_in
from curveread.readers.stores import DVCLIVE
from curveread.readers.tables.csv_rows import first_line
from curveread.readers.tables.delimited import parse_cells
from curveread.readers.tables.points import Points, segments_of_points, starts_of
from curveread.readers.textfile import head_of, read_text
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind

_OWN = frozenset({"step", "timestamp"})


class DvcliveReader(Reader):
    """The tables of one ``dvclive`` folder; any of them stands for all."""

    format: ClassVar[Format] = DVCLIVE

    def claims(self, path: Path) -> bool:
        """Return whether the file is a table of steps below ``plots/metrics`` (before DVCLive 1.0: ``scalars``)."""
        if path.suffix != ".tsv" or _metrics_folder(path) is None:
            return False
        names = first_line(head_of(path, 1 << 12)).split("\t")
        return "step" in names and len(names) - len(_OWN & set(names)) == 1

    def home(self, path: Path) -> Path | None:
        """Return the run folder: the one that holds ``dvclive``, or the folder of another name given to Live."""
        metrics = _metrics_folder(path)
        if metrics is None:
            return None
        live = _live_folder(metrics)
        return live.parent if live.name == "dvclive" else live

    def read(self, path: Path) -> list[Part]:
        """Read all metrics of the folder; CorruptLogError when none has a row."""
        folder = _metrics_folder(path)
        if folder is None:
            raise ReadError(f"{path}: not a metric of DVCLive: it does not lie below plots/metrics")
        read: dict[str, tuple[IntArray, FloatArray, FloatArray | None]] = {}
        notes: list[DataNote] = []
        for place, _, names in sorted(os.walk(folder)):
            for name in sorted(n for n in names if n.endswith(".tsv")):
                file = Path(place, name)
                table = _table(file, notes)
                if table is not None:
                    read[file.relative_to(folder).with_suffix("").as_posix()] = table
        if not read:
            said = f": {notes[0].message}" if notes else ""
            raise CorruptLogError(f"{path}: no row with a step and a value in the metrics of DVCLive{said}")
        config = _params(_live_folder(folder), notes)
        segments, more = segments_of_points(_points(read), str(path))
        return [
            Part(
                source=Source(str(path), self.format.name, path.stat().st_size),
                curves=segments[-1] if segments else {},
                notes=(*notes, *more),
                config=config,
                order=(0.0, str(folder)),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        ]


def _metrics_folder(path: Path) -> Path | None:
    """Return the folder that holds all metrics of the run."""
    for folder in path.parents:
        if (folder.name == "metrics" and folder.parent.name == "plots") or (
            folder.name == "scalars" and folder.parent.name == "dvclive"
        ):
            return folder
    return None


def _live_folder(metrics: Path) -> Path:
    return metrics.parent if metrics.name == "scalars" else metrics.parent.parent


def _table(path: Path, notes: list[DataNote]) -> tuple[IntArray, FloatArray, FloatArray | None] | None:
    """Return steps, values and seconds of one metric, None with a note when there are none."""
    try:
        text, _, more = read_text(path)
    except ReadError as error:
        notes.append(DataNote(NoteKind.SKIPPED, str(path), str(error).removeprefix(f"{path}: ")))
        return None
    notes += more
    body, _, cut = text.rpartition("\n")
    if cut:  # a writer ends every line
        notes.append(DataNote(NoteKind.TRUNCATED, str(path), "the last line is half written and was left out"))
    cells = parse_cells(body + "\n", str(path))
    notes += cells.notes
    values = [n for n in cells.numeric if n not in _OWN]
    step = cells.numeric.get("step")
    if step is None or len(values) != 1:
        notes.append(DataNote(NoteKind.SKIPPED, str(path), "no curve: no step or no number beside it"))
        return None
    value = cells.numeric[values[0]]
    counted = np.isfinite(step.value) & (np.abs(step.value) < BEYOND)
    row, at, of = np.intersect1d(step.row[counted], value.row, assume_unique=True, return_indices=True)
    if row.size < cells.rows:
        lost = amount(cells.rows - row.size, "row")
        message = f"left out {lost} without a usable step or value; {amount(row.size, 'point')} kept"
        notes.append(DataNote(NoteKind.SKIPPED, str(path), message))
    if not row.size:
        return None
    clock = cells.numeric.get("timestamp")
    wall = None
    if clock is not None:
        wall = np.full(cells.rows, np.nan)
        wall[clock.row] = clock.value / 1e3
        wall = wall[row]
    return step.value[counted][at].astype(np.int64), value.value[of], wall


def _points(read: Mapping[str, tuple[IntArray, FloatArray, FloatArray | None]]) -> dict[str, Points]:
    """Put the points of all metrics into one order: by clock, without one by the starts that the files show."""
    if all(wall is not None and np.isfinite(wall).all() for _, _, wall in read.values()):
        return {tag: Points(step, value, wall, wall) for tag, (step, value, wall) in read.items() if wall is not None}
    return {tag: Points(step, value, starts_of(step), wall) for tag, (step, value, wall) in read.items()}


def _params(live: Path, notes: list[DataNote]) -> dict[str, Any]:
    """Return the parameters logged beside the metrics, nested ones with dots."""
    path = live / "params.yaml"
    try:
        loaded = settings_in(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = str(error).split("\n", 1)[0]
        notes.append(DataNote(NoteKind.SKIPPED, str(path), f"the parameters cannot be read: {reason}"))
        return {}
    return _flat(loaded, "")


def _flat(tree: Mapping[Any, Any], prefix: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            out |= _flat(value, f"{prefix}{key}.")
        else:
            out[f"{prefix}{key}"] = value
    return out
