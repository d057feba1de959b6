"""Which curve of a run stands for a role where several have it."""

from __future__ import annotations

from curveread.run.model import Curve, Run
from curveread.run.roles import Role


def curve_of(run: Run, role: Role) -> Curve | None:
    """Return the run's curve of a role that has the most finite values, None without one."""
    return next((c for c in run.of(role) if c.finite.any()), None)
