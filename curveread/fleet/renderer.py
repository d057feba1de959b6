"""How a sweep shows itself: as a figure, in a notebook, as the index page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from curveread.fleet.analyse import analyse

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from curveread.findings.sweep.analysis import Group
    from curveread.findings.sweep.sweep import Sweep


@dataclass(frozen=True, slots=True)
class FleetRenderer:
    """Implements :class:`curveread.findings.sweep.sweep.SweepRenderer`; single reports lie in a folder, if any."""

    reports: str = ""

    def figure(self, sweep: Sweep) -> Figure:
        """Return the matplotlib figure."""
        from curveread.report.figure.sweep import figure

        return figure(sweep)

    def fragment(self, sweep: Sweep) -> str:
        """Return the HTML that a notebook shows."""
        from curveread.report.page.sweep import fragment

        return fragment(sweep)

    def page(self, sweep: Sweep, path: Path) -> Path:
        """Write the index page, which links to the reports that are there."""
        from curveread.report.page.sweep import write

        named = {i: os.path.join(self.reports, row.report) for i, row in enumerate(sweep.rows) if row.report}
        here = path.absolute().parent
        links = {i: Path(os.path.relpath(file, here)).as_posix() for i, file in named.items() if os.path.exists(file)}
        return write(sweep, path, links)

    def grouped(self, sweep: Sweep, by: Sequence[str]) -> tuple[Group, ...]:
        """Return the groups of runs that agree in the given settings."""
        return analyse(sweep.rows, group_by=by).groups
