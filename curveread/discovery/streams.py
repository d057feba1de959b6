"""The parts of a run folder that are one form of one run by their place: files of one folder, of one run id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from curveread.arrays import FloatArray
from curveread.discovery.merge import Form, plain_name
from curveread.discovery.stitch import Start, Stitched, starts_late, stitch
from curveread.discovery.tree import LogFile
from curveread.readers.base import Part
from curveread.readers.format import Format
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role

_FIRST = 1024
"""Points that are looked at before a whole curve is."""
_ALIKE = frozenset(
    {Role.LEARNING_RATE, Role.STEP_AXIS, Role.EPOCH, Role.TOKENS, Role.MEMORY, Role.SYSTEM, Role.THROUGHPUT}
)


@dataclass(frozen=True, slots=True)
class Item:
    """A part and the file it is from."""

    part: Part
    file: LogFile

    @property
    def format(self) -> Format:
        """What the part was read from."""
        return self.file.reader.format_of(self.part)


@dataclass
class Stream:
    """One form of one run: its parts in the order of their start, and how they join.

    ``key`` is the run's name where the format knows it, ``notes`` is what was decided while grouping.
    """

    format: Format
    key: str
    items: list[Item]
    notes: list[DataNote] = field(default_factory=list)

    @cached_property
    def stitched(self) -> Stitched:
        """The parts' attempts, stitched."""
        return stitch(self.starts())

    def starts(self) -> list[Start]:
        """Return every start of the run in this form, in order; exports of single curves are one start."""
        if self.format.exported:
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
        renamed = self.format.renamed or str
        return {
            plain_name(renamed(t)): c
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
    if value.size > _FIRST and _varies(value[:_FIRST]):
        return True
    left, found = value, 0
    while left.size and found < 3:
        first, found = left[0], found + 1
        left = left[~np.isnan(left)] if np.isnan(first) else left[left != first]
    return found > 2


def streams_of(items: Sequence[Item]) -> list[Stream]:
    """Put parts together that are one form of one run by their place: files of one folder, of one run id."""
    groups: dict[tuple[Format, str, str], list[Item]] = {}
    for item in items:
        form = item.format
        if item.part.key:
            place = (form, item.part.key, "")
        elif form.per_folder:
            place = (form, "", str(item.file.folder) if not item.file.split else str(item.file.home))
        elif form.exported or form.cumulative:
            place = (form, "", "")
        else:
            place = (form, "", item.part.source.path)
        groups.setdefault(place, []).append(item)
    out = []
    for (form, key, _), members in groups.items():
        members.sort(key=lambda i: i.part.order)
        if form.cumulative:
            out.append(_states(form, members))
        elif any(i.file.split for i in members):
            out.append(_split(form, key, members))
        else:
            out.append(Stream(form, key, members))
    return out


def _split(form: Format, key: str, members: list[Item]) -> Stream:
    """Join the files of split folders: first by folder, then side by side under prefixed tags."""
    folders: dict[str, list[Item]] = {}
    for item in members:
        folders.setdefault(item.file.split, []).append(item)
    curves: dict[str, Curve] = {}
    notes: list[DataNote] = []
    for split, inside in folders.items():
        joined = stitch(Stream(form, key, inside).starts())
        notes += joined.notes
        for tag, curve in joined.curves.items():
            name = f"{split}/{tag}" if split else tag
            curves[name] = replace(curve, tag=name, role=None)
    whole = replace(members[-1].part, curves=curves, segments=(), purges=())
    rest = [replace(i, part=replace(i.part, curves={}, segments=(), purges=())) for i in members[:-1]]
    return Stream(form, key, [*rest, replace(members[-1], part=whole)], notes)


def _states(form: Format, members: list[Item]) -> Stream:
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
                f"{final.part.source.path} does not go on from it: another training in the same folder, "
                "taken as an earlier attempt",
            )
        )
    return Stream(form, "", [*kept, final], notes)


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
