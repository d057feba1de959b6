"""timm's ``summary.csv``, in which rows with and without an evaluation have different lengths.

timm writes each epoch with the fields of that epoch alone: ``epoch``, ``train_…``, ``eval_…`` where it evaluated and
``lr``. The header has the fields of the first epoch.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from curveread.plural import amount
from curveread.run.notes import DataNote, NoteKind


def is_summary(names: Sequence[str]) -> bool:
    """Return whether a header is one of timm's."""
    rest = names[1:]
    known = all(n.startswith(("train_", "eval_")) or n == "lr" for n in rest)
    return names[:1] == ["epoch"] and known and any(n.startswith("train_") for n in rest)


def even_rows(text: str, names: Sequence[str], source: str) -> tuple[str, list[DataNote]]:
    """Put the cells of each row under their columns, blanks for the evaluations that an epoch lacks.

    A last line without an end is left as it is. Cells that the header does not name are left out, and noted.
    """
    lines = text.split("\n")
    width, last_is_lr = len(names), names[-1] == "lr"
    train = [i for i, n in enumerate(names) if not n.startswith("eval_")]
    unnamed = extra = 0
    try:
        rows = list(csv.reader(lines[:-1]))
    except csv.Error:  # told, with the line, where the table is parsed
        return text, []
    for i, row in enumerate(rows):
        if len(row) == len(train) < width:
            rows[i] = [""] * width
            for place, cell in zip(train, row, strict=True):
                rows[i][place] = cell
        elif len(row) > width == len(train):
            unnamed, extra = unnamed + 1, len(row) - width
            rows[i] = [*row[: width - last_is_lr], *row[len(row) - last_is_lr :]]
    if not unnamed and len(train) == width:
        return text, []
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    if not unnamed:
        return out.getvalue() + lines[-1], []
    count = sum(bool(r) for r in rows) - 1
    message = (
        f"left out what the header does not name: {amount(extra, 'cell')} more in {unnamed} of {amount(count, 'row')}"
    )
    return out.getvalue() + lines[-1], [DataNote(NoteKind.SKIPPED, source, message)]
