"""What a run's faults cost, and when they could have been noticed: what a postmortem adds to a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass

from curveread.findings.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Spent:
    """A part of the run in what it cost.

    Parameters
    ----------
    steps
        Its steps.
    share
        Of the run's steps, 0 to 1.
    seconds, tokens, cost
        None where the log, or the caller, does not tell.
    """

    steps: int
    share: float
    seconds: float | None = None
    tokens: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """When a check of the growing log would have reported a finding.

    Parameters
    ----------
    finding
        The finding.
    step
        Length of the log, as its last step, at which the check first finds it; None where only the whole log shows it.
    severity
        How grave the check took it for then; None without a step.
    wall_time
        When the log was so long, seconds since the epoch; None without a clock.
    left
        What the run still spent from there to its end.
    looks
        How many lengths were looked at.
    """

    finding: Finding
    step: int | None
    severity: Severity | None
    wall_time: float | None
    left: Spent
    looks: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What a postmortem adds to a diagnosis.

    Parameters
    ----------
    whole
        The whole run.
    affected
        The steps within its warnings and errors, each counted once.
    after_best
        What came after the best eval; None without one, or when the last eval is as good.
    repeated
        Steps that a restart trained again.
    detections
        For the gravest findings, when they could have been noticed.
    started
        Wall time of the first point.
    """

    whole: Spent
    affected: Spent
    after_best: Spent | None
    repeated: Spent
    detections: tuple[Detection, ...]
    started: float | None
