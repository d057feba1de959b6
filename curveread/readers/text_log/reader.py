"""Reads plain text logs: what nanoGPT, llm.c, Megatron, torchtitan, the Hugging Face Trainer and others print."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from curveread.errors import CorruptLogError
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.readers.tables.segments import segments_of
from curveread.readers.text_log import PRINTED
from curveread.readers.text_log.dialects import ROLES
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.lines import Lines, glimpse
from curveread.readers.text_log.rows import Rows, rows_of, table_of
from curveread.readers.text_log.tail import cut_short
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role

__all__ = ["TextLogReader"]

_NAMES = re.compile(
    r"(.+\.(log|txt|out|err)(\.\d{1,3})?|(nohup|stdout|stderr|log)|.+\.[oe]\d{3,10})(\.gz)?$", re.IGNORECASE
)
_NOT_LOGS = re.compile(
    r"(readme|licen[cs]e|requirements|changelog|changes|authors|notice|cmakelists|robots|vocab|merges|config|args|"
    r"todo|install|contributing|constraints|top_level|sources|entry_points)[\w.\-]*$",
    re.IGNORECASE,
)
_FEWEST = 3
"""Lines of one dialect that make a text a log."""


class TextLogReader(Reader):
    """Text with at least three lines of one trainer's build whose steps rise."""

    format: ClassVar[Format] = PRINTED

    def claims(self, path: Path) -> bool:
        """Return whether the file's first or last 64 kB hold a training's lines."""
        if not _NAMES.match(path.name) or _NOT_LOGS.match(path.name):
            return False
        for text in glimpse(path):
            gathered = Gathered()
            gathered.feed(text.split(b"\n"))
            if gathered.sheets and _convincing(rows_of(gathered)):
                return True
        return False

    def read(self, path: Path) -> list[Part]:
        """Read one file; CorruptLogError when no line of it is a record."""
        source = str(path)
        lines, gathered = Lines(path), Gathered()
        for piece in lines.pieces():
            gathered.feed(piece)
        notes = list(lines.notes)
        if lines.unfinished:
            notes += cut_short(gathered, lines.unfinished, source)
        rows = rows_of(gathered)
        if not rows.line.size:
            raise CorruptLogError(f"{path}: {gathered.count} lines, none with a step and a metric")
        if gathered.overflow:
            message = f"{gathered.overflow} lines are each built in another way and were left out"
            notes.append(DataNote(NoteKind.SKIPPED, source, message))
        table, axis, more = table_of(rows, gathered, source)
        segments, decided = segments_of(table, axis, source)
        segments = [{t: _with_role(c) for t, c in s.items()} for s in segments]
        if not segments:
            notes.append(DataNote(NoteKind.EMPTY, source, f"no curve: {rows.line.size} records, no metric in them"))
        notes += _rounded(segments, source)
        stamps = rows.stamp[np.isfinite(rows.stamp)]
        return [
            Part(
                source=Source(source, self.format.name, lines.size),
                curves=segments[-1] if segments else {},
                notes=(*notes, *more, *decided),
                config=gathered.summary,
                x_axis=axis.name,
                order=(float(stamps[0]) if stamps.size else 0.0, path.name),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        ]


def _with_role(curve: Curve) -> Curve:
    return replace(curve, role=ROLES[curve.tag]) if curve.tag in ROLES else curve


def _rounded(segments: list[dict[str, Curve]], source: str) -> list[DataNote]:
    """Say to how many decimals the training loss is printed."""
    losses = [c for s in segments for c in s.values() if c.role is Role.TRAIN_LOSS]
    if not losses:
        return []
    main = max(losses, key=len)
    value = main.value[np.isfinite(main.value)]
    for decimals in (2, 3, 4, 5):
        if np.unique(value).size >= 8 and np.array_equal(np.round(value, decimals), value):
            floor = 10.0**-decimals
            message = f"{main.tag} is printed with {decimals} decimals: changes below {floor:g} cannot be seen"
            return [DataNote(NoteKind.ROUNDED, source, message)]
    return []


def _convincing(rows: Rows) -> bool:
    """Return whether one dialect has enough lines, and its counts rise rather than fall."""
    epochs = np.full(rows.line.size, np.nan)
    if "epoch" in rows.columns:
        epochs[rows.columns["epoch"].row] = rows.columns["epoch"].value
    for i in range(len(rows.dialects)):
        mine = rows.dialect == i
        counted = mine & (rows.counts > 0)
        if counted.any():
            step = rows.step[counted]
            rises, falls = int((np.diff(step) > 0).sum()), int((np.diff(step) < 0).sum())
            if np.unique(step).size >= _FEWEST and rises >= _FEWEST - 1 and rises >= falls:
                return True
        elif rows.dialects[i] == "dict" and mine.sum() >= _FEWEST:
            known = epochs[mine][np.isfinite(epochs[mine])]
            if known.size >= _FEWEST and int((np.diff(known) < 0).sum()) <= 0.1 * known.size:
                return True
    return False
