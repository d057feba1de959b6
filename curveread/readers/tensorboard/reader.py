"""The TensorBoard reader: one event file -> one part of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError
from curveread.plural import amount
from curveread.readers.base import Following, Part, Reader
from curveread.readers.format import Format
from curveread.readers.tensorboard import EVENTS
from curveread.readers.tensorboard.attempts import attempt_starts, cut, purges_of, stitched
from curveread.readers.tensorboard.config import configuration
from curveread.readers.tensorboard.damage import damage_notes
from curveread.readers.tensorboard.memory import load
from curveread.readers.tensorboard.scalars import Scalars, scalars
from curveread.readers.tensorboard.series import Once, Series
from curveread.readers.tensorboard.session import RunEvents, run_events
from curveread.readers.tensorboard.tfrecord import HEADER
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind

_CREATED = re.compile(r"tfevents\.(\d+(?:\.\d+)?)")


class TensorBoardReader(Reader):
    """Reads event files: scalars of every form, hyper-parameters and configuration texts."""

    format: ClassVar[Format] = EVENTS

    def claims(self, path: Path) -> bool:
        """Return whether the file is one that TensorBoard would read, by its name."""
        return "tfevents" in path.name and not path.name.endswith(".profile-empty")

    def read(self, path: Path) -> list[Part]:
        """Read one event file.

        Raises
        ------
        CorruptLogError
            When the file holds no record at all and is not merely empty or cut off.
        ReadError
            When it cannot be opened.
        """
        log = load(path)
        found = scalars(log)
        head = log.bytes_at(0, HEADER)
        events = run_events(log, found.other)
        config, unread = configuration(log, events.config, path.name)
        return [self.part(path, log.size, head, found, events, config, unread)]

    def follow(self, path: Path) -> Following:
        """Return what reads an event file as it grows."""
        from curveread.readers.tensorboard.following import GrowingEvents

        return GrowingEvents(path, self.part)

    def part(
        self,
        path: Path,
        size: int,
        head: bytes,
        found: Scalars,
        events: RunEvents,
        config: dict[str, Any],
        unread: list[DataNote],
    ) -> Part:
        """Return the part of a run that a file's records make; CorruptLogError as for :meth:`read`."""
        if not found.records and any(not d.truncated for d in found.damage):
            raise CorruptLogError(
                f"{path}: no event record in {size:,} bytes; "
                f"at byte 0 a record's length and its checksum were expected, found {head.hex(' ')}"
            )
        series, notes = _counted(found.series, path.name)
        attempts = cut(series, attempt_starts(series, events.starts))
        notes += _sorted_notes(attempts, path.name) + _rounded_notes(found.rounded, path.name)
        segments = tuple(_curves(a) for a in attempts) if len(attempts) > 1 else ()
        purges = purges_of(attempts, events.starts)
        curves = _curves(stitched(attempts, purges))
        if not curves:
            notes.append(DataNote(NoteKind.EMPTY, path.name, _emptiness(found)))
        return Part(
            source=Source(str(path), self.format.name, size),
            curves=curves,
            notes=(*damage_notes(path.name, size, found), *unread, *notes),
            config=config,
            checkpoints=tuple(events.checkpoints),
            order=(_created(path, found), path.name),
            segments=segments,
            purges=purges if any(p is not None for p in purges) else (),
        )


def _curves(series: Mapping[str, Series]) -> dict[str, Curve]:
    ordered = {tag: s.by_step() for tag, s in series.items()}
    once = Once()  # the curves of one training mostly have the same steps and times
    return {
        tag: Curve(tag, once(s.step), s.value, once(s.wall_time), significand_bits=s.bits) for tag, s in ordered.items()
    }


def _counted(series: Mapping[str, Series], source: str) -> tuple[dict[str, Series], list[DataNote]]:
    """Give the points of curves that were written without a step numbers of their own, with a note."""
    without = [tag for tag, s in series.items() if s.step.size > 1 and not s.step.any()]
    out = {**series, **{tag: replace(series[tag], step=np.arange(series[tag].step.size)) for tag in without}}
    if not without:
        return out, []
    points = sum(series[tag].step.size for tag in without)
    text = f"{_names(without)}: all {points:,} points were logged at step 0; numbered here in the order of the file"
    return out, [DataNote(NoteKind.X_AXIS, source, text)]


def _sorted_notes(attempts: Sequence[Mapping[str, Series]], source: str) -> list[DataNote]:
    """Return a note on the curves whose points were not in the order of their steps."""
    back = [(tag, s) for a in attempts for tag, s in a.items() if s.goes_back]
    if not back:
        return []
    times = sum(int((s.step[1:] < s.step[:-1]).sum()) for _, s in back)
    often = "once" if times == 1 else amount(times, "time")
    tags = sorted({tag for tag, _ in back})
    text = f"{_names(tags)}: steps go back {often} while the run goes on; the points were sorted by step, all are kept"
    return [DataNote(NoteKind.UNORDERED, source, text, times=times)]


def _rounded_notes(rounded: Mapping[str, int], source: str) -> list[DataNote]:
    if not rounded:
        return []
    n = sum(rounded.values())
    points = amount(n, "point is a whole number", "points are whole numbers")
    text = f"{_names(list(rounded))}: {points} beyond 2^53, rounded to the nearest float64"
    return [DataNote(NoteKind.ROUNDED, source, text)]


def _names(tags: list[str]) -> str:
    return ", ".join(tags) if len(tags) <= 3 else f"{', '.join(tags[:3])} and {len(tags) - 3:,} more"


def _emptiness(found: Scalars) -> str:
    if not found.records:
        return "the file holds no record"
    records = amount(found.records, "record")
    return f"the file holds {records} and no scalar among them"


def _created(path: Path, found: Scalars) -> float:
    """Return when the file was begun: from its name, else from its first point."""
    named = _CREATED.search(path.name)
    if named:
        return float(named[1])
    times = [float(s.wall_time[0]) for s in found.series.values() if np.isfinite(s.wall_time[0])]
    return min(times, default=0.0)
