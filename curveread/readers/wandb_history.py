"""Reads ``wandb-history.jsonl``, the log of W&B clients before 0.10: a JSON object per ``log()``."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from curveread.readers.base import Part, Reader
from curveread.readers.json_rows import lines_to_rows, rows_to_cells
from curveread.readers.table_parts import part_of
from curveread.readers.textfile import read_text
from curveread.readers.wandb.files import beside, last_values
from curveread.run.model import Source
from curveread.run.notes import NoteKind

__all__ = ["WandbHistoryReader"]

_RUN_FOLDER = re.compile(r"(?:dry)?run-\d{8}_\d{6}-(\w+)$")


class WandbHistoryReader(Reader):
    """``wandb-history.jsonl`` in the folder of a run, with the config and summary beside it."""

    name: ClassVar[str] = "wandb-history"
    looks_like: ClassVar[str] = "wandb-history.jsonl"
    priority: ClassVar[int] = 20

    def claims(self, path: Path) -> bool:
        """Return whether the file has the name."""
        return path.name == "wandb-history.jsonl"

    def read(self, path: Path) -> list[Part]:
        """Read one file; CorruptLogError when no line of it is an object."""
        source = str(path)
        text, size, notes = read_text(path)
        rows, more = lines_to_rows(text, source)
        cells = rows_to_cells(rows, source, notes + more)
        part = part_of(cells.table(), cells.text, Source(source, self.name, size), path, cells.notes)
        files = beside(path)
        folder = _RUN_FOLDER.match(path.parent.name)
        return [
            replace(
                part,
                key=folder[1] if folder else "",
                notes=tuple(n for n in part.notes if n.kind is not NoteKind.SAMPLED),  # this file is no sample
                fidelity="full",
                config={**last_values(files.summary, part.curves), **files.config},
                crashed=files.crashed,
            )
        ]
