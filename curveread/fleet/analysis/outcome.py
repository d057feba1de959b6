"""Rows -> by what they are ranked: a judged curve that most of them have, and each row's level of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from curveread.arrays import FloatArray
from curveread.errors import UsageError
from curveread.findings.sweep.analysis import Outcome
from curveread.findings.sweep.row import UNREAD, SweepRow

FORMS = ("tail", "last", "best")
"""What of a curve may be ranked; the first one is."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The outcome of every row.

    Parameters
    ----------
    outcome
        What it is.
    cost
        (n,) in the unit of the curve, turned so that less is better; +inf for a wreck, NaN for a row without the curve.
    sign
        1 where less is better as logged, else -1: ``sign * cost`` is as logged.
    """

    outcome: Outcome
    cost: FloatArray
    sign: float


def ranks(cost: FloatArray) -> FloatArray:
    """Return (n,) ranks from 1 for the lowest, equals sharing their mean; NaN stays NaN. O(n log n)."""
    out = np.full(cost.size, np.nan)
    have = ~np.isnan(cost)
    _, place, times = np.unique(cost[have], return_inverse=True, return_counts=True)
    out[have] = (np.cumsum(times) - (times - 1) / 2.0)[place]
    return out


def candidates(rows: Sequence[SweepRow]) -> list[Outcome]:
    """Return the curves by which rows may be ranked, those that half of them have, in the order of the rows' measures.

    That order is the preference of a practitioner: what the training is for, and held-out data, before the train loss.
    """
    read = [row for row in rows if row.health != UNREAD]
    places: dict[tuple[str, str], list[int]] = {}
    units: dict[tuple[str, str], str] = {}
    for row in read:
        for at, measure in enumerate(row.measures):
            key = (measure.tag, measure.better)
            places.setdefault(key, []).append(at)
            units.setdefault(key, measure.unit)
    usual = [key for key, at in places.items() if 2 * len(at) > len(read)]
    first = sorted(usual, key=lambda key: (sum(places[key]) / len(places[key]), key))
    return [Outcome(tag, units[tag, better], better) for tag, better in first]


def scores(rows: Sequence[SweepRow], wanted: str | None = None, form: str = FORMS[0]) -> Scores | None:
    """Return the outcome of every row; None where they share no curve that ranks.

    A run that ended as a wreck, or whose curve ended without a finite value, is worse than any number, whatever it had
    reached before: it is never left out. Without a ``wanted`` tag the first of :func:`candidates` ranks.

    Raises
    ------
    UsageError
        For a tag that no row has.
    """
    chosen = _wanted(rows, wanted) if wanted is not None else next(iter(candidates(rows)), None)
    if chosen is None:
        return None
    outcome = replace(chosen, form=form)
    sign = -1.0 if outcome.better == "up" else 1.0
    return Scores(outcome, np.array([_cost(row, outcome, sign) for row in rows], dtype=np.float64), sign)


def _wanted(rows: Sequence[SweepRow], tag: str) -> Outcome:
    found = [m for row in rows for m in row.measures if m.tag == tag]
    if not found:
        tags = sorted({m.tag for row in rows for m in row.measures})
        raise UsageError(f"no run has a curve {tag!r} to rank by; there are: {', '.join(tags[:12]) or 'none'}")
    better = Counter(m.better for m in found).most_common(1)[0][0]
    return Outcome(tag, found[0].unit, better)


def _cost(row: SweepRow, outcome: Outcome, sign: float) -> float:
    if row.health == UNREAD:
        return math.nan
    if row.broken:
        return math.inf
    measure = row.measure(outcome)
    if measure is None:
        return math.nan
    value: float = getattr(measure, outcome.form)
    known = math.isfinite(value * value) and math.isfinite(measure.last)  # spreads are squares
    return sign * value if known else math.inf
