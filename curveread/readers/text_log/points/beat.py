"""All lines of a log in their order, and which of them are points."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.plural import amount
from curveread.run.notes import DataNote, NoteKind

LOOSE, EPOCH, STEP, BAR = 0, 1, 2, 3
"""What the counter of a line counts."""
CODES = {"": LOOSE, "epoch": EPOCH, "step": STEP, "bar": BAR}


@dataclass(slots=True)
class Beat:
    """All lines in their order, and which of them are points.

    Parameters
    ----------
    line, sheet
        (n,) number of the line and index of its sheet.
    step, epoch, total
        (n,) float64, NaN where not printed; see :meth:`own`.
    counts
        (n,) what ``step`` counts.
    keep
        (n,) bool: the lines that are points or anchors of points.
    tags
        Of each sheet the tags as they are kept; an empty one is left out.
    blank
        (n,) bool: lines that only count.
    evaluation
        (n,) bool: lines that say that they are of an evaluation.
    notes
        What was decided.
    out
        Why lines were left out -> (n,) bool which.
    """

    line: IntArray
    sheet: IntArray
    step: FloatArray
    epoch: FloatArray
    total: FloatArray
    counts: IntArray
    keep: BoolArray
    tags: list[list[str]]
    blank: BoolArray
    evaluation: BoolArray
    notes: list[DataNote] = field(default_factory=list)
    out: dict[str, BoolArray] = field(default_factory=dict)

    def own(self) -> None:
        """Make the numbers its own, before some are changed; until then they may be those of a sheet."""
        self.step, self.epoch, self.total = (
            numbers if numbers.flags.writeable else numbers.copy() for numbers in (self.step, self.epoch, self.total)
        )

    def left_out(self, lines: BoolArray | IntArray, why: str) -> None:
        """Take lines out, which a mask or their places tell, and remember why."""
        rows = np.zeros(self.keep.size, bool)
        rows[lines] = True
        rows &= self.keep
        if rows.any():
            self.keep &= ~rows
            self.out[why] = self.out.get(why, False) | rows

    def told(self, source: str) -> list[DataNote]:
        """Return what was left out and why."""
        notes = list(self.notes)
        for why, rows in self.out.items():
            first = int(self.line[np.argmax(rows)]) + 1
            several = f"{amount(int(rows.sum()), 'line')} left out (the first is line {first})"
            which = f"line {first} left out" if rows.sum() == 1 else several
            message = f"{which}: {why}"
            notes.append(DataNote(NoteKind.SKIPPED, source, message))
        return notes
