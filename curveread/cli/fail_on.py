"""What makes ``check`` end with 1."""

from __future__ import annotations

from enum import StrEnum

from curveread.findings.finding import Severity


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

    def reached(self, health: str) -> bool:
        """Return whether a run of such a verdict does."""
        if self is FailOn.UNDETERMINED and health == self.value:
            return True
        return health in list(Severity) and Severity(health) >= self.severity
