"""What may be exchanged between runs where a setting has no effect: the null against which associations are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curveread.arrays import IntArray
from curveread.fleet.analysis.groups import Grouping
from curveread.fleet.analysis.settings import Column

_FEW = 200
"""Up to so many groups a crossed design is taken apart; with more of them whole groups tell enough."""
_CROSSED = 0.8


@dataclass(frozen=True, slots=True)
class Exchange:
    """Units that may change outcomes with those of their class: (n,) the unit of each row, (u,) the class of each."""

    unit: IntArray
    kind: IntArray

    def within(self, part: IntArray) -> Exchange:
        """Return the exchange within (n,) parts of the rows, each of which is made of whole units."""
        of_unit = np.zeros(self.kind.size, np.int64)
        of_unit[self.unit] = part
        _, kind = np.unique(np.stack([self.kind, of_unit]), axis=1, return_inverse=True)
        return Exchange(self.unit, kind.reshape(-1))

    def among(self, rows: IntArray) -> Exchange:
        """Return the exchange between some of the rows; units that are partly among them stay apart by their size."""
        kept, unit = np.unique(self.unit[rows], return_inverse=True)
        made = Exchange(unit.reshape(-1), self.kind[kept])
        return made.within(np.bincount(made.unit)[made.unit])

    def shuffled(self, times: int, rng: np.random.Generator) -> IntArray:
        """Return (times, u) for each unit whose outcome it gets."""
        out = np.empty((times, self.kind.size), np.int64)
        order = np.argsort(self.kind, kind="stable")
        for units in np.split(order, np.flatnonzero(np.diff(self.kind[order])) + 1):
            out[:, units] = rng.permuted(np.broadcast_to(units, (times, units.size)), axis=1)
        return out


def wholes(how: Grouping, n: int) -> Exchange:
    """Return the exchange of groups of (n,) rows as wholes, each with those of as many runs."""
    unit = np.empty(n, np.int64)
    for at, members in enumerate(how.members):
        unit[members] = at
    return Exchange(unit, np.bincount(unit))


def partners(column: Column, every: Sequence[Column], how: Grouping) -> Exchange | None:
    """Return the exchange of single runs that agree in every other setting; None where the settings are not crossed.

    In a grid most runs have such a partner with another value of the setting: then their seeds are independent draws.
    Otherwise runs of a group move together (:func:`wholes`), since what else was set made them alike.
    """
    if len(how.members) > _FEW:
        return None
    others = [c.code for c in every if c is not column]
    stratum = np.zeros(column.code.size, np.int64)
    if others:
        stratum = np.unique(np.stack(others), axis=1, return_inverse=True)[1].reshape(-1)
    cells = np.zeros((int(stratum.max()) + 1, int(column.code.max()) + 2), np.bool_)
    cells[stratum, column.code] = True
    crossed = np.mean(cells.sum(axis=1)[stratum] > 1) >= _CROSSED
    return Exchange(np.arange(stratum.size), stratum) if crossed else None
