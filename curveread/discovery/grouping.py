"""The parts read in one run folder -> the runs they belong to, each in its forms and attempts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np

from curveread.discovery.agreement import agreement
from curveread.discovery.apart import Apart
from curveread.discovery.stitch import continues, started_at
from curveread.discovery.streams import Item, Stream, streams_of

_MANY = 20
"""Common steps at which a measured curve of two runs surely differs."""


def group(items: Sequence[Item]) -> list[list[Stream]]:
    """Group the parts of one run folder into runs, each with its forms.

    Forms that agree in value are one run; logs of one format that differ are several runs, unless one continues the
    other; what cannot be compared joins the only run there is.
    """
    streams = streams_of(items)
    states = [s for s in streams if s.format.cumulative]
    streams = _join_dated(streams, bool(states) or any(i.part.checkpoints for i in items))
    streams = _join_chains(streams)
    streams = sorted(streams, key=_weight, reverse=True)
    if len({s.format for s in streams}) == 1 and all(s.key for s in streams):  # thousands of runs in one file
        by_key: dict[str, list[Stream]] = {}
        for stream in streams:
            by_key.setdefault(stream.key, []).append(stream)
        return _adopt(list(by_key.values()))
    apart = Apart([s.telling for s in streams])
    groups: list[list[int]] = []
    for i, stream in enumerate(streams):
        differs = apart.from_(i)
        home = next(
            (g for g in groups if any(_may_be(stream, streams[j], differs[j]) for j in g)),
            None,
        )
        if home is None:
            groups.append([i])
        else:
            home.append(i)
    return _adopt([[streams[i] for i in g] for g in groups])


def _may_be(stream: Stream, other: Stream, differs: bool) -> bool:
    """Return whether two streams are the same run; ``differs`` where their values at common steps are far apart."""
    if differs and not (stream.key and other.key) and _alike(stream, other):
        return False
    return _relation(stream, other) == "same"


def _weight(stream: Stream) -> tuple[bool, int]:
    return not stream.format.exported, sum(map(len, stream.stitched.curves.values()))


def _join_dated(streams: list[Stream], trainer: bool) -> list[Stream]:
    """Event files in several ``runs/<date_host>`` of one Trainer output folder are attempts of its run."""
    dated = [s for s in streams if s.format.per_folder and all(i.file.dated for i in s.items)]
    if not trainer or len(dated) < 2:
        return streams
    items = sorted((i for s in dated for i in s.items), key=lambda i: i.part.order)
    return [*(s for s in streams if s not in dated), Stream(dated[0].format, "", items)]


def _join_chains(streams: list[Stream]) -> list[Stream]:
    """Join streams of one format where one continues another and no third could be meant."""
    out: list[Stream] = []
    for stream in sorted(streams, key=_begin):
        if stream.format.exported or stream.format.cumulative:
            out.append(stream)
            continue
        if not stream.may_continue:
            out.append(stream)
            continue
        before = [
            s
            for s in out
            if s.format == stream.format and s.stitched.curves and continues(s.stitched.curves, stream.stitched.curves)
        ]
        before = [s for s in before if not _overlapping_in_time(s, stream)]
        if len(before) > 1 and stream.name:
            before = [s for s in before if s.name == stream.name]
        if len(before) == 1:
            old = before[0]
            joined = Stream(stream.format, old.key, [*old.items, *stream.items], [*old.notes, *stream.notes])
            out[out.index(old)] = joined
        else:
            out.append(stream)
    return out


def _begin(stream: Stream) -> tuple[float, int, str]:
    started = started_at(stream.stitched.curves)
    first = min((int(c.step[0]) for c in stream.stitched.curves.values() if len(c)), default=0)
    return (started if started is not None else stream.items[0].part.order[0], first, stream.items[0].part.source.path)


def _overlapping_in_time(before: Stream, after: Stream) -> bool:
    """Return whether ``after`` began before ``before`` had ended: then it cannot continue it."""
    start = started_at(after.stitched.curves)
    ends = [
        float(np.nanmax(c.wall_time))
        for c in before.stitched.curves.values()
        if c.wall_time is not None and np.isfinite(c.wall_time).any()
    ]
    return start is not None and bool(ends) and start < max(ends) - 60.0


def _relation(a: Stream, b: Stream) -> str:
    """Return ``same``, ``different`` or ``unknown`` for two streams of one folder."""
    if a.key and b.key:
        if a.key == b.key or (a.name and a.name == b.name and a.format != b.format):
            return "same"
        if a.format == b.format:
            return "different"
    alike = _alike(a, b)
    mine, theirs = a.telling, b.telling
    shared = [n for n in mine if n in theirs]
    if alike and _marks_differ(a, b, shared):
        return "different"
    common = equal = 0
    for name in shared:
        n, m = agreement(mine[name], theirs[name])
        if alike and n >= _MANY and m < 0.7 * n:
            return "different"  # though a schedule beside it, under a name that is not known, is the same
        common, equal = common + n, equal + m
    if common == 0 and a.format != b.format:  # other names: do any curves agree in every value?
        for curve in mine.values():
            for other in theirs.values():
                n, m = agreement(curve, other)
                if n >= 5 and m == n and np.unique(curve.value[np.isfinite(curve.value)]).size >= 5:
                    return "same"
    if common >= 3:
        if 2 * equal >= common:
            return "same"
        return "different" if alike else "unknown"
    return "different" if a.format == b.format and a.format.per_folder else "unknown"


def _alike(a: Stream, b: Stream) -> bool:
    """Return whether two streams that differ in value must be two runs: one run is not logged twice in such formats."""
    return a.format == b.format or (a.format.table and b.format.table)


def _marks_differ(a: Stream, b: Stream, shared: Sequence[str]) -> bool:
    """Return whether a curve over the same steps clearly differs at two of three places: tells runs apart cheaply."""
    for name in shared:
        (steps_a, values_a), (steps_b, values_b) = a.marks[name], b.marks[name]
        if steps_a != steps_b:
            continue
        apart = [abs(x - y) > 0.005 * (abs(x) + abs(y)) + 1e-3 for x, y in zip(values_a, values_b, strict=True)]
        if sum(apart) >= 2:
            return True
    return False


def _adopt(groups: list[list[Stream]]) -> list[list[Stream]]:
    """Let groups that nothing speaks against join: what cannot be compared belongs to the only run of the folder."""
    out: list[list[Stream]] = []
    for streams in groups:
        if len(out) == 1 and not any(_relation(a, b) == "different" for a in out[0] for b in streams):
            out[0].extend(streams)
        else:
            out.append(streams)
    return out


def one_run(a: Sequence[Stream], b: Sequence[Stream]) -> bool:
    """Return whether the logs of two folders are forms of one run: of other formats, a curve has equal values."""
    if {s.format for s in a} & {s.format for s in b}:
        return False
    for mine, theirs in product((s.telling for s in a), (s.telling for s in b)):
        for name in mine.keys() & theirs.keys():
            common, equal = agreement(mine[name], theirs[name])
            if common >= 5 and equal == common:
                return True
    return False


def chain(runs: Sequence[Sequence[Stream]]) -> list[list[Stream]] | None:
    """Return runs of sibling folders as one run, in order, when each continues the one before it, else None."""
    if len(runs) < 2 or any(len(r) != 1 for r in runs):
        return None
    if len({r[0].format for r in runs}) != 1:
        return None
    ordered = sorted(runs, key=lambda r: _begin(r[0]))
    for old, new in pairwise(ordered):
        if not continues(old[0].stitched.curves, new[0].stitched.curves) or _overlapping_in_time(old[0], new[0]):
            return None
    return [list(r) for r in ordered]
