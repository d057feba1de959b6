"""Which runs in folders side by side may be attempts of one: each begins where the one before it has got to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import pairwise

from curveread.discovery.units import Unit


class Siblings:
    """Runs as they come, forgotten as soon as two of one folder begin at the same step, as those of a sweep do.

    A folder that holds logs itself has no attempts below it.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        above = {os.path.dirname(unit.homes[0]) for unit in units}
        self._holding = {home for unit in units for home in unit.homes if home in above}
        self._below: dict[tuple[str, str], dict[int, tuple[int, int]] | None] = {}

    def see(self, place: int, unit: Unit, reaches: Sequence[tuple[int | None, int | None]]) -> None:
        """Take note of the first and last steps of the runs in the unit at a place."""
        parent = os.path.dirname(unit.homes[0])
        if unit.whole or parent in self._holding:
            return
        known = self._below.setdefault((unit.root, parent), {})
        if known is None:
            return
        first, last = reaches[0] if len(reaches) == 1 else (None, None)
        if first is None or last is None or len(unit.homes) > 1 or first in (f for f, _ in known.values()):
            self._below[unit.root, parent] = None
        else:
            known[place] = (first, last)

    def chains(self) -> Iterator[list[int]]:
        """Yield the places of units that may be attempts of one run, in their order."""
        for known in self._below.values():
            if known is not None and len(known) > 1:
                reach = sorted(known.values())
                if all(later[0] <= before[1] + (before[1] - before[0]) + 1 for before, later in pairwise(reach)):
                    yield list(known)
