"""Reads runs of MLflow's file store, ``mlruns/<experiment>/<run>/``.

A run is a folder: ``meta.yaml``, a file per metric below ``metrics`` (a slash in the name is a sub-folder), a file per
parameter below ``params`` and per tag below ``tags``. A metric's line is ``<milliseconds> <value> <step>``, before
MLflow 1.0 without the step, and with the name and digest of a data set behind it where one was given.
"""

from __future__ import annotations

import os
import re
from ast import literal_eval
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError, ReadError
from curveread.plural import amount
from curveread.readers.base import BEYOND, Part, Reader
from curveread.readers.format import Format
from curveread.readers.regular import read_regular
from curveread.readers.settings_file import settings_in
from curveread.readers.stores import MLFLOW
from curveread.readers.tables.points import Points, segments_of_points
from curveread.readers.textfile import head_of, read_text
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind

_META = "meta.yaml"
_KINDS = frozenset({"metrics", "params", "tags"})
_RUN = re.compile(r"^run_(?:id|uuid): ", re.MULTILINE)
_ID = re.compile(r"[0-9a-f]{32}$")
_STATUS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_JUNK = re.compile(r"\._|\.DS_Store$|.*\.swp$")
_PARAMETER = 1 << 20  # bytes of a parameter or tag


@dataclass(slots=True)
class _Lines:
    """The fields of a metric's lines; ``data_set`` is empty where no line names one."""

    milliseconds: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    step: list[int] = field(default_factory=list)
    data_set: list[str] = field(default_factory=list)

    def take(self, line: str) -> bool:
        """Add a line of two, three or five fields; a data set's name may hold blanks. False when it is none."""
        cells = line.split(" ")
        try:
            moment, value = int(cells[0]), float(cells[1])
            step = int(cells[2]) if len(cells) > 2 else 0
        except (ValueError, IndexError):
            return False
        if len(cells) == 4 or max(abs(moment), abs(step)) >= BEYOND:
            return False
        self.milliseconds.append(moment)
        self.value.append(value)
        self.step.append(step)
        self.data_set.append(" ".join(cells[3:-1]))
        return True


