"""The best range of each number that matters, how sure that is, and from where on most runs break."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from curveread.arrays import BoolArray, FloatArray
from curveread.findings.sweep.analysis import Optimum
from curveread.fleet.analysis.exchange import partners
from curveread.fleet.analysis.groups import Grouping
from curveread.fleet.analysis.levels import Levels, levelled
from curveread.fleet.analysis.outcome import ranks
from curveread.fleet.analysis.settings import Column, told_apart
from curveread.fleet.analysis.ties import SEEDS, redrawn, ties


def optima(
    found: Sequence[Column], how: Grouping, cost: FloatArray, broken: BoolArray, matter: Collection[str]
) -> tuple[Optimum, ...]:
    """Return the best range of each number that matters; none where all of its values do equally well. O(n log n) each.

    The (n,) costs are +inf for a wreck, NaN where the outcome is not known; ``broken`` are the wrecks.
    """
    every = told_apart(found)
    made = [_optimum(c, every, how, cost, broken) for c in every if c.number and c.setting.name in matter]
    return tuple(o for o in made if o is not None)


def _optimum(
    column: Column, every: Sequence[Column], how: Grouping, cost: FloatArray, broken: BoolArray
) -> Optimum | None:
    levels = levelled(column)
    if levels is None:
        return None
    beside = _beside_partners(column, every, how, cost)
    costs = [beside[(levels.code == at) & ~np.isnan(beside)] for at in range(len(levels.first))]
    known = ties(costs)
    if known is None:
        return None
    low = high = known.best
    while low > 0 and known.tied[low - 1]:
        low -= 1
    while high < len(costs) - 1 and known.tied[high + 1]:
        high += 1
    if high - low + 1 == sum(c.size >= SEEDS for c in costs):
        return None
    values = column.setting.values
    return Optimum(
        setting=column.setting.name,
        low=float(values[levels.first[low]]),
        high=float(values[levels.last[high]]),
        edge=_edge(column, levels, broken),
        open="low" if low == 0 else "high" if high == len(costs) - 1 else "",
        sure=_sure(costs, low, high),
    )


def _beside_partners(column: Column, every: Sequence[Column], how: Grouping, cost: FloatArray) -> FloatArray:
    """Return costs without what the other settings make of them: ranks, in a grid among the runs that share the others.

    So wrecks that another setting makes are no more than last. Where no other setting differs costs stay as they are.
    """
    if len(every) < 2:
        return cost
    pairs = partners(column, every, how)
    kind = np.zeros(cost.size, np.int64) if pairs is None else pairs.kind
    out = np.full(cost.size, np.nan)
    for at in np.unique(kind):
        mine = kind == at
        out[mine] = ranks(cost[mine]) - cost.size  # below 0: of ranks no logarithm is taken
    return out


def _edge(column: Column, levels: Levels, broken: BoolArray) -> float:
    """Return the tried value from which on, upward or downward, most runs were wrecked; NaN where not on one side."""
    share = np.array([broken[levels.code == at].mean() for at in range(len(levels.first))])
    most = share > 0.5
    if most.all() or not most.any() or most[0] == most[-1] or np.count_nonzero(np.diff(most.astype(np.int8))) > 1:
        return float("nan")
    at = int(np.argmax(most)) if most[-1] else int(np.flatnonzero(most)[-1])
    values = column.setting.values
    return float(values[levels.first[at]] if most[-1] else values[levels.last[at]])


def _sure(costs: Sequence[FloatArray], low: int, high: int) -> float:
    """Return the share of resamples whose best level lies in the range."""
    enough = [at for at, c in enumerate(costs) if c.size >= SEEDS]
    drawn = [redrawn(costs[at], (np.arange(costs[at].size),)) for at in enough]
    times = min(d.size for d in drawn)
    best = np.array(enough)[np.argmin([d[:times] for d in drawn], axis=0)]
    return float(np.mean((best >= low) & (best <= high)))
