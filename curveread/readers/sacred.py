"""Reads the runs of Sacred's file storage: ``metrics.json``, with ``config.json`` and ``run.json`` beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from curveread.errors import CorruptLogError
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format

if TYPE_CHECKING:
    from curveread.readers.tables.points import Points
    from curveread.run.notes import DataNote

SACRED = Format(
    "sacred",
    "metrics.json of Sacred",
    "Sacred's file storage",
    files=("metrics.json",),
    reader="curveread.readers.sacred:SacredReader",
    priority=40,
    rank=95,
    named_by_folder=True,
    beside=("config.json", "run.json"),
)
FORMATS = (SACRED,)


class SacredReader(Reader):
    """``metrics.json`` in the folder of a run: for each metric its steps, values and times."""

    format: ClassVar[Format] = SACRED

    def claims(self, path: Path) -> bool:
        """Return whether the file begins with a metric and its list of steps."""
        import re

        from curveread.readers.textfile import head_of

        return re.match(r'\s*\{\s*"[^"]+":\s*\{\s*"(steps|timestamps|values)":\s*\[', head_of(path, 4096)) is not None

    def read(self, path: Path) -> list[Part]:
        """Read the metrics of the run; CorruptLogError when they are not the JSON that Sacred writes."""
        from curveread.readers.json_text import loads
        from curveread.readers.tables.points import segments_of_points
        from curveread.readers.textfile import read_text
        from curveread.run.model import Source
        from curveread.run.notes import DataNote, NoteKind

        text, size, notes = read_text(path)
        try:
            found = loads(text)
        except (ValueError, RecursionError) as error:
            raise CorruptLogError(f"{path}: not the metrics of Sacred, not JSON: {error}") from error
        if not isinstance(found, dict):
            raise CorruptLogError(f"{path}: not the metrics of Sacred: expected an object, one key for each metric")
        metrics = {}
        for name, series in found.items():
            points = _points(series)
            if points is None:
                message = f"{name}: left out, steps, timestamps and values are not lists of one length"
                notes.append(DataNote(NoteKind.SKIPPED, str(path), message))
            else:
                metrics[name] = points
        segments, more = segments_of_points(metrics, str(path))
        notes += more
        if not segments:
            notes.append(DataNote(NoteKind.EMPTY, str(path), "no curve: the run logged no metric"))
        config, status = _beside(path, "config.json", notes), _beside(path, "run.json", notes).get("status")
        return [
            Part(
                source=Source(str(path), SACRED.name, size),
                curves=segments[-1] if segments else {},
                notes=tuple(notes),
                config=config,
                crashed={"COMPLETED": False, "FAILED": True}.get(str(status)),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        ]


def _points(series: Any) -> Points | None:
    """Return the points of a metric, None when they do not fit together."""
    import numpy as np

    from curveread.readers.tables.points import Points

    try:
        if None in series["values"]:  # NumPy would make it a NaN, which the run never logged
            return None
        step = np.array(series["steps"], np.int64)
        value = np.array(series["values"], np.float64)
        clock = np.array([_seconds(moment) for moment in series["timestamps"]])
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    if step.ndim != 1 or not step.shape == value.shape == clock.shape:
        return None
    return Points(step, value, clock, clock)


def _seconds(moment: object) -> float:
    """Return seconds since the epoch; Sacred writes UTC without a zone."""
    try:
        return datetime.fromisoformat(str(moment)).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return float("nan")


def _beside(path: Path, name: str, notes: list[DataNote]) -> dict[str, Any]:
    """Return what a file beside the metrics holds; nothing when it is not there, with a note when it is damaged."""
    from curveread.readers.json_text import loads
    from curveread.readers.regular import read_regular
    from curveread.run.notes import DataNote, NoteKind

    try:
        found = loads(read_regular(path.with_name(name)))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        notes.append(DataNote(NoteKind.SKIPPED, str(path.with_name(name)), f"cannot be read: {error}"))
        return {}
    return found if isinstance(found, dict) else {}
