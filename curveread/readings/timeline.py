"""What happened, in the order of steps."""

from __future__ import annotations

import numpy as np

from curveread.findings.diagnosis import TimelineEntry
from curveread.findings.finding import Finding
from curveread.run.model import Run
from curveread.run.roles import LOSSES

__all__ = ["timeline"]


def timeline(run: Run, findings: tuple[Finding, ...]) -> tuple[TimelineEntry, ...]:
    """Return what happened, in the order of steps."""
    clock = next((c for role in LOSSES for c in run.of(role) if c.wall_time is not None), None)

    def wall(step: int) -> float | None:
        if clock is None or clock.wall_time is None or not len(clock):
            return None
        at = int(np.clip(np.searchsorted(clock.step, step), 0, len(clock) - 1))
        time = float(clock.wall_time[at])
        return time if np.isfinite(time) else None

    out = [
        TimelineEntry(f.first_step, "restart" if f.rule == "restart" else "finding", f.message, wall(f.first_step))
        for f in findings
        if f.first_step is not None
    ]
    out += [TimelineEntry(c.step, "checkpoint", f"checkpoint {c.path}", wall(c.step)) for c in run.checkpoints]
    if run.last_step is not None:
        end = "the log ends" if run.crashed is None else ("the run crashed" if run.crashed else "the run finished")
        out.append(TimelineEntry(run.last_step, "end", end, wall(run.last_step)))
    return tuple(sorted(out, key=lambda t: t.step))
