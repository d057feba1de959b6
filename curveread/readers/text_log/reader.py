"""Reads plain text logs: what nanoGPT, llm.c, Megatron, torchtitan, the Hugging Face Trainer and others print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.errors import CorruptLogError, ReadError
from curveread.plural import amount
from curveread.readers.base import Following, Part, Reader
from curveread.readers.format import Format
from curveread.readers.tables.columns import Column
from curveread.readers.tables.segments import segments_of
from curveread.readers.text_log import PRINTED
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.line.dialects import ROLES
from curveread.readers.text_log.line.words import is_telling
from curveread.readers.text_log.lines import GLIMPSE, Lines, glimpse
from curveread.readers.text_log.points.beat import EPOCH, LOOSE, STEP
from curveread.readers.text_log.points.borders import trainings_of
from curveread.readers.text_log.points.rows import Rows, rows_of, table_of
from curveread.readers.text_log.tail import cut_short
from curveread.readers.textfile import is_encoded
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role, role_of
from curveread.run.tags.words import words

_NAMES = re.compile(r"(.+\.(log|txt|out|err)(\.\d{1,3})?|[\w\- ]+|.+\.[oe]\d{3,10})(\.gz)?$", re.IGNORECASE)
_NOT_LOGS = re.compile(
    r"(readme|licen[cs]e|requirements|changelog|changes|authors|notice|cmakelists|robots|vocab|merges|config|args|"
    r"todo|install|contributing|constraints|top_level|sources|entry_points|makefile|dockerfile|procfile|gemfile|"
    r"copying|citation|news|record|wheel|metadata|commit_editmsg|fetch_head|packed-refs|version)[\w.\-]*$",
    re.IGNORECASE,
)
_SURE = ("bar", "box", "matrix")
"""What only trainers print: two of them make a log."""
_NO_EVIDENCE = (Role.TIME, Role.MEMORY, Role.SYSTEM, Role.THROUGHPUT, Role.STEP_AXIS, Role.EPOCH, Role.HYPER_PARAMETER)
_NEAR, _FAR = 1 << 20, 1 << 22
"""Bytes of a file that are searched for a training: of any text, of one with a line that could be of a training."""
_SOME = 1 << 16
_FEWEST, _UNTOLD = 3, 8
"""Counts that make a text a log: of a metric that is known, of a name that tells nothing."""


class TextLogReader(Reader):
    """Text with at least three lines of one trainer's build whose steps rise."""

    format: ClassVar[Format] = PRINTED

    def claims(self, path: Path) -> bool:
        """Return whether the file is named as a printed log is, and holds a training's lines."""
        return _NAMES.match(path.name) is not None and not _NOT_LOGS.match(path.name) and self.holds(path)

    def holds(self, path: Path) -> bool:
        """Return whether the file's first or last 64 kB hold a training's lines, or else its first megabytes do."""
        hints = False
        for text in glimpse(path):
            if b"\x00" in text[:1024]:
                return False
            gathered = Gathered()
            gathered.feed(text.split(b"\n"))
            if _convinces(gathered, path):
                return True
            hints |= bool(gathered.sheets)
        return _size(path) > GLIMPSE and self._further(path, _FAR if hints else _NEAR)

    def _further(self, path: Path, reach: int) -> bool:
        """Return whether the first ``reach`` bytes hold a training's lines."""
        lines, gathered = Lines(path), Gathered()
        try:
            for piece in lines.pieces(min(reach, _NEAR)):
                gathered.feed(piece)
                if gathered.sheets and _convinces(gathered, path):
                    return True
                if lines.size >= reach:
                    break
        except ReadError:
            pass
        return False

    def read(self, path: Path) -> list[Part]:
        """Read one file; CorruptLogError when no line of it is a record."""
        lines, gathered = Lines(path), Gathered()
        whole = _size(path)
        for piece in lines.pieces():
            gathered.feed(piece, min(lines.size / max(whole, 1), 1.0))
        gathered.finish()
        notes = [*lines.notes, *cut_short(gathered, lines.unfinished, str(path))]
        return self._made(path, lines.size, gathered, rows_of(gathered, str(path)), notes)

    def follow(self, path: Path) -> Following | None:
        """Return what reads a text log as it grows, None for a compressed one or one in UTF-16."""
        from curveread.readers.text_log.following import GrowingText

        return None if is_encoded(path) else GrowingText(path, self.parts)

    def parts(self, path: Path, size: int, gathered: Gathered, notes: list[DataNote]) -> list[Part]:
        """Return what was gathered of a file as parts; CorruptLogError when no line of it is a record."""
        return self._made(path, size, gathered, rows_of(gathered, str(path)), notes)

    def _made(self, path: Path, size: int, gathered: Gathered, rows: Rows, notes: list[DataNote]) -> list[Part]:
        if not rows.columns:
            raise CorruptLogError(f"{path}: {amount(gathered.count, 'line')}, none with a step and a metric")
        if gathered.torn:
            message = f"left out {amount(gathered.torn, 'line')} that a stretch of zeros goes through"
            notes.append(DataNote(NoteKind.CORRUPT, str(path), message))
        first, count = gathered.remarks.missed
        if count:
            message = f"left out {amount(count, 'row')} of a table (the first is line {first + 1}): built otherwise"
            notes.append(DataNote(NoteKind.SKIPPED, str(path), message))
        if gathered.overflow:
            message = f"left out {amount(gathered.overflow, 'line')} built in a way that no other is"
            notes.append(DataNote(NoteKind.SKIPPED, str(path), message))
        return parts_of(path, self.format.name, size, gathered, rows, notes)


