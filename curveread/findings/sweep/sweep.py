"""Sweep: many runs as one table, with what stands over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from curveread.errors import UsageError
from curveread.findings.sweep.analysis import Analysis, Group
from curveread.findings.sweep.row import UNREAD, SweepRow
from curveread.run.equality import ByValue

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class SweepRenderer(Protocol):
    """Shows a sweep, and groups it anew; handed in by :func:`curveread.fleet.sweep.sweep`."""

    def figure(self, sweep: Sweep) -> Figure:
        """Return the matplotlib figure."""

    def fragment(self, sweep: Sweep) -> str:
        """Return the HTML that a notebook shows."""

    def page(self, sweep: Sweep, path: Path) -> Path:
        """Write the index page."""

    def grouped(self, sweep: Sweep, by: Sequence[str]) -> tuple[Group, ...]:
        """Return the groups of runs that agree in the given settings."""


@dataclass(frozen=True, eq=False)
class Sweep(ByValue):
    """Many runs.

    Parameters
    ----------
    rows
        A row per run, in the order of their folders; it may lie on disk, so go through it rather than copy it.
    analysis
        What stands over all of them.
    renderer
        Draws it.

    Examples
    --------
    >>> import curveread as cr
    >>> found = cr.sweep("sample_logs/overfitting", "sample_logs/leakage", jobs=1)
    >>> found.table[["run", "health"]].to_dict("list")
    {'run': ['overfitting', 'leakage'], 'health': ['error', 'warning']}
    """

    rows: Sequence[SweepRow]
    analysis: Analysis = field(default_factory=Analysis)
    renderer: SweepRenderer | None = field(default=None, repr=False, compare=False)

    @property
    def table(self) -> pd.DataFrame:
        """A row per run: settings as ``config.<name>``, figures, verdict, findings, notes, path and error."""
        from curveread.findings.sweep.table import frame

        return frame(self.rows, self.analysis.outcome)

    @property
    def unread(self) -> int:
        """How many runs could not be read."""
        return sum(r.health == UNREAD for r in self.rows)

    def groups(self, by: str | Sequence[str] | None = None) -> tuple[Group, ...]:
        """Return the runs grouped by the settings in which they differ, the seed apart, or by those given.

        Raises
        ------
        UsageError
            For a setting that no run has.
        """
        if by is None:
            return self.analysis.groups
        return self._shown().grouped(self, [by] if isinstance(by, str) else list(by))

    def plot(self) -> Figure:
        """Return the outcome against each setting, and the curves by group, as a matplotlib figure."""
        return self._shown().figure(self)

    def report(self, path: str | Path) -> Path:
        """Write the index page; the file appears whole or not at all.

        Raises
        ------
        ExportError
            When the file cannot be written.
        """
        return self._shown().page(self, Path(path))

    def _shown(self) -> SweepRenderer:
        if self.renderer is None:
            raise UsageError("this Sweep has no renderer; make it with curveread.sweep(...)")
        return self.renderer

    def _repr_html_(self) -> str | None:
        return self.renderer.fragment(self) if self.renderer is not None else None

    def __repr__(self) -> str:
        return f"<Sweep of {len(self.rows)} runs, {self.unread} unread>"
