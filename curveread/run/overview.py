"""Run -> one line per curve: what was read, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from curveread.plural import some
from curveread.run.roles import Role

if TYPE_CHECKING:
    from curveread.run.model import Curve, Run

DIRECTION_NAMES = {"higher": "up", "lower": "down", "": "none"}
"""Better ways as the result JSON names them."""


@dataclass(frozen=True, slots=True)
class CurveLine:
    """A curve in figures.

    Parameters
    ----------
    tag, role
        Its name, and what it is.
    points, nonfinite
        How many points it has, and how many of them are NaN or ±Inf.
    first_step, last_step
        Where it begins and ends; None without points.
    low, high, last
        Smallest, largest and last finite value; None when there is none.
    """

    tag: str
    role: str
    points: int
    nonfinite: int
    first_step: int | None
    last_step: int | None
    low: float | None
    high: float | None
    last: float | None

    def figures(self) -> dict[str, float]:
        """Return the figures that ``show --json`` adds to :func:`place`; what is not known is left out."""
        named = {"nonfinite": self.nonfinite, "min": self.low, "max": self.high, "last": self.last}
        return {name: value for name, value in named.items() if value is not None}


def place(curve: Curve) -> dict[str, Any]:
    """Return a curve as the result JSON describes it: its names, and where it lies."""
    known = curve.known
    out: dict[str, Any] = {
        "tag": curve.tag,
        "role": str(curve.role),
        "direction": DIRECTION_NAMES[known.direction],
        "unit": known.unit,
        "judged": curve.judged,
        "role_confidence": known.confidence,
        "role_why": known.why,
        "points": len(curve),
    }
    if len(curve):
        out |= {"first_step": curve.step[0].item(), "last_step": curve.step[-1].item()}
    return out | ({"aliases": list(curve.aliases)} if curve.aliases else {})


def curve_line(curve: Curve) -> CurveLine:
    """Return the figures of a curve. O(n)."""
    finite = curve.value[curve.finite]
    some = bool(finite.size)
    return CurveLine(
        tag=curve.tag,
        role=str(curve.role),
        points=len(curve),
        nonfinite=len(curve) - int(finite.size),
        first_step=curve.step[0].item() if len(curve) else None,
        last_step=curve.step[-1].item() if len(curve) else None,
        low=float(np.min(finite)) if some else None,
        high=float(np.max(finite)) if some else None,
        last=float(finite[-1]) if some else None,
    )


def overview(run: Run) -> tuple[CurveLine, ...]:
    """Return a line for every curve, in the run's order."""
    return tuple(curve_line(c) for c in run.curves.values())


def not_understood(run: Run) -> str:
    """Return how many curves are not understood, and which; empty where all are."""
    tags = [c.tag for c in run.curves.values() if c.role is Role.OTHER and len(c)]
    if not tags:
        return ""
    return f"{len(tags)} {'curve' if len(tags) == 1 else 'curves'} not understood: {some(tags, 6)}"


def about(run: Run) -> dict[str, Any]:
    """Return the run as the result JSON describes it, without its curves."""
    out: dict[str, Any] = {"name": run.name, "path": run.path, "sources": [s.to_json() for s in run.sources]}
    if run.first_step is not None:
        out |= {"first_step": run.first_step, "last_step": run.last_step}
    out["x_axis"] = run.x_axis
    if run.task is not None:
        out["task"] = {"kind": str(run.task.kind), "why": run.task.why}
    if run.wall_seconds is not None:
        out["wall_seconds"] = run.wall_seconds
    return out
