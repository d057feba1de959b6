"""What makes ``check`` end with 1."""

from __future__ import annotations

from enum import StrEnum

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Severity

__all__ = ["FailOn"]


class FailOn(StrEnum):
    """What makes ``check`` end with 1."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    UNDETERMINED = "undetermined"

    @property
    def severity(self) -> Severity:
        """The severity from which on a finding does; who wants runs judged wants to hear of warnings, too."""
        return Severity.WARNING if self is FailOn.UNDETERMINED else Severity(self.value)

    def reached(self, diagnosis: Diagnosis) -> bool:
        """Return whether a run does."""
        unjudged = self is FailOn.UNDETERMINED and diagnosis.verdict.health == self.value
        return unjudged or (diagnosis.worst is not None and diagnosis.worst >= self.severity)
