"""When the checks run: when the log has grown by a share, or at once on suspicion, within a share of one core."""

from __future__ import annotations

import time

__all__ = ["Pace"]

GROWTH = 0.01
"""Share by which the log has grown before it is judged again: so each point is judged some hundred times in all."""
SHARE = 0.03
"""Share of one core that may be used in all, the first reading aside."""
_SHORTEST, _LONGEST = 0.05, 2.0
_REST = 20.0
"""Seconds after which a log that has grown by less is judged again, where the share allows it."""


class Pace:
    """What was spent, and what was read.

    Parameters
    ----------
    share
        Of one core.
    """

    def __init__(self, share: float = SHARE) -> None:
        self.values = 0
        self._share = share
        self._judged, self._cost, self._changed = 0, 0.0, False
        self._last = self._grew = time.monotonic()
        self._gap = 1.0
        self.begin()

    def begin(self) -> None:
        """Begin to count what is spent."""
        self._begun, self._spent = time.monotonic(), time.process_time()

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
        """Return whether the checks are to run now.

        On suspicion they do unless the debt of the last such run stands: they may be one run ahead of the share.
        """
        if not self._changed or not self._cost:
            return self._changed
        now = time.monotonic()
        left = self._share * (now - self._begun) - (time.process_time() - self._spent)
        if urgent:
            return left > -0.5 * self._cost
        enough = self.values - self._judged > GROWTH * self._judged
        return left > self._cost and (enough or now - self._last > _REST)

    def judged(self, cost: float) -> None:
        """Note that the checks ran, and the seconds of processor time that they took."""
        self._judged, self._cost, self._changed = self.values, cost, False
        self._last = time.monotonic()

    def sleep(self) -> None:
        """Wait half as long as the log takes from line to line, 50 ms to 2 s."""
        time.sleep(min(max(0.5 * self._gap, _SHORTEST), _LONGEST))
