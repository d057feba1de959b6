"""What a sweep does with a unit: judge its runs, keep their rows, write the reports of those that need one."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from curveread import api
from curveread.discovery.units import Unit
from curveread.errors import ReadError, UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.judge import Judge
from curveread.fleet.row import row_of, unread

_UNSAFE = re.compile(r"[^\w.+=@-]+")


class Wanted(StrEnum):
    """Which runs get a report of their own."""

    ALL = "all"
    ATTENTION = "attention"
    NONE = "none"

    def of(self, health: str) -> bool:
        """Return whether a run of such a verdict does."""
        return self is Wanted.ALL or (self is Wanted.ATTENTION and health in ("warning", "error"))


@dataclass(frozen=True, slots=True)
class Reports:
    """Where the reports of single runs go: a folder beside the index page; and which runs get one."""

    folder: str
    wanted: Wanted

    def written(self, diagnosis: Diagnosis) -> str:
        """Write the report of a run if it gets one, and return its name in the folder, else nothing."""
        if not self.wanted.of(diagnosis.verdict.health):
            return ""
        run = diagnosis.run
        mark = hashlib.sha256(f"{run.path}\n{run.name}".encode(errors="surrogateescape")).hexdigest()[:8]
        name = f"{_UNSAFE.sub('-', run.name).strip('.-')[:80]}-{mark}.html"
        os.makedirs(self.folder, exist_ok=True)
        api.report(diagnosis, Path(self.folder, name))
        return name

    def there(self, rows: Sequence[SweepRow]) -> bool:
        """Return whether the reports of all rows that get one are there."""
        return all(
            bool(row.report) and os.path.exists(os.path.join(self.folder, row.report))
            for row in rows
            if self.wanted.of(row.health)
        )


@dataclass(frozen=True, slots=True)
class Work:
    """Makes the rows of units; called in processes that know nothing but this object."""

    judge: Judge
    reports: Reports | None = None

    def __call__(self, unit: Unit) -> tuple[SweepRow, ...]:
        """Return the rows of the runs in a unit."""
        try:
            found = self.judge(unit)
        except (ReadError, UsageError) as error:
            return failed(unit, str(error))
        return tuple(map(self._row, found))

    def _row(self, diagnosis: Diagnosis) -> SweepRow:
        row = row_of(diagnosis)
        return row if self.reports is None else replace(row, report=self.reports.written(diagnosis))


def failed(unit: Unit, reason: str) -> tuple[SweepRow, ...]:
    """Return the row of a unit that could not be read."""
    return (unread(unit.root if unit.whole else unit.homes[0], reason),)
