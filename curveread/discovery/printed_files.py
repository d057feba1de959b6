"""Which text files beside a run are named as what a program printed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from curveread.run.notes import DataNote, NoteKind

_MOST_FILES = 20
_PRINTED = re.compile(
    r"(.*(log|out|err|stdout|stderr|console|slurm|nohup|train|run)[\w.\-]*\.txt|.+\.(log|out|err)(\.\d{1,3})?"
    r"|(nohup|stdout|stderr|log)|.+\.[oe]\d{3,10})",
    re.IGNORECASE,
)


def printed_files(folders: Iterable[Path]) -> tuple[list[Path], list[DataNote]]:
    """Return the files in these folders, not below them, whose names are those of printed output."""
    found: list[Path] = []
    for folder in dict.fromkeys(folders):
        try:
            with os.scandir(folder) as entries:
                names = [e.name for e in entries if _PRINTED.fullmatch(e.name) and e.is_file()]
        except OSError:
            continue
        found += [folder / name for name in sorted(names)]
    notes = []
    if len(found) > _MOST_FILES:
        text = f"crash lines were looked for in {_MOST_FILES} of {len(found)} text files only"
        notes.append(DataNote(NoteKind.SKIPPED, str(found[0].parent), text))
    return found[:_MOST_FILES], notes
