"""Attempts of one run -> one set of curves: the latest attempt wins, what it logged again is superseded.

A resumed run logs some steps twice: the new attempt starts at the last checkpoint, before the place where the old
one stopped. Joined blindly, the curves zigzag. Here everything that an earlier attempt logged at or after the step
where a later one starts is taken out, also for tags that the later one has not logged yet; the points stay reachable
in :attr:`curveread.run.model.Attempt.superseded`. Tags that count something else than steps (samples, epochs) are
judged by their own counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.plural import amount, few
from curveread.run.model import Attempt, Curve
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role, is_eval, role_of

Curves = Mapping[str, Curve]


class Start(NamedTuple):
    """What one start of a run logged in a file.

    From the step ``purge`` on, the log itself says, it replaces what earlier ones logged, under any tag.
    """

    curves: Curves
    source: str
    purge: int | None = None


class Stitched(NamedTuple):
    """The joined curves, the attempts they were made of, and what was superseded."""

    curves: dict[str, Curve]
    attempts: tuple[Attempt, ...]
    notes: tuple[DataNote, ...] = ()


def started_at(curves: Curves) -> float | None:
    """Return the earliest finite wall time, None without a clock."""
    return min((float(t.min()) for t in _clocks(curves)), default=None)


def _ended_at(curves: Curves) -> float | None:
    return max((float(t.max()) for t in _clocks(curves)), default=None)


def _clocks(curves: Curves) -> list[FloatArray]:
    """Return the finite wall times of each curve that has any."""
    times = [c.wall_time[np.isfinite(c.wall_time)] for c in curves.values() if c.wall_time is not None]
    return [t for t in times if t.size]


def _spacing(curve: Curve) -> float:
    gaps = np.diff(curve.step)  # steps are sorted: np.unique would sort them again
    if gaps.size and gaps.min() == gaps.max() > 0:  # as most logs; no median to look for
        return float(gaps[0])
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if gaps.size else 1.0


def _main_tags(curves: Curves) -> list[str]:
    """Return the tags that show how far the training is: logged most often, the system's own left out."""
    own = [t for t, c in curves.items() if len(c) and not t.startswith("system/")]
    return sorted(own, key=lambda t: (is_eval(t), -len(curves[t]), t))


def starts_late(curves: Curves) -> bool:
    """Return whether a log may be a resume: its most logged curve does not start where logs naturally start."""
    tags = _main_tags(curves)
    first = {t: int(curves[t].step[0]) for t in tags[:3]}
    return any(step > 0 and step > 1.5 * _spacing(curves[t]) for t, step in first.items())


def continues(before: Curves, after: Curves) -> bool:
    """Return whether ``after`` resumes ``before``: same tags, first step inside its range or right behind it.

    A log that starts where logs naturally start (at its first multiple of the logging interval) is a training of its
    own, not a resume.
    """
    shared = [t for t in _main_tags(after) if t in before and len(before[t])]
    fewest = min(len(_main_tags(before)), len(_main_tags(after)))
    if not shared or 2 * len(shared) < fewest:
        return False
    old, new = before[shared[0]], after[shared[0]]
    gap = max(_spacing(old), _spacing(new) if len(new) > 1 else 0.0)
    first, start, stop = int(new.step[0]), int(old.step[0]), int(old.step[-1])
    return first > start + 1.5 * gap and first > 1.5 * gap and first <= stop + 3 * gap


def _clock_like(tag: str, curves: Curves, candidates: Sequence[str]) -> str | None:
    """Return a tag among ``candidates`` that counts what ``tag`` counts, judged by their steps, or None."""
    mine = curves[tag].step
    best, best_share = None, 0.0
    for other in candidates:
        theirs = curves[other].step
        share = _share(mine, theirs)
        if share > best_share:
            best, best_share = other, share
        if share == 1.0:
            break
    if best_share >= 0.5:
        return best
    for other in candidates:  # logged between the other's steps (validation at the end of an epoch)
        theirs = curves[other].step
        gap = _spacing(curves[other])
        if theirs[0] - gap <= mine[0] and 0.1 * theirs[-1] <= mine[-1] <= theirs[-1] + 2 * gap:
            return other
    return None


