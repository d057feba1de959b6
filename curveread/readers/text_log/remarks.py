"""What lines that are no records say of a log: that a training starts, that an evaluation comes next, who learns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from curveread.readers.text_log.line.announced import announced

_BANNER = 90
"""Characters of a line that says that a training starts."""
_BEST_IS = re.compile(rb"(?i:best (?:iteration|round|epoch|step|model|result)s?(?: is| was)?): ?$")
"""What LightGBM and XGBoost print above their best record, when they print it once more."""
_STARTS = re.compile(
    rb"(?i:\b(?:training|session|run|experiment)\b.{0,24}\b(?:started|starts|begins|beginning)\b"
    rb"|\b(?:start|starting|begin|beginning|new) (?:of )?(?:the |a )?(?:new )?(?:training|session|run|experiment)\b)"
)
_VALUE_BASED = re.compile(rb"\b(?:(?:[Dd]ouble |[Dd]ueling |[Dd]eep )?(?:D?DQN|Q-?[Ll]earning|[Qq]-learning)|SARSA)\b")
"""Names of learners of values, as programs print them above their episodes."""


@dataclass(slots=True)
class Remarks:
    """What lines that are no records say of their log.

    Parameters
    ----------
    missed
        The first line that looks like a row of a table and was not read, and how many there are.
    best
        Numbers of the lines below one that says ``Best iteration is:``.
    banners
        Numbers of the lines that say that a training starts, by their build.
    announced
        Numbers of the lines that say that an evaluation or, under an empty name, the training comes next, by its split.
    algorithm
        The reinforcement learning that a line names: ``DQN``; empty where none does.
    again
        Takes the number of a further line of a shape, of those that said something.
    """

    missed: tuple[int, int] = (0, 0)
    best: list[int] = field(default_factory=list)
    banners: dict[bytes, list[int]] = field(default_factory=dict)
    announced: dict[str, list[int]] = field(default_factory=dict)
    algorithm: str = ""
    again: dict[bytes, Callable[[int], None]] = field(default_factory=dict)

    def hear(self, n: int, line: bytes, shape: bytes, *, row: bool) -> None:
        """Remember what a line says; ``row`` where it looks like one of a table."""
        if row:
            self.again[shape] = self._miss
        elif len(line) < _BANNER and _STARTS.search(line):
            self.again[shape] = self.banners.setdefault(shape, []).append
        elif (split := announced(line)) is not None:
            self.again[shape] = self.announced.setdefault(split, []).append
        if shape in self.again:
            self.again[shape](n)
        named = None if self.algorithm else _VALUE_BASED.search(line)
        self.algorithm = named[0].decode("ascii") if named else self.algorithm

    def heading(self, n: int, line: bytes) -> None:
        """Remember a line that ends in a colon where it says that the best record comes next."""
        if _BEST_IS.search(line):
            self.best.append(n + 1)

    def _miss(self, n: int) -> None:
        first, count = self.missed
        self.missed = (first if count else n, count + 1)
