"""The sides of a setting, and how far beyond chance the runs on one share something."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.findings.sweep.analysis import Side
from curveread.fleet.analysis.settings import Column

_CUTS = 24
_LEAST = 2
"""Cut points of a number, and values of a category, that are tried at most; runs that a side must have."""


@dataclass(frozen=True, slots=True)
class Splits:
    """(m) sides of one setting, each of which some rows lie on, and (m, n) which rows those are."""

    column: Column
    sides: tuple[Side, ...]
    inside: BoolArray

    def among(self, rows: IntArray) -> Splits:
        """Return the sides that part some of the rows."""
        inside = self.inside[:, rows]
        size = inside.sum(axis=1)
        kept = np.flatnonzero((size >= _LEAST) & (size <= rows.size - _LEAST))
        return Splits(self.column, tuple(self.sides[i] for i in kept), inside[kept])


def splits(column: Column) -> Splits:
    """Return the sides of a setting: above and below each cut point of a number, each value of a category.

    Of many cut points those are kept that part the rows most evenly, of many values the most frequent.
    """
    name, values, code = column.setting.name, column.setting.values, column.code
    made: list[tuple[Side, BoolArray]] = []
    if column.number:
        for cut in _cuts(code):
            made.append((Side(name, ">=", values[cut]), code >= cut))
            made.append((Side(name, "<=", values[cut - 1]), (code >= 0) & (code < cut)))
    else:
        often = np.argsort(-np.bincount(code[code >= 0]), kind="stable")[:_CUTS]
        made = [(Side(name, "==", values[at]), code == at) for at in often.tolist()]
    inside = np.array([mask for _, mask in made], dtype=np.bool_).reshape(len(made), code.size)
    return Splits(column, tuple(side for side, _ in made), inside).among(np.arange(code.size))


def _cuts(code: IntArray) -> list[int]:
    """Return the values from which on a number is cut, at most ``_CUTS``, evenly spread over the rows."""
    known = np.sort(code[code >= 0])
    every = np.unique(known)
    if every.size > _CUTS + 1:
        every = np.unique(known[np.linspace(0, known.size - 1, _CUTS + 1).round().astype(np.int64)])
    return [int(cut) for cut in every[1:]]


def surprise(inside: int, total: int, having: int) -> FloatArray:
    """Return how unlikely each count inside is by chance: -log of the upper tail of the hypergeometric distribution.

    That is the one-sided exact test of Fisher, for each number of runs on a side that may have it, (having + 1,).
    """
    count, log_chance = _by_chance(inside, total, having)
    out = np.zeros(having + 1)
    out[count[-1] + 1 :] = np.inf
    out[count] = np.maximum(-np.logaddexp.accumulate(log_chance[::-1])[::-1], 0.0)
    return out


def fisher(count: int, inside: int, total: int, having: int) -> float:
    """Return the two-sided p of Fisher's exact test: the chance of all tables that are as rare as this one or rarer."""
    every, log_chance = _by_chance(inside, total, having)
    chance = np.exp(log_chance)
    here = chance[count - every[0]]
    return float(min(chance[chance <= here * (1 + 1e-7)].sum(), 1.0))


def _by_chance(inside: int, total: int, having: int) -> tuple[IntArray, FloatArray]:
    """Return the counts inside that are possible, and the log of the hypergeometric probability of each."""
    count = np.arange(max(0, having - (total - inside)), min(having, inside) + 1)
    log = _log_factorial(total)
    whole = log[inside] + log[total - inside] + log[having] + log[total - having] - log[total]
    rest = log[total - inside - having + count]
    return count, whole - log[count] - log[inside - count] - log[having - count] - rest


@lru_cache(maxsize=8)
def _log_factorial(most: int) -> FloatArray:
    """Return log n! of 0, 1, … by adding up: importing SciPy takes longer than all that is made of it."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def newcombe(inside: int, inside_of: int, outside: int, outside_of: int) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two shares: method 10 of Newcombe, Statistics in Medicine 17, 1998.

    Both numbers of runs are at least 1.
    """
    one, other = inside / inside_of, outside / outside_of
    (low, high), (low_other, high_other) = _wilson(inside, inside_of), _wilson(outside, outside_of)
    return (
        one - other - float(np.hypot(one - low, high_other - other)),
        one - other + float(np.hypot(high - one, other - low_other)),
    )


def _wilson(count: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    centre = (count + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * float(np.sqrt(count * (n - count) / n + z * z / 4))
    return centre - half, centre + half