def parts_of(path: Path, name: str, size: int, gathered: Gathered, rows: Rows, notes: list[DataNote]) -> list[Part]:
    """Return the trainings of a file as parts."""
    source = str(path)
    table, axis, more = table_of(rows, gathered, source)
    notes += more
    unknown = np.broadcast_to(np.nan, axis.step.size)
    planned = (rows.total, rows.goal) if axis.step.size == rows.total.size else (unknown, unknown)
    trainings = trainings_of(table, axis, *planned)
    if len(trainings) > 1:
        message = f"the file holds {len(trainings)} trainings one after the other: each is a run of its own"
        notes.append(DataNote(NoteKind.MERGED, source, message))
    named: dict[str, float | str] = {"algorithm": gathered.remarks.algorithm} if gathered.remarks.algorithm else {}
    timed = np.isfinite(rows.stamp)
    start = float(rows.stamp[int(timed.argmax())]) if timed.any() else 0.0
    parts = []
    for i, (some, steps) in enumerate(trainings, 1):
        segments, decided = segments_of(some, steps, source)
        segments = [{t: _with_role(c) for t, c in s.items()} for s in segments]
        said = [*notes, *decided, *_rounded(segments, source)]
        if not segments:
            message = f"no curve: {amount(some.rows, 'record')} without a metric"
            said.append(DataNote(NoteKind.EMPTY, source, message))
        key = f"training {i}" if len(trainings) > 1 else ""
        parts.append(
            Part(
                source=Source(source, name, size),
                curves=segments[-1] if segments else {},
                key=key,
                name=key,
                notes=tuple(said),
                config=named | (gathered.summary if len(trainings) == 1 else {}),
                x_axis=axis.name,
                order=(start + i - 1 if len(trainings) > 1 else start, path.name),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        )
    return parts


def _with_role(curve: Curve) -> Curve:
    return replace(curve, role=ROLES[curve.tag]) if curve.tag in ROLES else curve


def _rounded(segments: list[dict[str, Curve]], source: str) -> list[DataNote]:
    """Say to how many decimals the training loss is printed, or with how many digits."""
    losses = [c for s in segments for c in s.values() if c.role is Role.TRAIN_LOSS]
    if not losses:
        return []
    main = max(losses, key=lambda c: (len(c), c.tag == "loss"))
    value = main.value if main.finite.all() else main.value[main.finite]
    if np.unique(value[:_SOME]).size < 8 and np.unique(value).size < 8:
        return []
    for decimals in (2, 3, 4, 5):
        if all(np.array_equal(np.round(part, decimals), part) for part in _pieces(value)):
            floor = 10.0**-decimals
            message = f"{main.tag} is printed with {decimals} decimals: changes below {floor:g} cannot be seen"
            digits = _digits(value, floor)
            if digits is not None:
                message = f"{main.tag} is printed with {digits} digits: smaller changes cannot be seen"
            return [DataNote(NoteKind.ROUNDED, source, message)]
    return []


def _digits(value: FloatArray, floor: float) -> int | None:
    """Return to how many digits values are printed, as by ``%.2e``; None where the decimals tell the same."""
    top = float(max(value.max(), -value.min()))
    if not top:
        return None
    for digits in (2, 3, 4):
        if 10.0 ** (np.floor(np.log10(top)) - digits + 1) <= 1.5 * floor:
            return None  # the largest is known to the last decimal
        if all(_has_digits(part[part != 0.0], digits) for part in _pieces(value)):
            return digits
    return None


def _has_digits(value: FloatArray, digits: int) -> bool:
    """Return whether so many digits tell each of some values, none of them 0."""
    unit = 10.0 ** (np.floor(np.log10(np.abs(value))) - digits + 1)
    return np.allclose(np.round(value / unit) * unit, value, rtol=1e-9, atol=0.0)


def _pieces(value: FloatArray) -> Iterator[FloatArray]:
    """Yield stretches of values: of a long log each array of all is a copy of it."""
    return (value[i : i + _SOME] for i in range(0, value.size, _SOME))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _convinces(gathered: Gathered, path: Path) -> bool:
    gathered.finish()
    return bool(gathered.sheets) and _convincing(rows_of(gathered, str(path)))


def _convincing(rows: Rows) -> bool:
    """Return whether a metric was printed at enough counts that rise rather than fall."""
    for tag, column in rows.columns.items():
        counts = rows.counts[column.row]
        telling = is_telling(tag)
        for kind in (STEP, EPOCH):
            step = rows.step[column.row[counts == kind]]
            if np.unique(step).size < (_FEWEST if telling else _UNTOLD):
                continue
            rises, falls = int((np.diff(step) > 0).sum()), int((np.diff(step) < 0).sum())
            varied = telling or (not _of_the_machine(tag) and _varies(column.value[counts == kind]))
            if varied and rises >= _FEWEST - 1 and rises >= falls:
                return True
        if telling and _loose_convinces(rows, column):
            return True
    return False


_MACHINE = frozenset(
    (
        "time bitrate speed rate size elapsed progress cpu gpu mem memory rss disk net temp fps bytes kb mb gb latency "
        "ms"
    ).split()
)


def _of_the_machine(tag: str) -> bool:
    """Return whether a name is of what any program may print of itself."""
    return role_of(tag) in _NO_EVIDENCE or not _MACHINE.isdisjoint(words(tag))


def _varies(value: FloatArray) -> bool:
    """Return whether numbers are measured: with decimals, and not the same again and again."""
    finite = value[np.isfinite(value)]
    return bool(np.any(finite != np.floor(finite)) and np.unique(finite).size >= 0.5 * value.size)


def _loose_convinces(rows: Rows, column: Column) -> bool:
    """Return whether lines without a counter make a log: printed dicts, and lines that come back with a counter."""
    loose = column.row[rows.counts[column.row] == LOOSE]
    few = _FEWEST - (rows.dialects[int(rows.dialect[loose[0]])] in _SURE) if loose.size else _FEWEST
    if loose.size < few:
        return False
    base = np.flatnonzero(rows.counts != LOOSE)
    if base.size:
        step = rows.step[base]
        at = np.searchsorted(base, loose)
        rising = bool((np.diff(step) > 0).sum() >= (np.diff(step) < 0).sum())
        return np.unique(at).size >= few and rising and np.unique(step).size >= few
    epoch = rows.columns.get("epoch")
    if rows.dialects[int(rows.dialect[loose[0]])] != "dict" or epoch is None:
        return loose.size >= _UNTOLD and _varies(column.value)
    return (
        epoch is not None
        and epoch.row.size >= _FEWEST
        and int((np.diff(epoch.value) < 0).sum()) <= 0.1 * epoch.row.size
    )
