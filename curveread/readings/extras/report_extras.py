"""ReportExtras: what a report needs and a check does not, made (and its modules loaded) when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from curveread.findings.diagnosis import Diagnosis

if TYPE_CHECKING:
    from curveread.findings.extras.beside import Beside
    from curveread.findings.extras.drawing import Drawing, Ruler


class ReportExtras(NamedTuple):
    """Implements :class:`curveread.findings.diagnosis.Extras`.

    With the weight of TensorBoard's smoothing there is a further smoothed line, which may take the trend's place in
    pictures.
    """

    weight: float | None = None
    in_place_of_trend: bool = False

    def drawings(self, diagnosis: Diagnosis) -> tuple[Drawing, ...]:
        """Return the curves reduced to what a picture needs."""
        from curveread.readings.extras.drawings import drawings, smoothed

        changes = [float(e.step) for e in diagnosis.timeline if e.kind in ("restart", "lr-change")]
        made = drawings(diagnosis.run, (*diagnosis.findings, *diagnosis.accepted), changes)
        if self.weight is None:
            return made
        run, instead = diagnosis.run, self.in_place_of_trend
        return tuple(smoothed(d, run, self.weight, in_place_of_trend=instead) for d in made)

    def rulers(self, diagnosis: Diagnosis) -> tuple[Ruler, ...]:
        """Return what else the axis of steps can count; a placed run has the one axis that was asked for."""
        from curveread.readings.extras.rulers import rulers

        return () if diagnosis.run.placement else rulers(diagnosis.run)

    def beside(self, diagnosis: Diagnosis) -> tuple[Beside, ...]:
        """Return what was logged beside the curves around the findings."""
        from curveread.readings.extras.beside import beside

        return beside(diagnosis.run, diagnosis.findings)

    def digests(self, diagnosis: Diagnosis) -> Mapping[str, str]:
        """Return path -> SHA-256 of the input files that are as they were read."""
        from curveread.readings.extras.inputs import digests

        return digests(diagnosis.run)
