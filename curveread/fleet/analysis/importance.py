"""How much of the differences in the outcome each setting explains on its own.

The main effects of a functional analysis of variance (Hutter, Hoos and Leyton-Brown, "An Efficient Approach for
Assessing Hyperparameter Importance", ICML 2014), on the ranks of the outcome, so that wrecks count as the worst and no
scale decides. The share is epsilon squared (Kelley, 1935), which is 0 on the average where a setting has no effect.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray, IntArray
from curveread.findings.sweep.analysis import Importance
from curveread.fleet.analysis.exchange import Exchange, partners, wholes
from curveread.fleet.analysis.groups import Grouping
from curveread.fleet.analysis.levels import levelled
from curveread.fleet.analysis.outcome import Scores, ranks
from curveread.fleet.analysis.settings import Column, told_apart

_RESAMPLES, _SHUFFLES = 400, 200
_AT_ONCE = 200_000
"""Numbers that are worked on at a time, so that memory does not grow with the runs."""
_LEVEL = 0.05


def importances(found: Sequence[Column], how: Grouping, scores: Scores) -> tuple[Importance, ...]:
    """Return the shares that stand out, the greatest first: those whose interval lies above what chance gives.

    Chance is the share of shuffled outcomes that only one of 20 sweeps without any effect exceeds, over all settings.
    O(n log n) a setting.
    """
    rank = ranks(scores.cost)
    have = np.flatnonzero(~np.isnan(rank))
    every = [c for c in told_apart(found) if np.unique(c.code[have]).size > 1]
    if have.size < 6 or not every or np.ptp(rank[have]) == 0:
        return ()
    y = rank[have]
    whole = wholes(how, rank.size)
    free = [partners(column, every, how) for column in every]
    weight = _weights(how, rank.size, crossed=all(f is not None for f in free))[:, have]
    weight = weight[weight.any(axis=1)]  # a draw of groups none of which has the outcome tells nothing
    out = []
    for column, pairs in zip(every, free, strict=True):
        levels = levelled(Column(column.setting, column.code[have]))
        if levels is None:
            continue
        share = float(_shares(levels.code, np.ones((1, y.size)), y)[0])
        chance = _by_chance(levels.code, (pairs or whole).among(have), y, _LEVEL / len(every))
        if share <= chance:
            continue
        parts = np.array_split(weight, 1 + weight.size // _AT_ONCE)
        drawn = np.concatenate([_shares(levels.code, w.astype(np.float64), y) for w in parts])
        low, high = np.quantile(drawn, (_LEVEL / 2, 1 - _LEVEL / 2)) - (drawn.mean() - share)
        if low > chance:
            out.append(Importance(column.setting.name, share, float(low), float(min(high, 1.0))))
    return tuple(sorted(out, key=lambda i: -i.share))


def _shares(code: IntArray, weight: FloatArray, y: FloatArray) -> FloatArray:
    """Return (b,) epsilon squared of (n,) levels for (b, n) weights, which are how often each row counts."""
    member = np.eye(int(code.max()) + 1)[code]
    size, sums, n = weight @ member, weight @ (member * y[:, None]), weight.sum(axis=1)
    centre = sums.sum(axis=1) ** 2 / n
    between = (sums**2 / np.maximum(size, 1)).sum(axis=1) - centre
    whole = np.maximum(weight @ y**2 - centre, 1e-12)
    free = np.maximum((size > 0).sum(axis=1) - 1, 0)
    within = np.maximum(whole - between, 0.0) / np.maximum(n - free - 1, 1)
    return np.asarray((between - free * within) / whole)


def _by_chance(code: IntArray, free: Exchange, y: FloatArray, level: float) -> float:
    """Return the share that shuffled outcomes exceed with a probability of ``level``.

    A gamma distribution with the moments of the shuffled shares stands for their tail, as in Kazi-Aoual et al., 1995.
    """
    from scipy.special import gammainccinv

    _, first = np.unique(free.unit, return_index=True)
    member = np.eye(int(code.max()) + 1)[code[first]]
    size = np.bincount(code, minlength=member.shape[1]).astype(np.float64)
    total, rng = np.bincount(free.unit, weights=y), np.random.default_rng(0)
    times = min(_SHUFFLES, 1 + _AT_ONCE // total.size)
    parts = [min(times, _SHUFFLES - done) for done in range(0, _SHUFFLES, times)]
    sums = np.concatenate([total[free.shuffled(part, rng)] @ member for part in parts])
    centre = y.sum() ** 2 / y.size
    whole = float((y**2).sum()) - centre
    between = np.maximum((sums**2 / size).sum(axis=1) - centre, 0.0)
    mean, spread = float(between.mean()), float(between.var())
    most = mean if spread <= 1e-12 * mean**2 else float(gammainccinv(mean**2 / spread, level)) * spread / mean
    within = max(whole - most, 0.0) / max(y.size - size.size, 1)
    return float((most - (size.size - 1) * within) / whole)


def _weights(how: Grouping, n: int, crossed: bool) -> NDArray[np.uint16]:
    """Return (b, n) how often each row is drawn: seeds within the cells of a grid, else groups as wholes."""
    rng = np.random.default_rng(0)
    members = how.members
    out = np.zeros((_RESAMPLES, n), np.uint16)
    if not crossed or min(m.size for m in members) < 2:
        times = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), _RESAMPLES)
        for at, rows in enumerate(members):
            out[:, rows] = times[:, at, None]
        return out
    for rows in members:
        out[:, rows] = rng.multinomial(rows.size, np.full(rows.size, 1 / rows.size), _RESAMPLES)
    return out