def _cuts(before: Curves, after: Curves) -> dict[str, int]:
    """Return for each tag of ``before`` the step from which ``after`` replaces it."""
    shared = [t for t in before if t in after and len(before[t]) and len(after[t])]
    if not shared:
        return {}
    own = {t: int(after[t].step[0]) for t in shared}
    trained = [t for t in _main_tags(after) if t in own and not is_eval(t)]
    distinct = max(1 + np.count_nonzero(np.diff(after[t].step)) for t in trained) if trained else 0
    if distinct < 2:  # evaluations or a summary behind the training: they end nothing
        return own
    cuts: dict[str, int] = {}
    for tag, curve in before.items():
        if not len(curve) or tag.startswith("system/"):
            continue
        ordered = [tag] if tag in trained else []
        clock = tag if ordered else _clock_like(tag, before, trained)
        if clock is not None:
            relatives = [t for t in trained if t == clock or _same_clock(after[t], after[clock])]
            cut = min(own[t] for t in relatives)
            cuts[tag] = min(cut, own.get(tag, cut))
        elif tag in own:
            cuts[tag] = own[tag]
    return cuts


def _same_clock(a: Curve, b: Curve) -> bool:
    return _share(a.step, b.step) >= 0.5 or _share(b.step, a.step) >= 0.5


def _share(mine: IntArray, theirs: IntArray) -> float:
    """Return which share of ``mine`` is among ``theirs``; both are non-decreasing."""
    if not mine.size or not theirs.size:
        return 0.0
    if mine.size == theirs.size and np.array_equal(mine, theirs):
        return 1.0
    at = np.minimum(np.searchsorted(theirs, mine), theirs.size - 1)
    return float((theirs[at] == mine).mean())


def _join(pieces: Sequence[Curve]) -> Curve:
    """Join pieces of one curve in order; wall times are NaN where a piece has no clock."""
    if len(pieces) == 1:
        return pieces[0]
    step = np.concatenate([p.step for p in pieces])
    value = np.concatenate([p.value for p in pieces])
    wall = None
    if any(p.wall_time is not None for p in pieces):
        wall = np.concatenate([np.full(len(p), np.nan) if p.wall_time is None else p.wall_time for p in pieces])
    if np.any(step[1:] < step[:-1]):
        order = np.argsort(step, kind="stable")
        step, value, wall = step[order], value[order], None if wall is None else wall[order]
    return replace(
        pieces[-1], step=step, value=value, wall_time=wall, significand_bits=min(p.significand_bits for p in pieces)
    )


def _range(curves: Curves, *, alone: bool = False) -> tuple[int, int]:
    """Return first and last step on the clock of the most logged tag; of that tag itself for a run's only start."""
    tags = _main_tags(curves) or [t for t, c in curves.items() if len(c)]
    if not tags:
        return 0, 0
    main = curves[tags[0]]
    if alone:
        return int(main.step[0]), int(main.step[-1])
    like = [curves[t] for t in tags if t == tags[0] or _same_clock(curves[t], main)]
    return min(int(c.step[0]) for c in like), max(int(c.step[-1]) for c in like)


def stitch(starts: Sequence[Start]) -> Stitched:
    """Join the attempts of one run, in the order in which they were started.

    There is one curve per tag, steps non-decreasing; one :class:`Attempt` per start with its superseded points; a note
    per start that superseded something.
    """
    alive: list[dict[str, Curve]] = []
    gone: list[dict[str, list[Curve]]] = []
    starts, notes = _without_closing(starts)
    reach = _Reach(len(starts))
    for new in starts:
        lost: dict[str, int] = {}
        beside: dict[str, list[str]] = {}
        for i, side_by_side in reach.met_by(new, len(alive)):
            old = alive[i]
            cuts = _cuts(old, new.curves)
            if side_by_side:
                cuts = {t: c for t, c in cuts.items() if t in new.curves}
                if cuts:
                    beside.setdefault(starts[i].source, []).extend(cuts)
            if new.purge is not None:
                cuts |= {t: min(cuts.get(t, new.purge), new.purge) for t in old if not t.startswith("system/")}
            for tag, cut in cuts.items():
                curve = old[tag]
                keep = int(np.searchsorted(curve.step, cut, side="left"))
                if keep == len(curve):
                    continue
                lost[tag] = lost.get(tag, 0) + len(curve) - keep
                gone[i].setdefault(tag, []).insert(0, curve.take(slice(keep, None)))
                old[tag] = curve.take(slice(None, keep))
            if lost:
                reach.keep(i, old)
        if beside:
            notes.append(_concurrent_note(beside, new.source))
        if lost:
            notes.append(_superseded_note(new, lost))
        alive.append({t: c for t, c in new.curves.items() if len(c)})
        gone.append({})
        reach.keep(len(alive) - 1, alive[-1])
    tags = list(dict.fromkeys(t for curves in alive for t in curves))
    joined = {
        t: _join([c[t] for c in alive if t in c and len(c[t])])
        for t in tags
        if any(t in c and len(c[t]) for c in alive)
    }
    attempts = []
    for start, superseded in zip(starts, gone, strict=True):
        first, last = _range(start.curves, alone=len(starts) == 1)
        attempts.append(
            Attempt(
                first,
                last,
                dict(start.curves),
                {t: _join(p) for t, p in superseded.items()},
                started_at(start.curves),
                start.source,
            )
        )
    return Stitched(joined, tuple(attempts), tuple(notes))


