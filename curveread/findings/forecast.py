"""Where the loss is going, or why that cannot be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from curveread.findings.finding import json_number


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """The loss at a step to come: the middle and the 80 % interval."""

    step: int
    low: float
    mid: float
    high: float
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the point as the result JSON holds it."""
        figures = {name: json_number(getattr(self, name)) for name in ("low", "mid", "high")}
        return {"step": self.step} | figures | {"unit": self.unit}


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the loss goes while the schedule goes on as it is.

    Parameters
    ----------
    tag
        The curve, None when there is none to look at.
    points
        By step; empty when the forecast is refused.
    reason
        Why it is refused, or why it reaches no further.
    """

    tag: str | None
    points: tuple[ForecastPoint, ...] = ()
    reason: str = ""

    @property
    def given(self) -> bool:
        """Whether there is a forecast."""
        return bool(self.points)

    def to_json(self) -> dict[str, Any]:
        """Return the forecast as the result JSON holds it."""
        out: dict[str, Any] = {"status": "given" if self.given else "refused"}
        if self.tag is not None:
            out["tag"] = self.tag
        if self.reason:
            out["reason"] = str(self.reason)
        return out | {"points": [p.to_json() for p in self.points]}
