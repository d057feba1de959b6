"""Cause: what may lie behind a finding, how probable, with what the log holds for it and against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that could be.

    Parameters
    ----------
    cause
        Its name: that of ``curveread explain cause:NAME``.
    title
        The cause in words.
    share
        How probable it is, 0..1; what the causes of a finding leave of 1 is unknown.
    speaks_for, speaks_against
        What the log holds for and against it, the strongest first; both may be empty.
    check
        What would tell it from the next cause.
    fix
        What mends it.
    after
        What of the run came after it began.
    """

    cause: str
    title: str
    share: float
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    check: str = ""
    fix: str = ""
    after: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the cause as the result JSON holds it."""
        return {
            "cause": self.cause,
            "share": round(self.share, 4),
            "for": [str(words) for words in self.speaks_for],
            "against": [str(words) for words in self.speaks_against],
            "check": str(self.check),
            "fix": str(self.fix),
            **({"after": str(self.after)} if self.after else {}),
        }
