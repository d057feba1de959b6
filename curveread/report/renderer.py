"""ReportRenderer: how a diagnosis shows itself as a figure and in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ReportRenderer"]


class ReportRenderer:
    """Implements :class:`curveread.findings.diagnosis.Renderer`; loads a plotting library only when it draws."""

    def figure(self, diagnosis: Diagnosis) -> Figure:
        """Return the annotated matplotlib figure."""
        from curveread.report.mpl import figure

        return figure(diagnosis)

    def fragment(self, diagnosis: Diagnosis) -> str:
        """Return the HTML that a notebook shows."""
        from curveread.report.html import fragment

        return fragment(diagnosis)
