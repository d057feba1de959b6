"""Reads the ``.wandb`` binary of an online or offline W&B run, without the wandb package."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError
from curveread.plural import amount, few
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.readers.tables.columns import Column, Table, choose_axis
from curveread.readers.tables.segments import segments_of
from curveread.readers.wandb import BINARY
from curveread.readers.wandb.blocks import HEADER
from curveread.readers.wandb.datastore import Group, Records, opened
from curveread.readers.wandb.files import beside, dropped_calls, last_values
from curveread.readers.wandb.history import History, read_history, split_records
from curveread.readers.wandb.own_axes import main_axes, own_steps
from curveread.readers.wandb.records import (
    RECORD_KINDS,
    MetricDefinition,
    RunHeader,
    Stats,
    items_of,
    metric_of,
    run_of,
    stats_of,
    walk,
)
from curveread.readers.wandb.system import samples_of, system_curves
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind


@dataclass(slots=True)
class _Content:
    """What the records other than history say."""

    run: RunHeader | None = None
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    metrics: list[MetricDefinition] = field(default_factory=list)
    stats: list[Stats] = field(default_factory=list)
    exit_code: int | None = None
    broken: int = 0


class WandbReader(Reader):
    """``run-<id>.wandb``: history, system metrics, config, summary and how the run ended."""

    format: ClassVar[Format] = BINARY

    def claims(self, path: Path) -> bool:
        """Return whether the file is called ``*.wandb``."""
        return path.suffix == ".wandb"

    def read(self, path: Path) -> list[Part]:
        """Read one ``.wandb`` file; CorruptLogError when it has no usable record."""
        source = str(path)
        with opened(path) as file:
            size = file.size
            if not size:
                raise CorruptLogError(f"{path}: the file is empty; a .wandb file starts with {HEADER[:4]!r}")
            file.fetch(0, len(HEADER))
            begin = file.bytes()[: min(size, len(HEADER))].tobytes()
            if begin != HEADER[: len(begin)]:
                raise CorruptLogError(f"{path}: not a W&B log: starts with {begin!r}, expected {HEADER!r}")
            records, content, history = Records(file), _Content(), History()
            for group in records.groups():
                start, stop, others = split_records(group.buffer, group.start, group.stop)
                _read_others(group, others, content)
                read_history(group.buffer, start, stop, history, group.read)
        notes = _damage_notes(records, source, size)
        run = content.run or RunHeader()
        notes += _content_notes(history, content, source)

        table = Table(history.rows, _with_step(history))
        axis = choose_axis(table, main_axes(content.metrics, table))
        own, own_notes = own_steps(content.metrics, table, axis, source)
        segments, axis_notes = segments_of(table, axis, source, own=own) if history.rows else ([], [])
        notes += axis_notes + own_notes
        curves = segments[-1] if segments else {}
        clock = table.columns.get("_timestamp", Column(np.empty(0, np.int64), np.empty(0)))
        system, placed = system_curves(samples_of(content.stats), clock.value, axis.step[clock.row], source)
        notes += placed
        if system:
            curves = {**curves, **system}
            segments = [*segments[:-1], curves]
        if not curves:
            what = f"{amount(len(records), 'record')} without a number" if len(records) else "no complete record"
            notes.append(DataNote(NoteKind.EMPTY, source, f"no curve: {what}"))
        notes += dropped_calls(path)
        files = beside(path)
        config = {**files.config, **run.config, **content.config}
        config = {k: v for k, v in config.items() if not k.startswith("_wandb")}
        logged = {**table.columns, **history.not_numbers}
        config = {**last_values({**files.summary, **content.summary}, logged), **config}
        return [
            Part(
                source=Source(source, self.format.name, size),
                curves=curves,
                key=run.run_id or path.stem.removeprefix("run-"),
                name=run.display_name,
                notes=tuple(notes),
                config=config,
                crashed=_crashed(content, files.crashed, len(records)),
                x_axis="_step" if axis.name == "row" else axis.name,
                order=(run.start_time or _first_time(table), path.parent.name + "/" + path.name),
                segments=tuple(segments) if len(segments) > 1 else (),
            )
        ]


def _crashed(content: _Content, said: bool | None, records: int) -> bool | None:
    """Return how the run ended: a finished one has an exit record, without one the process died, or its file is cut."""
    if content.exit_code is not None:
        return content.exit_code != 0
    if said is not None:
        return said
    return True if records else None


def _damage_notes(records: Records, source: str, size: int) -> list[DataNote]:
    notes = []
    if records.damage:
        offset, reason = records.damage[0]
        more = f" and at {amount(len(records.damage) - 1, 'more place')}" if len(records.damage) > 1 else ""
        notes.append(
            DataNote(
                NoteKind.CORRUPT,
                source,
                f"damaged at byte {offset} ({reason}){more}; {amount(records.lost_bytes, 'byte')} passed over, "
                f"{amount(len(records), 'record')} kept",
            )
        )
    if records.truncated_at is not None:
        notes.append(
            DataNote(
                NoteKind.TRUNCATED,
                source,
                f"an unfinished record at the end, {amount(size - records.truncated_at, 'byte')} from byte "
                f"{records.truncated_at} on; {amount(len(records), 'record')} kept",
            )
        )
    return notes


def _content_notes(history: History, content: _Content, source: str) -> list[DataNote]:
    notes = []
    if history.not_numbers:
        names = sorted(history.not_numbers)
        shown = few(names, 5)
        notes.append(
            DataNote(
                NoteKind.SKIPPED,
                source,
                f"left out what is not a number (media, text, lists) in {amount(len(names), 'logged key')}: {shown}",
            )
        )
    broken = history.broken + content.broken
    if broken:
        notes.append(
            DataNote(
                NoteKind.CORRUPT,
                source,
                f"{amount(broken, 'record')} could not be decoded; "
                f"{amount(history.rows - history.broken, 'history row')} kept",
            )
        )
    return notes


def _read_others(group: Group, others: list[int], out: _Content) -> None:
    """Decode the records that are not history; a broken one is counted and passed over."""
    buffer = group.buffer.data
    for i in others:
        try:
            for number, wire, a, b in walk(buffer, int(group.start[i]), int(group.stop[i])):
                if wire == 2 and number in RECORD_KINDS:
                    _take(RECORD_KINDS[number], buffer, a, b, out)
        except (ValueError, IndexError, OverflowError):
            out.broken += 1


def _take(kind: str, buffer: memoryview, a: int, b: int, out: _Content) -> None:
    if kind == "run":
        out.run = run_of(buffer, a, b)
    elif kind == "config":
        out.config.update(items_of(buffer, a, b))
    elif kind == "summary":
        out.summary.update(items_of(buffer, a, b))
    elif kind == "metric":
        out.metrics.append(metric_of(buffer, a, b))
    elif kind == "stats":
        out.stats.append(stats_of(buffer, a, b))
    elif kind == "exit":
        out.exit_code = 0
        for number, wire, value, _ in walk(buffer, a, b):
            if number == 1 and wire == 0:
                out.exit_code = value - (1 << 64) if value >> 63 else value


def _with_step(history: History) -> dict[str, Any]:
    """Return the columns; ``_step`` from the records' own step field where no item carries it."""
    columns, step = history.columns(), history.step.whole()
    if "_step" not in columns and np.any(step >= 0):
        row = np.flatnonzero(step >= 0)
        columns["_step"] = Column(row, step[row].astype(np.float64))
    return columns


def _first_time(table: Table) -> float:
    clock = table.columns.get("_timestamp")
    finite = clock.value[np.isfinite(clock.value)] if clock else np.empty(0)
    return float(finite[0]) if finite.size else 0.0
