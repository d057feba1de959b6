"""Damaged logs, read and judged: what must never happen."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from curveread.discovery.bounds import within_bounds
from curveread.discovery.discover import find, read_files, read_runs
from curveread.discovery.tree import LogFile, claimed_by
from curveread.errors import ReadError
from curveread.readers.base import Part, Reader
from curveread.run.model import Curve, Run
from tests.fuzz.damages import KEEPS
from tests.fuzz.faults import Fault, diagnose_all, unfit, watched
from tests.fuzz.oracles import not_held_by, unharmed
from tests.fuzz.writers import Writer

__all__ = ["Judge", "Seed"]

_OTHER_CONTENT = ("structure", "guided")
"""Damages that leave checksums right around other numbers."""
_BLANK = "blank in"
"""What is said of NaN that a CSV writer left out."""
_UNVERIFIED = "cut before its checksum"
_DIAGNOSED = 16
"""Of the outcomes that no case had before, every how many are diagnosed."""
Points = set[tuple[int, bytes]]


@dataclass(frozen=True)
class Seed:
    """A log as it was written, and what it holds.

    Parameters
    ----------
    writer
        Its format.
    root
        The folder to read.
    path, data
        The file that is damaged, and its bytes.
    points, held
        Steps and values of all its points, and of all that the file holds.
    notes
        What is said of it.
    files
        The logs in the folder.
    """

    writer: Writer
    root: Path
    path: Path
    data: bytes
    points: Points
    held: Points
    notes: frozenset[str]
    files: tuple[LogFile, ...]

    @classmethod
    def of(cls, writer: Writer, root: Path, path: Path) -> Seed:
        """Read a log that lies there."""
        runs = read_runs(root)
        notes = frozenset(n.message for r in runs for n in r.notes)
        held = _values(c for part in _read(path)[1] for c in (part.curves, *part.segments))
        return cls(writer, root, path, path.read_bytes(), _points(runs), held, notes, tuple(find(root)[0]))


@dataclass
class _Outcome:
    """What is told of a damaged log; ``points`` is None where it is an error."""

    points: Points | None
    notes: frozenset[str] = frozenset()


@dataclass
class Judge:
    """Judges damaged forms of one log.

    A file that reads exactly as an earlier one did is not assembled and diagnosed again: what is told of the parts that
    a reader returns depends on nothing else. Its numbers are compared all the same.

    Parameters
    ----------
    seed
        The log.
    """

    seed: Seed
    _known: dict[object, _Outcome] = field(default_factory=dict)

    def judged(self, damage: str, data: bytes, *, whole: bool = False) -> list[Fault]:
        """Read a damaged form of the log, and return what must not have happened.

        Parameters
        ----------
        damage
            What happened to it.
        data
            The damaged bytes.
        whole
            Whether it is assembled, diagnosed and told in any case.
        """
        self.seed.path.write_bytes(data)
        faults: list[Fault] = []
        outcome = None
        with watched(faults, f"{self.seed.writer.name} {damage}"):
            outcome = self._outcome(faults, whole=whole)
        if not faults and outcome is not None and outcome.points is not None:
            faults += _numbers(self.seed, damage, data, outcome.points, outcome.notes - self.seed.notes)
        return faults

    def _outcome(self, faults: list[Fault], *, whole: bool) -> _Outcome:
        parts: list[Part] = []
        try:
            reader, parts = _read(self.seed.path)
            key = None if reader is None else _key(parts)
        except ReadError as error:
            reader, key = None, (type(error), _without_numbers(str(error)))
            faults += unfit(error)
        if whole or key is None or key not in self._known:
            whole = whole or len(self._known) % _DIAGNOSED == 0
            self._known[key] = self._told(reader, parts, faults, whole=whole)
        return self._known[key]

    def _told(self, reader: Reader | None, parts: list[Part], faults: list[Fault], *, whole: bool) -> _Outcome:
        try:
            runs = self._runs(reader, parts)
        except ReadError as error:
            faults += unfit(error)
            return _Outcome(None)
        if whole:
            diagnose_all(runs, faults)
        return _Outcome(_points(runs), frozenset(n.message for r in runs for n in r.notes))

    def _runs(self, reader: Reader | None, parts: list[Part]) -> list[Run]:
        """Assemble what was read; where it is another reader's file now, the folder is read anew."""
        files = self.seed.files
        if reader is None or len(files) != 1 or files[0].reader is not reader:
            return read_runs(self.seed.root)
        once = cast(Reader, _Once(reader, parts))
        return read_files([replace(files[0], reader=once)], self.seed.root)


