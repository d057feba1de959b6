"""What calls for a look at once: a value that is no number, or one far outside the band of the values before it.

It is no check: it decides when the checks run, and costs the same for the first point as for the millionth.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.wording import figure
from curveread.run.roles import LOSSES, METRICS, Role, role_of

_WINDOW, _FEWEST = 128, 16
_LATEST = 32
_OFTEN = 8
"""Values after which a band is measured again."""
_FAR = 12.0
"""Times the usual change from value to value, as a deviation, that makes a jump."""
_LEAST = 0.02
"""Share of the level that a jump has at least."""


@dataclass(slots=True)
class _Band:
    """The latest values of one curve, where they lie and how far they scatter."""

    last: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    since: int = 0
    quiet: int = 0
    level: float = np.nan
    reach: float = np.inf
    finite: bool = True

    def take(self, value: float) -> str:
        """Take a value; return what is odd about it, most often nothing."""
        said = ""
        if not np.isfinite(value):
            said = f"is {figure(value)}" if self.finite else ""
            self.finite = False
            return said
        self.finite = True
        self.quiet = max(self.quiet - 1, 0)
        if value - self.level > self.reach and not self.quiet:
            said = f"jumped to {figure(value)} from about {figure(self.level)}"
            self.quiet = _LATEST
        self.last.append(value)
        self.since += 1
        if self.since >= _OFTEN or len(self.last) == _FEWEST:
            self._measure()
        return said

    def _measure(self) -> None:
        self.since = 0
        values = np.array(self.last)
        if values.size < _FEWEST:
            return
        self.level = float(np.median(values[-_LATEST:]))
        noise = float(np.median(np.abs(np.diff(values)))) / (0.6745 * np.sqrt(2.0))
        self.reach = max(_FAR * noise, _LEAST * abs(self.level))


class Suspicion:
    """The bands of all curves of a run that tell how it goes."""

    def __init__(self) -> None:
        self._bands: dict[tuple[Path, str], _Band] = defaultdict(_Band)

    def take(self, path: Path, values: Mapping[str, FloatArray]) -> Iterator[str]:
        """Take the new values of a file; yield what is odd about them, a sentence each.

        Losses are watched for values that are no numbers and for jumps upward, quality metrics and rewards for the
        former only.
        """
        for tag, found in values.items():
            role = _role(tag)
            if role is None:
                continue
            band = self._bands[path, tag]
            may_jump = role not in LOSSES
            for value in found[-_WINDOW:].tolist():
                said = band.take(0.0 if may_jump and np.isfinite(value) else value)
                if said:
                    yield f"{tag} {said}"

    def prime(self, path: Path, values: Mapping[str, FloatArray]) -> None:
        """Take what was in a file already, without saying anything."""
        for _ in self.take(path, values):
            pass


@lru_cache(maxsize=4096)
def _role(tag: str) -> Role | None:
    role = role_of(tag)
    return role if role in LOSSES or role in METRICS or role is Role.REWARD else None
