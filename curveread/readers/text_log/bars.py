"""Progress bars of a log: those near a printed dict say at which step it was printed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_BAR = re.compile(rb"(\d{1,12})/(\d{1,12}) \[")
_BEHIND = 3
"""Bars behind a dict that are kept: the first may still be that of the step before."""


class Bar(NamedTuple):
    """A progress bar near a printed dict: its line, how far it was, its total, whether the dict is in its line."""

    line: int
    done: int
    total: int
    same_line: bool = False


@dataclass(slots=True)
class Bars:
    """The bars in front of and behind dicts, those near one kept, and the last one that was seen."""

    kept: list[Bar] = field(default_factory=list)
    _last: tuple[int, bytes] | None = None
    _left: int = 0

    def see(self, n: int, line: bytes) -> None:
        """Remember a bar, and keep it where a dict was printed shortly before."""
        self._last = (n, line)
        if self._left:
            self._left -= 1
            self._keep(n, line)

    def ahead(self, n: int, head: bytes) -> None:
        """Remember the bar in front of a dict in its line."""
        self._last = (n, head)

    def before(self, n: int) -> None:
        """Keep the last bar: a dict was read in line ``n``."""
        if self._last is not None:
            at, line = self._last
            self._keep(at, line, same_line=at == n)
            self._last = None
        self._left = _BEHIND

    def _keep(self, n: int, line: bytes, *, same_line: bool = False) -> None:
        bar = _BAR.search(line)
        if bar:
            self.kept.append(Bar(n, int(bar[1]), int(bar[2]), same_line))