class _Once:
    """A reader that has read its file."""

    def __init__(self, reader: Reader, parts: list[Part]) -> None:
        self._reader, self._parts = reader, parts

    def read(self, path: Path) -> list[Part]:
        return self._parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


@np.errstate(all="ignore")
def _read(path: Path) -> tuple[Reader | None, list[Part]]:
    """Return the reader that takes a file, and what it reads; None where no reader does."""
    reader = claimed_by(path)
    return reader, [] if reader is None else [within_bounds(part) for part in reader.read(path)]


def _key(parts: Iterable[Part]) -> object:
    """Return what is equal where what is read is: but for numbers within notes."""
    return tuple(
        (
            p.source.format, p.key, p.name, p.x_axis, p.order, p.crashed, p.purges, p.fidelity,
            repr(p.config), repr(p.checkpoints),
            tuple(_curves_key(curves) for curves in (p.curves, *p.segments)),
            tuple((n.kind, _without_numbers(n.message)) for n in p.notes),
        )
        for p in parts
    )  # fmt: skip


def _curves_key(curves: Mapping[str, Curve]) -> object:
    return tuple(
        (tag, c.step.tobytes(), c.value.tobytes(), None if c.wall_time is None else c.wall_time.tobytes())
        for tag, c in curves.items()
    )


def _without_numbers(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+|\d+", "0", text)


def _numbers(seed: Seed, damage: str, data: bytes, found: Points, notes: frozenset[str]) -> list[Fault]:
    """Compare what is told with what was logged, and with what others read in the damaged file."""
    out = []
    held = {value for _, value in seed.points | seed.held}
    wrong = {p for p in found if p[1] not in held}
    kept = damage not in _OTHER_CONTENT and (
        seed.writer.protected or damage == "cut" or (damage in KEEPS and seed.writer.text)
    )
    if wrong and not kept:
        invented = not_held_by(seed.writer.name, seed.path, data, {value for _, value in wrong})
        wrong = {p for p in wrong if p[1] in invented}
    if any(_BLANK in n for n in notes):
        wrong = {p for p in wrong if p[1] != struct.pack("<d", math.nan)}
    moved = found - seed.points - seed.held
    if wrong and not any(_UNVERIFIED in n for n in notes):
        out.append(Fault("wrong number", f"{seed.writer.name} {damage}", f"{_shown(wrong)} {sorted(notes)}"))
    elif kept and moved and not notes:
        out.append(Fault("wrong number", f"{seed.writer.name} {damage} moved", _shown(moved)))
    lost = seed.points - found
    if lost and not notes and data != seed.data:
        if not _could_know(seed, damage, data):
            values = {value for _, value in found}
            intact = unharmed(seed.writer.name, seed.data, data)
            lost = {p for p in lost if p in intact and p[1] not in values}
        if lost:
            detail = f"{len(lost)} of {len(seed.points)} points: {_shown(lost)}"
            out.append(Fault("loss without a note", f"{seed.writer.name} {damage}", detail))
    return out


def _could_know(seed: Seed, damage: str, data: bytes) -> bool:
    """Return whether somebody could know that something is missing."""
    behind = seed.data[len(data) : len(data) + 1]
    if seed.data.startswith(data) and (seed.writer.whole(data) or (seed.writer.lines and behind in (b"\r", b"\n"))):
        return False
    if seed.writer.protected:
        return damage not in ("drop", "again", "swap", "several", *_OTHER_CONTENT)
    return damage == "cut" or (damage in KEEPS and seed.writer.text)


def _points(runs: list[Run]) -> Points:
    """Return step and bits of the value of all points, superseded ones too; of no clock before the lines."""
    return _values(
        curves
        for run in runs
        for curves in (run.curves, *(a.curves for a in run.attempts), *(a.superseded for a in run.attempts))
    )


def _values(several: Iterable[Mapping[str, Curve]]) -> Points:
    return {
        (step, struct.pack("<d", value))
        for curves in several
        for curve in curves.values()
        if curve.tag != "wall_time"
        for step, value in zip(curve.step.tolist(), curve.value.tolist(), strict=True)
    }


def _shown(points: Points) -> str:
    return str([(step, struct.unpack("<d", value)[0]) for step, value in sorted(points)[:4]])
