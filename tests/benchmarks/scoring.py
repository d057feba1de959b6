"""Counts what was found, what was missed and what was a false alarm; the same rules for every tool.

A required event is found when a finding of a fitting rule begins in the event's window, widened by the tolerance; a
spike, when the finding overlaps it and is not much wider. Each finding finds at most one event. An alarm is explained
when it overlaps an event of its run and its rule fits that event or usually follows from it; precision is the explained
share of the alarms of the rules that fit a kind, over all runs. Rivals have every finding counted, whatever its
severity, and a finding of theirs without a step is taken to be at the right place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.events import KINDS, Event, Label, Seen

__all__ = ["Judged", "Row", "Tally", "explained", "judge", "row"]

LOGGED_POINTS = 5
SHARE, SLOW_SHARE = 0.01, 0.03
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding that counts for precision, and whether an event of its run explains it."""

    seen: Seen
    right: bool


@dataclass(slots=True)
class Tally:
    """What a tool did on one run: events found of events required and distance of onsets per kind, and the alarms."""

    label: Label
    required: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    onset: dict[str, list[float]] = field(default_factory=dict)
    alarms: list[Judged] = field(default_factory=list)
    missed: list[Event] = field(default_factory=list)
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A tool's figures for one kind over some runs; NaN where nothing was there to be counted."""

    events: int
    alarms: int
    recall: float
    precision: float
    f1: float
    low: float
    high: float
    onset: float


def judge(label: Label, found: Sequence[Seen], *, rival: bool = False) -> Tally:
    """Hold what a tool found in a run against what happened in it."""
    tally = Tally(label)
    placed = [_whole(seen, label) if rival and seen.first is None else seen for seen in found]
    loud = [seen for seen in placed if seen.alarm]
    tally.alarmed = bool(loud)
    if label.ambiguous:
        return tally
    for seen in placed:
        if seen.alarm or rival or seen.rule in _OF_THE_RUN:
            tally.alarms.append(Judged(seen, explained(seen, label)))
    used: set[int] = set()
    for event in sorted(label.events, key=lambda e: e.start):
        if event.benign or event.secondary or not event.visible:
            continue
        pool = placed if rival or KINDS[event.kind].quiet else loud
        tolerance = _tolerance(event, label)
        free = [s for s in pool if id(s) not in used and _fits(s, event)]
        fitting = [s for s in free if _well_placed(s, event, label, tolerance)]
        tally.required[event.kind] = tally.required.get(event.kind, 0) + 1
        if not fitting:
            tally.missed.append(event)
            continue
        best = min(fitting, key=lambda s: abs((event.start if s.first is None else s.first) - event.start))
        used.add(id(best))
        tally.found[event.kind] = tally.found.get(event.kind, 0) + 1
        if best.first is not None and event.window and not best.anywhere:
            low, high = event.window
            tally.onset.setdefault(event.kind, []).append(max(low - best.first, 0.0, best.first - high) / label.length)
    return tally


def explained(seen: Seen, label: Label) -> bool:
    """Return whether an event of the run, or what usually follows from it, is a reason for this finding."""
    for event in label.events:
        if event.benign and event.kind not in ("resume", "gap"):
            continue
        related = _fits(seen, event) or seen.rule in KINDS[event.kind].follows
        if related and _overlaps(seen, event, label, _tolerance(event, label)):
            return True
    return False


def row(tallies: Sequence[Tally], kinds: Iterable[str], *, seed: int = 0) -> Row:
    """Return the figures for some kinds together, F1 with the 95 % interval of a bootstrap over the runs."""
    wanted = tuple(kinds)
    rules = frozenset().union(*(KINDS[k].fits for k in wanted))
    counts = np.array([_counts(t, wanted, rules) for t in tallies], dtype=np.float64).reshape(-1, 4)
    required, found, alarms, right = counts.sum(axis=0)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES)
    spread = _f1(weights @ counts)
    spread = spread[np.isfinite(spread)]
    low, high = np.quantile(spread, (0.025, 0.975)) if spread.size else (math.nan, math.nan)
    onset = [x for t in tallies for k in wanted for x in t.onset.get(k, ())]
    return Row(
        events=int(required),
        alarms=int(alarms),
        recall=float(found / required) if required else math.nan,
        precision=float(right / alarms) if alarms else math.nan,
        f1=float(_f1(counts.sum(axis=0)[None])[0]),
        low=float(low),
        high=float(high),
        onset=float(np.median(onset)) if onset else math.nan,
    )


_OF_THE_RUN = KINDS["resume"].fits | KINDS["gap"].fits


def _counts(tally: Tally, kinds: tuple[str, ...], rules: frozenset[str]) -> tuple[int, int, int, int]:
    judged = [j for j in tally.alarms if j.seen.rule in rules]
    return (
        sum(tally.required.get(k, 0) for k in kinds),
        sum(tally.found.get(k, 0) for k in kinds),
        len(judged),
        sum(j.right for j in judged),
    )


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return F1 of rows of (required, found, alarms, right); NaN without an event, 0 without an alarm."""
    required, found, alarms, right = counts.T
    recall = np.divide(found, required, out=np.full_like(found, np.nan), where=required > 0)
    precision = np.divide(right, alarms, out=np.zeros_like(found), where=alarms > 0)
    both = recall + precision
    empty = np.where(np.isnan(both), np.nan, 0.0)
    f1: NDArray[np.float64] = np.divide(2 * recall * precision, both, out=empty, where=both > 0)
    return f1


def _whole(seen: Seen, label: Label) -> Seen:
    return Seen(seen.rule, seen.severity, label.first, label.last, seen.confidence, anywhere=True)


def _tolerance(event: Event, label: Label) -> float:
    share = SLOW_SHARE if KINDS[event.kind].slow else SHARE
    return max(LOGGED_POINTS * label.every, share * label.length)


def _fits(seen: Seen, event: Event) -> bool:
    return seen.rule in KINDS[event.kind].fits or seen.rule in event.also


def _span(event: Event, label: Label) -> tuple[float, float]:
    """Return the steps that an event explains; what is slow, a NaN and a shift of the data last to the end."""
    low, high = event.window or (event.start, event.start)
    end = event.end
    if end is None:
        lasts = KINDS[event.kind].slow or event.kind in ("nan", "distribution_shift")
        end = label.last if lasts else high
    return min(low, event.start), max(end, high)


def _overlaps(seen: Seen, event: Event, label: Label, tolerance: float) -> bool:
    if KINDS[event.kind].anywhere:
        return True
    if seen.first is None:
        return False
    low, high = _span(event, label)
    last = seen.first if seen.last is None else seen.last
    return seen.first <= high + tolerance and last >= low - tolerance


def _well_placed(seen: Seen, event: Event, label: Label, tolerance: float) -> bool:
    kind = KINDS[event.kind]
    if kind.anywhere or seen.anywhere:
        return True
    if seen.first is None:
        return False
    if kind.slow:
        return event.window is None or event.window[0] - tolerance <= seen.first <= event.window[1] + tolerance
    low, high = _span(event, label)
    last = seen.first if seen.last is None else seen.last
    narrow = event.kind != "spike" or last - seen.first <= 2 * (high - low) + 4 * tolerance
    return narrow and _overlaps(seen, event, label, tolerance)
