"""Several attempts in one event file: where a run began again.

A file says so itself (SessionLog START), or the steps of its curves do: they go back together at one place.
A curve that goes back alone has a clock of its own (a batch number that begins anew each epoch, a summary
written late for an earlier step); it is sorted and nothing in it counts as logged twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curveread.readers.tensorboard.series import Series

_ANEW = 4
"""A curve that goes back this often, and each time to the same step, counts something that begins anew."""
_MOST = 64
"""More attempts than this are not looked for in one file; a curve that goes back more often has no order at all."""


@dataclass(frozen=True, slots=True)
class _Return:
    """One place where the steps of a curve go back: between two of its records."""

    tag: str
    before: int
    record: int


def attempt_starts(series: Mapping[str, Series], sessions: Sequence[tuple[int, int]]) -> list[int]:
    """Return the records at which a new attempt begins, in order; none for a file with one attempt.

    ``sessions`` are record and step of each SessionLog START.
    """
    stated = [r for i, (r, step) in enumerate(sessions) if i > 0 or _purges(series, r, step)]
    returns = [x for tag, s in series.items() for x in _returns(tag, s)]
    returns = [x for x in returns if not any(x.before < r <= x.record for r in stated)]
    returns.sort(key=lambda x: x.record)
    seen: list[int] = []
    for _ in range(_MOST):
        if not returns:
            break
        place = returns[0].record
        together = [x for x in returns if x.before < place]
        if _is_restart(series, {x.tag for x in together}, place):
            seen.append(place)
        returns = [x for x in returns if x.before >= place]
    return sorted({*stated, *seen})


def _purges(series: Mapping[str, Series], record: int, step: int) -> bool:
    return any(bool((s.step[: int(np.searchsorted(s.record, record))] >= step).any()) for s in series.values())


def _returns(tag: str, s: Series) -> list[_Return]:
    """Return where a curve goes back for more than a single stray point."""
    at = np.flatnonzero(s.step[1:] < s.step[:-1]) + 1
    if at.size >= _ANEW and (s.step[at] == s.step[at[0]]).all():
        return []
    last = s.step.size - 1
    at = at[at < last]  # one late point, such as a summary at the best step, is not a new attempt
    stray = s.step[at + 1] > s.step[at - 1]
    ahead = (at > 1) & (s.step[at] >= s.step[np.maximum(at - 2, 0)])
    at = at[~(stray | ahead)]
    if at.size > _MOST:
        return []
    return [_Return(tag, int(s.record[i - 1]), int(s.record[i])) for i in at.tolist()]


def _is_restart(series: Mapping[str, Series], tags: set[str], place: int) -> bool:
    """Return whether more curves go back at a record than go on there by a clock of their own."""
    lead = max((series[t] for t in tags), key=lambda s: s.step.size)
    spacing = max(int(np.median(np.abs(np.diff(lead.step)))), 1)
    own_clock = sum(_goes_on(s, lead, spacing, place) for tag, s in series.items() if tag not in tags)
    return len(tags) > own_clock


def _goes_on(s: Series, lead: Series, spacing: int, place: int) -> bool:
    """Return whether a curve's steps rise over a record without following the clock of the curve that goes back."""
    i = int(np.searchsorted(s.record, place))
    if i in (0, s.step.size) or s.step[i] <= s.step[i - 1]:
        return False
    j = int(np.searchsorted(lead.record, s.record[i]))
    low = lead.step[max(j - 1, 0)]
    high = max(low, lead.step[min(j, lead.step.size - 1)])
    return not low - spacing <= s.step[i] <= high + spacing


def cut(series: Mapping[str, Series], starts: Sequence[int]) -> list[dict[str, Series]]:
    """Return the attempts of a file in order, each tag -> its points there; tags without points are left out."""
    attempts: list[dict[str, Series]] = [{} for _ in range(len(starts) + 1)]
    for tag, s in series.items():
        edges = [0, *np.searchsorted(s.record, starts).tolist(), s.step.size]
        for attempt, a, b in zip(attempts, edges[:-1], edges[1:], strict=True):
            if b > a:
                attempt[tag] = s.take(slice(a, b))
    return [a for a in attempts if a]


def purges_of(attempts: Sequence[Mapping[str, Series]], sessions: Sequence[tuple[int, int]]) -> tuple[int | None, ...]:
    """Return for each attempt the step of the SessionLog START in front of it, None without one."""
    out: list[int | None] = []
    before = -1
    for attempt in attempts:
        first = min(int(s.record[0]) for s in attempt.values())
        stated = [step for record, step in sessions if before < record <= first]
        out.append(stated[-1] if stated else None)
        before = max(int(s.record[-1]) for s in attempt.values())
    return tuple(out)


def stitched(attempts: Sequence[Mapping[str, Series]], purges: Sequence[int | None]) -> dict[str, Series]:
    """Return the curves of all attempts as one: a later attempt replaces what lies at or behind its start.

    That is its first step, or the earlier one from which its SessionLog START purges what other tags logged, too.
    """
    first = [min(int(s.step.min()) for s in a.values()) for a in attempts]
    whole: dict[str, Series] = {}
    for begin, purge, attempt in zip(first, purges, attempts, strict=True):
        if purge is not None:
            whole = {tag: s.take(s.step < purge) for tag, s in whole.items()}
        for tag, s in attempt.items():
            old = whole.get(tag)
            keep = [] if old is None else [old.take(old.step < max(begin, int(s.step.min())))]
            whole[tag] = Series.joined([*keep, s])
    return {tag: s for tag, s in whole.items() if s.step.size}
