"""What is done with a unit, in whichever process: read, diagnose, keep the rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from curveread import api
from curveread.discovery.units import Unit
from curveread.errors import ReadError, UsageError
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.row import row_of, unread

__all__ = ["Work", "failed"]


@dataclass(frozen=True, slots=True)
class Work:
    """Reads and judges units; called in processes that know nothing but this object.

    Parameters
    ----------
    run
        Name of the runs that are wanted; all when None.
    reading
        Options of :func:`curveread.api.read_all`.
    select, ignore, options
        As :func:`curveread.api.diagnose` takes them.
    plugins
        Modules with readers and checks of somebody else's.
    """

    run: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse options that cannot fit any run, before anything is read.

        Raises
        ------
        UsageError
            For such an option.
        """
        api.check_rules([*self.select, *self.ignore], self.options)
        try:
            api.read_all(Unit("", (), True), **self.reading)
        except UsageError:
            raise
        except ReadError:  # there is nothing to read
            pass

    def __call__(self, unit: Unit) -> tuple[SweepRow, ...]:
        """Return the rows of the runs in a unit."""
        for module in self.plugins:
            from curveread.plugins import load_plugin

            load_plugin(module)
        try:
            runs = api.read_all(unit, **self.reading)
        except (ReadError, UsageError) as error:
            return failed(unit, str(error))
        out = []
        for run in runs:
            if self.run in (None, run.name):
                found = api.diagnose(run, select=self.select, ignore=self.ignore, options=self.options)
                out.append(row_of(found))
        return tuple(out)


def failed(unit: Unit, reason: str) -> tuple[SweepRow, ...]:
    """Return the row of a unit that could not be read."""
    home = unit.root if unit.whole else unit.homes[0]
    return (unread(os.path.basename(os.path.abspath(home)), home, reason),)