class MlflowReader(Reader):
    """A run folder of ``mlruns``; any file of the run stands for all of it."""

    format: ClassVar[Format] = MLFLOW

    def claims(self, path: Path) -> bool:
        """Return whether the file lies in a run folder: its ``meta.yaml``, a metric, parameter or tag."""
        return self.home(path) is not None

    def home(self, path: Path) -> Path | None:
        """Return the run folder that a file belongs to."""
        if path.name == _META:
            return path.parent if _is_run(path.parent) else None
        for folder in path.parents:
            if folder.name in _KINDS and _is_run(folder.parent):
                return folder.parent
        return None

    def read(self, path: Path) -> list[Part]:
        """Read the run; CorruptLogError when the file lies in no run folder."""
        folder = self.home(path) or path.parent
        if not (folder / "metrics").is_dir() and not _is_run(folder):
            raise CorruptLogError(f"{path}: not a run of MLflow: it has no run_id and no folder metrics beside it")
        source = folder / _META if (folder / _META).is_file() else path
        meta, notes = _meta(folder)
        metrics, more = _metrics(folder)
        notes += more
        segments, more = segments_of_points(metrics, str(source))
        notes += more
        if not segments:
            notes.append(DataNote(NoteKind.EMPTY, str(source), "no curve: the run holds no metric"))
        if meta.get("lifecycle_stage") == "deleted":
            notes.append(DataNote(NoteKind.SKIPPED, str(source), "the run is marked as deleted in MLflow; read anyway"))
        run_id = str(meta.get("run_id") or meta.get("run_uuid") or folder.name)
        return [
            Part(
                source=Source(str(source), self.format.name, source.stat().st_size),
                curves=segments[-1] if segments else {},
                key=run_id,
                name=_first_line(folder / "tags" / "mlflow.runName") or str(meta.get("run_name") or ""),
                notes=tuple(notes),
                config={key: typed(text) for key, text in _texts(folder / "params", notes)},
                crashed=ended_badly(_STATUS.get(str(meta.get("status")), "")),
                order=(_seconds(meta.get("start_time")), run_id),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        ]


def ended_badly(status: str) -> bool | None:
    """Return how a run ended by its status; None for one that is still called running, as a killed one is, too."""
    return {"FINISHED": False, "FAILED": True, "KILLED": True}.get(status)


def typed(text: str) -> Any:
    """Return a parameter, which MLflow keeps as text, as the number or truth value that it spells; else the text."""
    try:
        value = literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return text
    return value if isinstance(value, int | float) or value is None else text


def _seconds(milliseconds: object) -> float:
    """Return a time in seconds, 0 for what is none."""
    if isinstance(milliseconds, int | float) and abs(milliseconds) < BEYOND:
        return milliseconds / 1e3
    return 0.0


def _is_run(folder: Path) -> bool:
    """Return whether a folder is a run's: by its ``meta.yaml``, or by its name where that is missing or damaged."""
    if _RUN.search(head_of(folder / _META, 1 << 13)):
        return True
    return _ID.match(folder.name) is not None and (folder / "metrics").is_dir()


def _meta(folder: Path) -> tuple[dict[str, Any], list[DataNote]]:
    path = folder / _META
    loaded: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        loaded = settings_in(path)
    if "run_id" in loaded or "run_uuid" in loaded:
        return loaded, []
    message = "no complete meta.yaml: name, start and end of the run are unknown; the metrics are kept"
    return loaded, [DataNote(NoteKind.CORRUPT, str(path), message)]


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield key and path of every file below a folder, by key."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if not _JUNK.match(name):
                found.append((path.relative_to(folder).as_posix(), path))
    yield from sorted(found)


def _texts(folder: Path, notes: list[DataNote]) -> Iterator[tuple[str, str]]:
    for key, path in _files(folder):
        try:
            yield key, read_regular(path, _PARAMETER).decode("utf-8", "replace")
        except OSError as error:
            notes.append(DataNote(NoteKind.SKIPPED, str(path), f"cannot be read: {error.strerror or error}"))


def _first_line(path: Path) -> str:
    try:
        return read_regular(path, _PARAMETER).decode("utf-8", "replace").strip().split("\n", 1)[0]
    except OSError:
        return ""


def _metrics(folder: Path) -> tuple[dict[str, Points], list[DataNote]]:
    out: dict[str, Points] = {}
    notes: list[DataNote] = []
    with_data_set = []
    for key, path in _files(folder / "metrics"):
        try:
            text, _, more = read_text(path)
        except ReadError as error:
            notes.append(DataNote(NoteKind.SKIPPED, str(path), str(error).removeprefix(f"{path}: ")))
            continue
        lines, damage = _lines(text, str(path))
        notes += more + damage
        if any(lines.data_set):
            with_data_set.append(key)
        out |= _by_data_set(key, lines)
    if with_data_set:
        message = (
            f"{', '.join(with_data_set[:6])}: logged with a data set; steps are those of the file, "
            "where MLflow itself shows such points at step 0"
        )
        notes.append(DataNote(NoteKind.X_AXIS, str(folder / "metrics"), message))
    return out, notes


def _by_data_set(key: str, lines: _Lines) -> dict[str, Points]:
    """Return the points of a metric; of each data set apart where it was computed on several."""
    step, value = np.array(lines.step, np.int64), np.array(lines.value, np.float64)
    clock = np.array(lines.milliseconds, np.float64)
    names = list(dict.fromkeys(lines.data_set)) or [""]
    if len(names) == 1:
        return {key: Points(step, value, clock, clock / 1e3)}
    label = np.array(lines.data_set, dtype=object)
    out = {}
    for name in names:
        mine = label == name
        out[f"{name}/{key}" if name else key] = Points(step[mine], value[mine], clock[mine], clock[mine] / 1e3)
    return out


def _lines(text: str, source: str) -> tuple[_Lines, list[DataNote]]:
    """Parse the lines of a metric; damaged ones are left out with a note."""
    notes = []
    lines = text.split("\n")
    cut = lines.pop()  # a writer ends every line: what stands behind the last end is half a line
    out, bad = _regular(lines), []
    if out is None:
        out = _Lines()
        bad = [number for number, line in enumerate(lines, 1) if not out.take(line)]
    if cut:
        message = f"the last line is half written and was left out; {amount(len(out.step), 'point')} kept"
        notes.append(DataNote(NoteKind.TRUNCATED, source, message))
    if bad:
        lost = f"{amount(len(bad), 'line')} that should be <milliseconds> <value> <step>, the first is line {bad[0]}"
        message = f"left out {lost}; {amount(len(out.step), 'point')} kept"
        notes.append(DataNote(NoteKind.CORRUPT, source, message))
    return out, notes


def _regular(lines: list[str]) -> _Lines | None:
    """Parse a metric in which every line has three sound fields; None when one has not."""
    if any(line.count(" ") != 2 for line in lines):
        return None
    cells = " ".join(lines).split(" ") if lines else []
    try:
        out = _Lines(list(map(int, cells[::3])), list(map(float, cells[1::3])), list(map(int, cells[2::3])))
    except ValueError:
        return None
    bounds = (*out.milliseconds, *out.step)
    return out if not bounds or (min(bounds) > -BEYOND and max(bounds) < BEYOND) else None
