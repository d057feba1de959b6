"""What the bad runs share: findings and wrecks against settings, with a correction over all that was looked at.

For every setting the side is sought that the runs with a finding crowd on most, by the exact test of Fisher; within it
the side of a further setting, where that says more; then in the runs that are left: a short list of rules, as that of
Clark and Niblett, "The CN2 Induction Algorithm", Machine Learning 3, 1989. How often chance would do as well is counted
on runs that change places (:mod:`.exchange`), with the same search over all sides and findings: minP of Westfall and
Young, "Resampling-Based Multiple Testing", 1993. Settings are corrected after Holm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.findings.sweep.analysis import Association, Side
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analysis.exchange import Exchange, partners, wholes
from curveread.fleet.analysis.groups import Grouping
from curveread.fleet.analysis.settings import Column, told_apart
from curveread.fleet.analysis.splits import Splits, fisher, newcombe, splits, surprise
from curveread.fleet.analysis.ties import holm

ERROR = "error"
"""The verdict, beside the rules."""
_LEVEL = 0.025
_FIRST, _MOST = 100, 4000
"""Shuffles at a time; after the first of them the hopeless are let go; and shuffles in all."""
_HOPELESS, _PLAIN = 0.1, 1e-6
_SAME = 0.9
_RULES, _CRUMBS = 3, 0.1
"""Rules of a finding at most; of fewer of its runs than this share no further rule is sought."""
_ALARMS = ("warning", "error")


@dataclass(frozen=True, slots=True)
class _Tested:
    """A setting with what may be exchanged where it has no effect."""

    splits: Splits
    exchange: Exchange

    def among(self, rows: IntArray) -> _Tested:
        return _Tested(self.splits.among(rows), self.exchange.among(rows))


@dataclass(frozen=True, slots=True)
class _Hit:
    """The side of a setting that the runs with a finding crowd on most."""

    tested: _Tested
    at: int
    surprise: float
    p: float
    comparisons: int
    confounded: tuple[str, ...] = ()

    @property
    def side(self) -> Side:
        return self.tested.splits.sides[self.at]

    @property
    def inside(self) -> BoolArray:
        return np.asarray(self.tested.splits.inside[self.at])


def associations(rows: Sequence[SweepRow], found: Sequence[Column], how: Grouping) -> tuple[Association, ...]:
    """Return what stands after the correction, the rule whose effect is surely largest first.

    ``how`` groups the runs that differ in the seed only.
    """
    having = _findings(rows)
    every = told_apart(found)
    whole = wholes(how, len(rows))
    tested = [_Tested(splits(c), partners(c, every, how) or whole) for c in every]
    found_by = [_listed(name, hits, tested, having[name]) for name, hits in _search(tested, having).items() if hits]
    found_by.sort(key=lambda each: (-round(each[0].effect_low, 6), each[0].what == ERROR, each[0].what))
    return tuple(a for each in found_by for a in each)


def _findings(rows: Sequence[SweepRow]) -> dict[str, BoolArray]:
    """Return (n,) per alarm, and for the verdict, which runs have it: at least two do, and at least two do not."""
    by: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        for rule in {f.rule for f in row.findings if f.severity in _ALARMS} | ({ERROR} if row.broken else set()):
            by.setdefault(rule, []).append(at)
    out = {}
    for rule, places in sorted(by.items()):
        if 2 <= len(places) <= len(rows) - 2:
            out[rule] = np.zeros(len(rows), np.bool_)
            out[rule][places] = True
    return out


def _search(tested: Sequence[_Tested], having: Mapping[str, BoolArray]) -> dict[str, list[_Hit]]:
    """Return for each finding the settings that stand after the correction, the most surprising first."""
    tested = [t for t in tested if t.splits.sides]
    if not tested or not having:
        return {}
    comparisons = sum(len(t.splits.sides) for t in tested) * len(having)
    best, place = zip(*(_observed(t.splits, having) for t in tested), strict=True)
    p = np.array([_chance(t, having, b) for t, b in zip(tested, best, strict=True)])
    least = p.min(axis=1)
    order = np.argsort(least, kind="stable")
    factor = np.empty(least.size)
    factor[order] = np.arange(least.size, 0, -1)
    corrected = np.maximum(np.minimum(p * factor[:, None], 1.0), holm(least)[:, None])
    out: dict[str, list[_Hit]] = {}
    for w, name in enumerate(having):
        hits = [
            _Hit(t, int(place[s][w]), float(best[s][w]), float(corrected[s, w]), comparisons)
            for s, t in enumerate(tested)
            if corrected[s, w] <= _LEVEL
        ]
        out[name] = sorted(hits, key=lambda h: -h.surprise)
    return out


def _observed(parts: Splits, having: Mapping[str, BoolArray]) -> tuple[FloatArray, IntArray]:
    """Return per finding the greatest surprise over all sides, and which side that is."""
    size = parts.inside.sum(axis=1).tolist()
    best, place = [], []
    for y in having.values():
        count, many = (parts.inside & y).sum(axis=1), int(y.sum())
        sides = zip(size, count.tolist(), strict=True)
        seen = np.array([surprise(n, y.size, many)[a] for n, a in sides])
        place.append(int(np.argmax(seen)))
        best.append(float(seen[place[-1]]))
    return np.array(best), np.array(place)


def _chance(tested: _Tested, having: Mapping[str, BoolArray], observed: FloatArray) -> FloatArray:
    """Return per finding how often chance surprises as much, on any side of the setting and in any finding.

    Where a bound on that is small beyond doubt nothing is shuffled.
    """
    bound = _bound(tested, having)
    if bound.max() <= _PLAIN:
        return bound
    unit = tested.exchange.unit
    _, first = np.unique(unit, return_index=True)
    inside = tested.splits.inside
    of_units = inside[:, first].astype(np.float32)
    size = inside.sum(axis=1).tolist()
    tables = [np.stack([surprise(n, y.size, int(y.sum())) for n in size]) for y in having.values()]
    counts = [np.bincount(unit, weights=y).astype(np.float32) for y in having.values()]
    rng = np.random.default_rng(0)
    times, reached = 0, np.zeros(observed.size)
    while times < _MOST and (not times or (reached.min() + 1) / (times + 1) <= _HOPELESS):
        drawn = tested.exchange.shuffled(_FIRST, rng)
        most = np.zeros(_FIRST)
        for table, count in zip(tables, counts, strict=True):
            seen = np.rint(of_units @ count[drawn].T).astype(np.int64)
            most = np.maximum(most, np.take_along_axis(table, seen, axis=1).max(axis=0))
        reached += (most[None, :] >= observed[:, None] - 1e-9).sum(axis=1)
        times += _FIRST
    return np.minimum((reached + 1) / (times + 1), np.where(bound <= _PLAIN, bound, 1.0))


def _bound(tested: _Tested, having: Mapping[str, BoolArray]) -> FloatArray:
    """Return per finding a bound on how often chance surprises as much; 1 where not all units may change places.

    Theorems 1 and 4 of Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables", JASA 58, 1963, for
    the sum of units drawn without replacement, times the number of sides and findings.
    """
    exchange, parts = tested.exchange, tested.splits
    if np.ptp(exchange.kind):
        return np.ones(len(having))
    size, most = parts.inside.sum(axis=1), exchange.unit.size / exchange.kind.size
    out = []
    for y in having.values():
        share, mean = (parts.inside & y).sum(axis=1) / size, float(y.mean())
        apart = share * np.log(np.maximum(share, 1e-300) / mean)
        apart += (1 - share) * np.log(np.maximum(1 - share, 1e-300) / (1 - mean))
        out.append(float(np.exp(-np.max(np.where(share > mean, apart * size / most, 0.0)))))
    return np.asarray(np.minimum(np.array(out) * len(parts.sides) * len(having), 1.0))


def _listed(what: str, hits: Sequence[_Hit], tested: Sequence[_Tested], y: BoolArray) -> list[Association]:
    """Return the sides on which a finding crowds as a short list of rules: each is sought in the runs that are left."""
    out: list[Association] = []
    left = np.arange(y.size)
    while hits and len(out) < _RULES:
        first = _named(hits)
        further = _further(first, tested, y[left])
        rule = [first] if further is None else [first, further]
        inside = np.logical_and.reduce([h.inside for h in rule])
        apart = tuple(a.sides for a in out)
        out.append(replace(_association(what, y[left], inside, rule), apart=apart))
        tested = [t.among(np.flatnonzero(~inside)) for t in tested]
        left = left[~inside]
        some = _CRUMBS * y.sum() <= y[left].sum() <= left.size - 2
        hits = _search(tested, {what: y[left]}).get(what, []) if some else []
    return out


def _named(hits: Sequence[_Hit]) -> _Hit:
    """Return the most surprising side, with the names of other settings that part the runs nearly alike."""
    first = hits[0]
    alike = [h.side.setting for h in hits[1:] if np.mean(h.inside == first.inside) >= _SAME]
    return replace(first, confounded=(*first.tested.splits.column.setting.confounded, *alike))


def _further(hit: _Hit, tested: Sequence[_Tested], y: BoolArray) -> _Hit | None:
    """Return another setting's side on which the runs with the finding crowd among those on one side; None without."""
    rows = np.flatnonzero(hit.inside)
    others = [(t, t.among(rows)) for t in tested if t.splits.column is not hit.tested.splits.column]
    if not 2 <= y[rows].sum() <= rows.size - 2:
        return None
    hits = _search([part for _, part in others], {"": y[rows]}).get("")
    if not hits:
        return None
    found = _named(hits)
    whole = next(t for t, _ in others if t.splits.column is found.tested.splits.column)
    return replace(found, tested=whole, at=whole.splits.sides.index(found.side))


def _association(what: str, y: BoolArray, inside: BoolArray, hits: Sequence[_Hit]) -> Association:
    a, n = int((inside & y).sum()), int(inside.sum())
    b, m = int(y.sum()) - a, y.size - n
    low, high = newcombe(a, n, b, m)
    first, *given = hits
    return Association(
        what=what,
        setting=first.side.setting,
        relation=first.side.relation,
        value=first.side.value,
        inside=a,
        inside_of=n,
        outside=b,
        outside_of=m,
        effect=a / n - b / m,
        effect_low=low,
        effect_high=high,
        p=fisher(a, n, y.size, a + b),
        p_corrected=max(h.p for h in hits),
        comparisons=sum(h.comparisons for h in hits),
        confounded=tuple(dict.fromkeys(name for h in hits for name in h.confounded)),
        given=tuple(h.side for h in given),
    )
