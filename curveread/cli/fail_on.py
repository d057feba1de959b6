"""What makes ``check`` end with 1."""

from __future__ import annotations

from enum import StrEnum

from curveread.cli.codes import DONE, FAULT, FOUND
from curveread.findings.diagnosis import Diagnosis
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


def code(diagnosis: Diagnosis, fail_on: FailOn | None) -> int:
    """Return the exit code that one run asks for; with ``fail_on`` None its verdict does not count."""
    if fail_on is not None and fail_on.reached(diagnosis.verdict.health):
        return FOUND
    return FAULT if diagnosis.failed else DONE
