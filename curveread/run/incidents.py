"""What a program printed about its end, beside the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LAUNCHER = ("ChildFailedError", "CalledProcessError", "ProcessExitedException", "SystemExit")
"""Exceptions with which a launcher says that a worker failed."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A line about a crash, a kill or a full disk.

    Parameters
    ----------
    kind
        ``out-of-memory``, ``collective``, ``loss-scale``, ``killed``, ``time-limit``, ``segfault``, ``disk``,
        ``device``, ``interrupted`` or ``exception``.
    text
        What it was, in words: ``the GPU ran out of memory``.
    source, line
        The file, and the line in it, from 1; 0 where the line's number is not known.
    step, wall_time
        Where the lines around it say: the step printed last before it, and a time in seconds; else None.
    final
        Whether the file shows no further step behind it.
    """

    kind: str
    text: str
    source: str
    line: int
    step: int | None = None
    wall_time: float | None = None
    final: bool = False


def root_of(incidents: Sequence[Incident]) -> Incident | None:
    """Return the incident that the others of one crash follow from, None without any.

    The first that says what happened; of exceptions the first that is not a launcher's, which only says that a worker
    failed. A kill follows from what was printed before it.
    """

    def rank(incident: Incident) -> int:
        if incident.kind == "exception":
            return 2 if any(name in incident.text for name in _LAUNCHER) else 1
        return 1 if incident.kind == "killed" else 0

    return min(incidents, key=rank, default=None)
