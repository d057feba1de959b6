"""Runs whose settings differ in the seed only are one setting: its level, how sure that is, and what it ties with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from curveread.arrays import BoolArray, IntArray
from curveread.errors import UsageError
from curveread.findings.sweep.analysis import Group, Improvement
from curveread.fleet.analysis.outcome import Scores
from curveread.fleet.analysis.settings import Column
from curveread.fleet.analysis.ties import LEVEL, SEEDS, interquartile_mean, redrawn, ties


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which rows are one setting.

    Parameters
    ----------
    columns
        The settings by which they are grouped.
    members
        For each group the places of its rows, in their order.
    strata
        For each group the parts that are resampled apart, as places in ``members``: the settings within it.
    """

    columns: tuple[Column, ...]
    members: tuple[IntArray, ...]
    strata: tuple[tuple[IntArray, ...], ...]


def grouping(found: Sequence[Column], n: int, by: Sequence[str] = ()) -> Grouping:
    """Group rows that agree in every setting but seeds, or in those named. O(n log n).

    Raises
    ------
    UsageError
        For a name under which the rows have no setting that differs.
    """
    unknown = [name for name in by if name not in {c.setting.name for c in found}]
    if unknown:
        names = ", ".join(c.setting.name for c in found) or "none"
        raise UsageError(f"no setting {unknown[0]!r} differs between the runs; there are: {names}")
    every = [c for c in found if not c.setting.seed]
    chosen = tuple(c for c in found if c.setting.name in by) if by else tuple(every)
    members = tuple(_alike(chosen, np.arange(n)))
    return Grouping(chosen, members, tuple(_strata(every, m) if by else (np.arange(m.size),) for m in members))


def groups(how: Grouping, scores: Scores, broken: BoolArray) -> tuple[tuple[Group, ...], tuple[Improvement, ...]]:
    """Return the groups, the best first, and how probably the best of those with enough seeds improves on each other.

    ``broken``, (n,), are the rows that ended as wrecks.
    """
    made = [_group(how, at, scores, broken) for at in range(len(how.members))]
    made.sort(key=lambda g: (np.isnan(g.centre), scores.sign * g.centre, g.broken, -g.judged, g.rows))
    costs = [scores.cost[np.array(g.rows)] for g in made]
    known = ties([c[~np.isnan(c)] for c in costs])
    if known is None:
        return tuple(made), ()
    tied = tuple(replace(g, tied=t) for g, t in zip(made, known.tied, strict=True))
    return tied, tuple(Improvement(known.best, *better) for better in known.better)


def first(how: Grouping, scores: Scores) -> tuple[int, float]:
    """Return which group is best, one with enough seeds before the others, and its level as logged."""
    costs = [c[~np.isnan(c)] for c in (scores.cost[m] for m in how.members)]
    centre = np.array([float(interquartile_mean(c)) if c.size else np.nan for c in costs])
    enough = np.array([c.size >= SEEDS for c in costs])
    at = int(np.nanargmin(np.where(enough, centre, np.nan) if np.isfinite(centre[enough]).any() else centre))
    return at, scores.sign * float(centre[at])


def settings_of(how: Grouping, at: int) -> dict[str, str | int | float | bool]:
    """Return what the runs of a group were set to."""
    row = how.members[at][0]
    return {c.setting.name: c.setting.values[c.code[row]] for c in how.columns if c.code[row] >= 0}


def _alike(chosen: Sequence[Column], among: IntArray) -> list[IntArray]:
    """Return places in ``among``, which is not empty, of rows that agree in the columns, the first row's first."""
    if not chosen:
        return [np.arange(among.size)]
    codes = np.stack([c.code[among] for c in chosen], axis=1)
    _, first, which = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    which = which.reshape(-1)
    order = np.argsort(which, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(which))[:-1])
    return [parts[i] for i in np.argsort(first)]


def _strata(every: Sequence[Column], members: IntArray) -> tuple[IntArray, ...]:
    """Return the settings within a group; where one of them ran once only, the whole group is drawn from."""
    parts = _alike(every, members)
    return tuple(parts) if all(p.size > 1 for p in parts) else (np.arange(members.size),)


def _group(how: Grouping, at: int, scores: Scores, broken: BoolArray) -> Group:
    rows = how.members[at]
    cost = scores.cost[rows]
    known = ~np.isnan(cost)
    centre = low = high = np.nan
    if known.any():
        centre = scores.sign * float(interquartile_mean(cost[known]))
    if known.sum() >= SEEDS:
        strata = [kept for s in how.strata[at] if (kept := s[known[s]]).size]
        ends = np.quantile(redrawn(cost, strata), (LEVEL / 2, 1 - LEVEL / 2), method="nearest")  # of infinities, too
        low, high = sorted((scores.sign * ends).tolist())
    judged = int(np.isfinite(cost).sum())
    return Group(settings_of(how, at), tuple(rows.tolist()), judged, int(broken[rows].sum()), centre, low, high)
