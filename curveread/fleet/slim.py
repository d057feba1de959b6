"""Rows as their analysis needs them: a few hundred bytes each, so that many thousands fit into memory at once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import Any, TypeVar, cast

from curveread.findings.sweep.row import Found, Measure, SweepRow

T = TypeVar("T")


def slim(rows: Sequence[SweepRow]) -> list[SweepRow]:
    """Return what stands in for rows: settings in which they differ, levels of curves, findings without places."""
    differ = _differing(rows)
    known: dict[Any, Any] = {}
    levels = array("d")
    return cast(list[SweepRow], [_Slim(row, differ, known, levels) for row in rows])


class _Slim:
    """All of a row that is asked for, in a quarter of its memory.

    What many rows share is kept once in ``known``; the levels of all rows stand in ``levels``, one behind the other.
    """

    __slots__ = ("_at", "_curves", "_levels", "_names", "_values", "error", "findings", "health")

    def __init__(self, row: SweepRow, differ: set[str], known: dict[Any, Any], levels: array[float]) -> None:
        kept = [(name, value) for name, value in row.settings.items() if name in differ]
        self._names = _same(tuple(name for name, _ in kept), known)
        self._values = tuple(_same(value, known) for _, value in kept)
        self._curves = _same(tuple((m.tag, m.role, m.better, m.unit) for m in row.measures), known)
        self._levels, self._at = levels, len(levels)
        levels.extend(v for m in row.measures for v in (m.last, m.tail, m.best))
        self.findings = _same(tuple(_placeless(f) for f in row.findings), known)
        self.health, self.error = intern(row.health), row.error

    @property
    def settings(self) -> Mapping[str, Any]:
        return dict(zip(self._names, self._values, strict=True))

    @property
    def measures(self) -> tuple[Measure, ...]:
        levels = iter(self._levels[self._at : self._at + 3 * len(self._curves)])
        three = zip(self._curves, levels, levels, levels, strict=True)
        return tuple(Measure(*curve, last, tail, best, 0, math.nan, 0) for curve, last, tail, best in three)

    broken = SweepRow.broken  # a row's own answers, out of the same fields
    measure = SweepRow.measure


def _same(value: T, known: dict[Any, Any]) -> T:
    """Return a value that is equal and of the same type, and kept once for all rows."""
    found: T = known.setdefault((type(value), value), value)
    return found


def _differing(rows: Iterable[SweepRow]) -> set[str]:
    """Return the names of settings in which rows differ, or which some do not have."""
    first: dict[str, Any] = {}
    count: dict[str, int] = {}
    differ: set[str] = set()
    total = 0
    for row in rows:
        total += bool(row.settings)
        for name, value in row.settings.items():
            known = first.setdefault(name, value)
            count[name] = count.get(name, 0) + 1
            if known != value or type(known) is not type(value):
                differ.add(intern(name))
    return differ | {intern(name) for name, times in count.items() if times < total}


def _placeless(f: Found) -> Found:
    return Found(f.rule, f.severity, f.tag, None, None, None, f.cause)