def _without_closing(starts: Sequence[Start]) -> tuple[list[Start], list[DataNote]]:
    """Return the starts without evaluations behind a training that count steps of their own, and a note of each."""
    kept: list[Start] = []
    notes: list[DataNote] = []
    trained, reached = False, -np.inf
    for new in starts:
        first, last = _range(new.curves)
        trains = any(role_of(t) is Role.TRAIN_LOSS for t in new.curves)
        if trained and not trains and first == last < reached:
            said = f"an evaluation after the training, logged at step {first} of its own: left out"
            notes.append(DataNote(NoteKind.SKIPPED, new.source, said))
        else:
            kept.append(new)
            trained, reached = trained or trains, max(reached, last)
    return kept, notes


def _superseded_note(new: Start, lost: dict[str, int]) -> DataNote:
    first = new.purge if new.purge is not None else _range(new.curves)[0]
    most = sorted(
        lost, key=lambda t: (role_of(t) is not Role.TRAIN_LOSS, role_of(t) is not Role.EVAL_LOSS, -lost[t], t)
    )
    even = len({lost[t] for t in most}) == 1  # curves of one rhythm lose as many points each
    few = 3 if len(most) == 3 else 2
    more = f" and {'' if even else 'points of '}{amount(len(most) - few, 'more curve')}" if len(most) > few else ""
    each = f"{amount(lost[most[0]], 'point')} each of " if even and len(most) > 1 else ""
    shown = each + ", ".join(t if each else f"{amount(lost[t], 'point')} of {t}" for t in most[:few])
    return DataNote(
        NoteKind.SUPERSEDED,
        new.source,
        f"a later attempt begins at step {first:,}: {shown}{more} of the earlier one from there on are superseded",
    )


def _concurrent_note(beside: Mapping[str, Sequence[str]], new: str) -> DataNote:
    """Return a note of the other files, each with the tags that both logged."""
    old = next(iter(beside))
    more = f" and {amount(len(beside) - 1, 'more file')}" if len(beside) > 1 else ""
    tags = sorted({t for several in beside.values() for t in several})
    shown = few(tags, 3)
    return DataNote(
        NoteKind.MERGED,
        new,
        f"written at the same time as {old}{more} by another process; of {shown} the points of this file are shown",
    )


class _Reach:
    """How far each start came and when it was written, so that a later one finds those that it meets at once."""

    def __init__(self, starts: int) -> None:
        self._last = np.full(starts, np.iinfo(np.int64).min)
        self._begun, self._ended = np.full((2, starts), np.nan)

    def keep(self, i: int, curves: Curves) -> None:
        """Take note of what is left of a start."""
        self._last[i] = max((int(c.step[-1]) for c in curves.values() if len(c)), default=np.iinfo(np.int64).min)
        begun, ended = started_at(curves), _ended_at(curves)
        self._begun[i] = np.nan if begun is None else begun
        self._ended[i] = np.nan if ended is None else ended

    def met_by(self, new: Start, before: int) -> list[tuple[int, bool]]:
        """Return the earlier starts that reach into a new one, and whether two processes wrote both at one time."""
        firsts = [int(c.step[0]) for c in new.curves.values() if len(c)]
        firsts += [new.purge] if new.purge is not None else []
        if not firsts or not before:
            return []
        begun, ended = started_at(new.curves), _ended_at(new.curves)
        low, high = (np.nan if t is None else t for t in (begun, ended))
        shorter = np.minimum(self._ended[:before] - self._begun[:before], high - low)
        common = np.minimum(self._ended[:before], high) - np.maximum(self._begun[:before], low)
        beside = (shorter > 0) & (common > 0.5 * shorter)
        met = np.flatnonzero(beside | (self._last[:before] >= min(firsts)))
        return list(zip(met.tolist(), beside[met].tolist(), strict=True))
