"""The parts read in one run folder -> the runs they belong to, each in its forms and attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, product

import numpy as np

from curveread.readers.apart import Apart
from curveread.readers.base import Part
from curveread.readers.merge import Form, agreement, plain_name, rewritten
from curveread.readers.stitch import Start, Stitched, continues, started_at, starts_late, stitch
from curveread.readers.tree import LogFile
from curveread.run.model import Curve, FloatArray
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role

__all__ = ["Item", "Stream", "chain", "group", "one_run", "streams_of"]

_ALIKE = frozenset({Role.LEARNING_RATE, Role.EPOCH, Role.TOKENS, Role.SYSTEM, Role.THROUGHPUT})
_TABLES = frozenset({"csv", "jsonl", "json", "wandb-history", "lightning-csv"})
_EXPORTS = frozenset({"wandb-panel", "tensorboard-csv"})


@dataclass(frozen=True, slots=True)
class Item:
    """A part and the file it is from."""

    part: Part
    file: LogFile


@dataclass
class Stream:
    """One form of one run: its parts in the order of their start, and how they join.

    Parameters
    ----------
    format
        Name of the format.
    key
        The run's name where the format knows it.
    items
        The parts.
    notes
        What was decided while grouping.
    """

    format: str
    key: str
    items: list[Item]
    notes: list[DataNote] = field(default_factory=list)

    @cached_property
    def stitched(self) -> Stitched:
        """The parts' attempts, stitched."""
        return stitch(self.starts())

    def starts(self) -> list[Start]:
        """Return every start of the run in this form, in order; exports of single curves are one start."""
        if self.format in _EXPORTS:
            curves: dict[str, Curve] = {}
            for item in self.items:
                for tag, curve in item.part.curves.items():
                    if tag not in curves or len(curve) > len(curves[tag]):
                        curves[tag] = curve
            return [Start(curves, self.items[0].part.source.path)]
        out = []
        for item in self.items:
            part = item.part
            segments = part.segments or (part.curves,)
            purges = part.purges or (None,) * len(segments)
            out += [Start(s, part.source.path, p) for s, p in zip(segments, purges, strict=True)]
        return [s for s in out if s.curves] or [Start({}, self.items[0].part.source.path)]

    @cached_property
    def telling(self) -> dict[str, Curve]:
        """The curves that tell runs apart, under comparable names: schedules and counters are alike in many runs."""
        state = self.format == "trainer-state"
        return {
            plain_name(rewritten(t) if state else t): c
            for t, c in self.stitched.curves.items()
            if c.role not in _ALIKE and not t.startswith("system/") and _varies(c.value)
        }

    @cached_property
    def marks(self) -> dict[str, tuple[tuple[int, int, int], tuple[float, float, float]]]:
        """Of each telling curve its length, first and last step, and its first, middle and last value."""
        out = {}
        for name, c in self.telling.items():
            first, middle, last = (float(c.value[i]) for i in (0, len(c) // 2, -1))
            out[name] = ((len(c), int(c.step[0]), int(c.step[-1])), (first, middle, last))
        return out

    @cached_property
    def may_continue(self) -> bool:
        """Whether its main curve starts late enough to continue another."""
        return starts_late(self.stitched.curves)

    def form(self) -> Form:
        """Return the stream as a form to merge."""
        joined = self.stitched
        last = self.items[-1].part
        fidelity = "full" if all(i.part.fidelity == "full" for i in self.items) else "sampled"
        return Form(self.format, last.source.path, joined.curves, joined.attempts, last.x_axis, fidelity)

    @property
    def name(self) -> str:
        """The display name that a part carries, or empty."""
        return next((i.part.name for i in self.items if i.part.name), "")


def _varies(value: FloatArray) -> bool:
    """Return whether a curve has more than two values, NaN being one; np.unique would import numpy.ma for it."""
    left, found = value, 0
    while left.size and found < 3:
        first, found = left[0], found + 1
        left = left[~np.isnan(left)] if np.isnan(first) else left[left != first]
    return found > 2


def streams_of(items: Sequence[Item]) -> list[Stream]:
    """Put parts together that are one form of one run by their place: files of one folder, of one run id."""
    groups: dict[tuple[str, str, str], list[Item]] = {}
    for item in items:
        format_name = item.part.source.format
        if item.part.key:
            place = (format_name, item.part.key, "")
        elif format_name == "tensorboard":
            place = (format_name, "", str(item.file.folder) if not item.file.split else str(item.file.home))
        elif format_name in _EXPORTS or format_name == "trainer-state":
            place = (format_name, "", "")
        else:
            place = (format_name, "", item.part.source.path)
        groups.setdefault(place, []).append(item)
    out = []
    for (format_name, key, _), members in groups.items():
        members.sort(key=lambda i: i.part.order)
        if format_name == "trainer-state":
            out.append(_states(members))
        elif any(i.file.split for i in members):
            out.append(_split(format_name, key, members))
        else:
            out.append(Stream(format_name, key, members))
    return out


def _split(format_name: str, key: str, members: list[Item]) -> Stream:
    """Join the files of split folders: first by folder, then side by side under prefixed tags."""
    folders: dict[str, list[Item]] = {}
    for item in members:
        folders.setdefault(item.file.split, []).append(item)
    curves: dict[str, Curve] = {}
    notes: list[DataNote] = []
    for split, inside in folders.items():
        joined = stitch(Stream(format_name, key, inside).starts())
        notes += joined.notes
        for tag, curve in joined.curves.items():
            name = f"{split}/{tag}" if split else tag
            curves[name] = replace(curve, tag=name, role=None)
    whole = replace(members[-1].part, curves=curves, segments=())
    rest = [replace(i, part=replace(i.part, curves={}, segments=())) for i in members[:-1]]
    return Stream(format_name, key, [*rest, replace(members[-1], part=whole)], notes)


def _states(members: list[Item]) -> Stream:
    """Choose among the states of a folder and its checkpoints: the furthest holds all that are its beginnings."""
    members.sort(key=lambda i: (i.part.order[0], i.file.folder == i.file.home))
    final = members[-1]
    notes: list[DataNote] = []
    kept: list[Item] = []
    for item in members[:-1]:
        if _is_beginning(item.part.curves, final.part.curves):
            continue
        if any(_is_beginning(item.part.curves, other.part.curves) for other in members[members.index(item) + 1 : -1]):
            continue
        kept.append(item)
        notes.append(
            DataNote(
                NoteKind.MERGED,
                item.part.source.path,
                f"not a beginning of {final.part.source.path}: another training into the same folder, "
                "taken as an earlier attempt",
            )
        )
    return Stream("trainer-state", "", [*kept, final], notes)


def _is_beginning(short: Mapping[str, Curve], long: Mapping[str, Curve]) -> bool:
    for tag, curve in short.items():
        if tag not in long or len(long[tag]) < len(curve):
            return False
        part = long[tag]
        n = len(curve)
        if not np.array_equal(part.step[:n], curve.step) or not np.array_equal(
            part.value[:n], curve.value, equal_nan=True
        ):
            return False
    return True


def group(items: Sequence[Item]) -> list[list[Stream]]:
    """Group the parts of one run folder into runs.

    Returns
    -------
    list of list of Stream
        For each run its forms. Forms that agree in value are one run; logs of one format that differ are several runs,
        unless one continues the other; what cannot be compared joins the only run there is.
    """
    streams = streams_of(items)
    states = [s for s in streams if s.format == "trainer-state"]
    streams = _join_dated(streams, bool(states) or any(i.part.checkpoints for i in items))
    streams = _join_chains(streams)
    streams = sorted(streams, key=_weight, reverse=True)
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
    return stream.format not in _EXPORTS, sum(map(len, stream.stitched.curves.values()))


def _join_dated(streams: list[Stream], trainer: bool) -> list[Stream]:
    """Event files in several ``runs/<date_host>`` of one Trainer output folder are attempts of its run."""
    dated = [s for s in streams if s.format == "tensorboard" and all(i.file.dated for i in s.items)]
    if not trainer or len(dated) < 2:
        return streams
    items = sorted((i for s in dated for i in s.items), key=lambda i: i.part.order)
    return [*(s for s in streams if s not in dated), Stream("tensorboard", "", items)]


def _join_chains(streams: list[Stream]) -> list[Stream]:
    """Join streams of one format where one continues another and no third could be meant."""
    out: list[Stream] = []
    for stream in sorted(streams, key=_begin):
        if stream.format in _EXPORTS or stream.format == "trainer-state":
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
    return "different" if a.format == b.format == "tensorboard" else "unknown"


def _alike(a: Stream, b: Stream) -> bool:
    """Return whether two streams that differ in value must be two runs: one run is not logged twice in such formats."""
    return a.format == b.format or {a.format, b.format} <= _TABLES


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
    """Return runs of sibling folders as one run when each continues the one before it, else None.

    Parameters
    ----------
    runs
        The forms of each run, one run per folder.

    Returns
    -------
    list of list of Stream or None
        The runs in order, each continuing the one before.
    """
    if len(runs) < 2 or any(len(r) != 1 for r in runs):
        return None
    if len({r[0].format for r in runs}) != 1:
        return None
    ordered = sorted(runs, key=lambda r: _begin(r[0]))
    for old, new in pairwise(ordered):
        if not continues(old[0].stitched.curves, new[0].stitched.curves) or _overlapping_in_time(old[0], new[0]):
            return None
    return [list(r) for r in ordered]
