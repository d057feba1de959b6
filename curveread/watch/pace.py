"""When the checks run: when the log has grown by a share, or at once on suspicion, and rested from the last time."""

from __future__ import annotations

import time

GROWTH = 0.01
"""Share by which the log has grown before it is judged again: so each point is judged some hundred times in all."""
SHARE = 0.03
"""Share of one core that the checks may take: after T seconds of processor time they rest for T / SHARE, 33 T."""
AHEAD = 0.5
"""Seconds of processor time for which the rest may still stand out when there is a suspicion."""
_SHORTEST, _LONGEST = 0.05, 2.0
_REST = 20.0
"""Seconds after which a log that has grown by less is judged again."""


class Pace:
    """What was read, and what judging it took of a share of one core."""

    def __init__(self, share: float = SHARE) -> None:
        self.values = 0
        self._share = share
        self._judged, self._changed = 0, False
        self._last: float | None = None
        self._grew = time.monotonic()
        self._rested = self._grew
        self._gap = 1.0

    @property
    def idle(self) -> float:
        """Seconds since something was appended."""
        return time.monotonic() - self._grew

    def grew(self, values: int) -> None:
        """Note that values were appended; none stand for a file that is read whole."""
        self._gap = 0.7 * self._gap + 0.3 * min(self.idle, 4.0 * _LONGEST)
        self._grew, self._changed = time.monotonic(), True
        self.values += values

    def due(self, *, urgent: bool = False) -> bool:
        """Return whether the checks are to run now; on suspicion they do while little of their rest stands out."""
        now = time.monotonic()
        if not self._changed or self._last is None:
            return self._changed
        if urgent:
            return now >= self._rested - AHEAD / self._share
        enough = self.values - self._judged > GROWTH * self._judged
        return now >= self._rested and (enough or now - self._last > _REST)

    def looks(self) -> None:
        """Note that the checks begin to run, on all that was appended."""
        self._judged, self._changed = self.values, False

    def judged(self, cost: float) -> None:
        """Note that the checks ran, and the seconds of processor time that they took."""
        self._last = time.monotonic()
        self._rested = max(self._rested, self._last) + cost / self._share

    @property
    def pause(self) -> float:
        """Seconds to wait before looking at the files again: half as many as between two lines, 50 ms to 2 s."""
        return min(max(0.5 * self._gap, _SHORTEST), _LONGEST)
