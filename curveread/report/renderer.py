"""How a diagnosis and a comparison show themselves: as a figure, and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from curveread.findings.comparison import Comparison
    from curveread.findings.diagnosis import Diagnosis


@dataclass(frozen=True, slots=True)
class ReportRenderer:
    """Implements :class:`curveread.findings.diagnosis.Renderer`; loads a plotting library only when it draws."""

    def figure(self, diagnosis: Diagnosis, tags: Sequence[str] | None = None, ax: Axes | None = None) -> Figure:
        """Return the annotated matplotlib figure."""
        from curveread.report.figure.mpl import figure

        return figure(diagnosis, tags, ax)

    def fragment(self, diagnosis: Diagnosis) -> str:
        """Return the HTML that a notebook shows."""
        from curveread.report.page.html import fragment

        return fragment(diagnosis)


class Side(NamedTuple):
    """Implements :class:`curveread.findings.comparison.ComparisonRenderer`."""

    def figure(self, comparison: Comparison) -> Figure:
        """Return the matplotlib figure."""
        from curveread.report.figure.comparison import figure

        return figure(comparison)

    def fragment(self, comparison: Comparison) -> str:
        """Return the HTML that a notebook shows: what the comparison says, and the table."""
        from curveread.report.page.comparison import fragment

        return fragment(comparison)
