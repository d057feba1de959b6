"""Which curve of a run is compared as its loss."""

from __future__ import annotations

from curveread.run.model import Curve, Run
from curveread.run.roles import Role

__all__ = ["loss_of"]


def loss_of(run: Run, role: Role) -> Curve | None:
    """Return the run's loss of a role that has the most finite values, None without one."""
    return next((c for c in run.of(role) if c.finite.any()), None)
