"""Rows -> what stands over all of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from curveread.findings.sweep.analysis import Analysis
from curveread.findings.sweep.row import UNREAD, WORST_FIRST, SweepRow
from curveread.fleet.analysis.associations import associations
from curveread.fleet.analysis.groups import Grouping, first, grouping, groups, settings_of
from curveread.fleet.analysis.importance import importances
from curveread.fleet.analysis.optimum import optima
from curveread.fleet.analysis.outcome import FORMS, Scores, candidates, scores
from curveread.fleet.analysis.settings import columns
from curveread.fleet.analysis.statements import First, statements

__all__ = ["analyse"]

_HEALTH = {name: place for place, name in enumerate(WORST_FIRST)}


def analyse(rows: Sequence[SweepRow], *, group_by: Sequence[str] = (), outcome: str | None = None) -> Analysis:
    """Read many runs together.

    The same rows give the same answers: what is drawn at random is drawn from fixed seeds. Time grows as n log n.

    Parameters
    ----------
    rows
        A row per run.
    group_by
        Settings by which runs are grouped; all that differ but seeds without it.
    outcome
        Tag of the curve by which runs are ranked, instead of the one that most of them are judged by.

    Raises
    ------
    UsageError
        For a setting or a curve that no run has.
    """
    live = array("q", (at for at, row in enumerate(rows) if row.health != UNREAD))
    read = rows if len(live) == len(rows) else [rows[at] for at in live]
    found = columns(read)
    if not read:  # of what no run could be asked no wish is wrong
        group_by, outcome = (), None
    how = grouping(found, len(read), group_by)
    chosen = scores(read, outcome)
    broken = np.array([row.broken for row in read], dtype=np.bool_)
    by_seed = how if not group_by else grouping(found, len(read))
    made = Analysis(
        outcome=None if chosen is None else chosen.outcome,
        settings=tuple(c.setting for c in found),
        associations=associations(read, found, by_seed),
    )
    firsts: list[First] = []
    if chosen is not None and read:
        made_groups, better = groups(how, chosen, broken)
        shares = importances(found, by_seed, chosen)
        matter = {i.setting for i in shares} | {a.setting for a in made.associations}
        best = optima(found, by_seed, chosen.cost, broken, matter)
        made = replace(made, groups=made_groups, improvements=better, importances=shares, optima=best)
        firsts = list(_firsts(read, how, chosen)) if len(how.members) > 1 and np.isfinite(chosen.cost).any() else []
    made = replace(made, statements=statements(rows, made, firsts))
    cost = np.full(len(rows), np.nan)
    if chosen is not None:
        cost[live] = chosen.cost
    worst = np.array([_HEALTH.get(row.health, 9) for row in rows], dtype=np.int64)
    order = np.lexsort((-np.nan_to_num(cost), worst)).tolist()
    placed = tuple(replace(g, rows=tuple(live[at] for at in g.rows)) for g in made.groups)
    return replace(made, groups=placed, order=tuple(order))


def _firsts(rows: Sequence[SweepRow], how: Grouping, chosen: Scores) -> Iterator[First]:
    """Yield the other forms of the outcome, and the other curve that ranks, that put another group first."""
    at, _ = first(how, chosen)
    tag = chosen.outcome.tag
    said = {at}
    trained = {m.tag for row in rows for m in row.measures if m.role.startswith("train")}
    others = [(tag, form) for form in FORMS[1:]]
    others += [(c.tag, FORMS[0]) for c in candidates(rows) if c.tag not in {tag, *trained}][:1]
    for other, form in others:
        by = scores(rows, other, form)
        if by is None or not np.isfinite(by.cost).any():
            continue
        best, level = first(how, by)
        if best not in said:
            said.add(best)
            yield First(by.outcome, settings_of(how, best), level)
