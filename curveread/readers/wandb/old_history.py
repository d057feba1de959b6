"""Reads ``wandb-history.jsonl``, the log of W&B clients before 0.10: a JSON object per ``log()``.

System metrics lie beside it in ``wandb-events.jsonl``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.readers.tables.json_rows import lines_to_rows, rows_to_cells
from curveread.readers.tables.table_parts import part_of
from curveread.readers.textfile import read_text
from curveread.readers.wandb import HISTORY
from curveread.readers.wandb.files import beside, last_values
from curveread.readers.wandb.system import EVENTS, events_beside, system_curves
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind

_HISTORY = "wandb-history.jsonl"
_RUN_FOLDER = re.compile(r"(?:dry)?run-\d{8}_\d{6}-(\w+)$")


class WandbHistoryReader(Reader):
    """``wandb-history.jsonl`` in the folder of a run, with what lies beside it: system metrics, config, summary."""

    format: ClassVar[Format] = HISTORY

    def claims(self, path: Path) -> bool:
        """Return whether the file has the name of the history, or is that of the system metrics."""
        return path.name in (_HISTORY, EVENTS)

    def read(self, path: Path) -> list[Part]:
        """Read one file; CorruptLogError when no line of it is an object."""
        if path.name == EVENTS:
            return [] if path.with_name(_HISTORY).is_file() else [_system_only(path)]
        source = str(path)
        text, size, notes = read_text(path)
        rows, more = lines_to_rows(text, source)
        cells = rows_to_cells(rows, source, notes + more)
        part = part_of(cells.table(), cells.text, Source(source, self.format.name, size), path, cells.notes)
        files = beside(path)
        samples, said = events_beside(path)
        clock = max((c for c in part.curves.values() if c.wall_time is not None), key=len, default=None)
        wall, step = (clock.wall_time, clock.step) if clock is not None else (None, None)
        nothing = np.empty(0)
        system, placed = system_curves(
            samples, nothing if wall is None else wall, nothing.astype(np.int64) if step is None else step, source
        )
        kept = [n for n in part.notes if n.kind is not NoteKind.SAMPLED]  # this file is not a sample
        return [
            replace(
                part,
                key=_id_of(path),
                notes=(*kept, *said, *placed),
                fidelity="full",
                curves={**part.curves, **system},
                segments=(*part.segments[:-1], {**part.segments[-1], **system}) if part.segments else (),
                config={**last_values(files.summary, part.curves), **files.config},
                crashed=files.crashed,
            )
        ]


def _id_of(path: Path) -> str:
    folder = _RUN_FOLDER.match(path.parent.name)
    return folder[1] if folder else ""


def _system_only(path: Path) -> Part:
    """Return the part of a run that left nothing but its system metrics."""
    samples, said = events_beside(path)
    nothing = np.empty(0)
    curves, placed = system_curves(samples, nothing, nothing.astype(np.int64), str(path))
    source = Source(str(path), HISTORY.name, path.stat().st_size)
    if not curves:
        said.append(DataNote(NoteKind.EMPTY, str(path), "no curve: no sample of a system metric"))
    return Part(source=source, curves=curves, key=_id_of(path), notes=(*said, *placed))
