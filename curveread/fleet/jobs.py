"""How many processes are worth starting."""

from __future__ import annotations

import os

_WORTH = 8
"""Runs for which starting a process pays."""


def processes(asked: int | None, units: int) -> int:
    """Return how many processes work on so many units: as many as were asked for, else as there are cores and work."""
    return asked if asked is not None else max(1, min(_cores(), units // _WORTH))


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
