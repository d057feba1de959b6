"""ReportRenderer: how a diagnosis shows itself as a figure and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ReportRenderer"]


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
