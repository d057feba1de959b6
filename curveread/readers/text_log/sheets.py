"""Lines of one build -> columns: what a dialect found once becomes a pattern that reads all lines like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.readers.cut_end import BEFORE
from curveread.readers.growing import Growing
from curveread.readers.text_log.line.found import Found
from curveread.readers.text_log.line.printed import COUNT, NUMBER, STAMP, clock, floats

Slot = tuple[str, int, int]
"""What a span of a line is, its begin and end: ``rank``, ``stamp``, ``step``, ``epoch``, ``total``, ``goal``,
``value``, ``of`` (what the value before is a part of), ``void`` (a number that is not read)."""
_GROUP = {
    "rank": rb"(\d++)",
    "stamp": b"(" + STAMP + b")",
    "value": b"(" + NUMBER + b")",
    "void": b"(?:" + NUMBER + b")",
}
_NUMERAL = frozenset(bytes([c]) for c in b"0123456789.")
_FREE = re.compile(rb"(\d+)|(\s+)")


@dataclass(frozen=True, slots=True)
class Columns:
    """The lines of one build as arrays of equal length (NaN where the lines do not hold the thing): (n,) their numbers.

    ``fixed`` has ``rank``, ``stamp``, ``step``, ``epoch``, ``total``, ``goal``, ``place`` and ``places``, ``values`` a
    column for each tag.
    """

    line: IntArray
    fixed: dict[str, FloatArray]
    values: FloatArray

    def take(self, rows: BoolArray | slice) -> Columns:
        """Return some of the rows."""
        return Columns(self.line[rows], {k: v[rows] for k, v in self.fixed.items()}, self.values[rows])


@dataclass(slots=True)
class Sheet:
    """The lines of one build.

    Parameters
    ----------
    dialect, counts, tags, split, inner, assigned, counter, closing
        As in :class:`curveread.readers.text_log.line.found.Found`.
    context
        Who the lines are of, where the log names several.
    kinds
        What the cells of a row are, in the line's order.
    cells, lines
        Cells as printed, row after row in one flat list, and line numbers of the piece being read; what was read before
        is arrays.
    ending
        The cells of the last few rows, as printed.
    """

    dialect: str
    counts: str
    tags: tuple[str, ...]
    kinds: tuple[str, ...]
    split: str = ""
    inner: bool = False
    assigned: bool = False
    counter: str = ""
    context: str = ""
    closing: bool = False
    cells: list[bytes] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ending: list[bytes] = field(default_factory=list)
    _line: Growing = field(default_factory=lambda: Growing(np.int64))
    _fixed: dict[str, Growing] = field(default_factory=dict)
    _values: Growing = field(init=False)

    def __post_init__(self) -> None:
        self._values = Growing(shape=(self.kinds.count("value"),))

    @property
    def size(self) -> int:
        """How many rows were flushed."""
        return self._line.size

    def flush(self, read: float = 1.0) -> None:
        """Turn the rows gathered so far into arrays; ``read`` is the share of the file that was read."""
        if not self.lines:
            return
        width = len(self.kinds)
        values: list[FloatArray] = []
        for i, kind in enumerate(self.kinds):
            cells = self.cells[i::width]
            if kind == "value":
                values.append(floats(cells))
            elif kind == "of":
                values[-1] = _share(values[-1], floats(cells))
            else:
                self._fixed.setdefault(kind, Growing()).add(clock(cells) if kind == "stamp" else floats(cells), read)
        self._values.add(np.stack(values) if values else np.empty((0, len(self.lines))), read)
        self._line.add(self.lines, read)
        kept = (BEFORE + 1) * width
        self.ending = [*self.ending, *self.cells[-kept:]][-kept:]
        self.cells.clear()
        self.lines.clear()

    def drop_last(self) -> None:
        """Take the last row out."""
        left = self.size - 1
        for grown in (self._line, self._values, *self._fixed.values()):
            grown.cut(left)

    def columns(self, first: int = 0) -> Columns:
        """Return the rows from the ``first`` on."""
        self.flush()
        fixed = {kind: grown.whole()[first:] for kind, grown in self._fixed.items()}
        return Columns(self._line.whole()[first:], fixed, self._values.whole()[:, first:].T)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return ``9832/10000`` as 0.9832; the part where the whole is 0."""
    return np.divide(part, whole, out=part.copy(), where=whole != 0)


def slots_of(found: Found, rank: tuple[int, int] | None, stamp: tuple[int, int] | None) -> list[Slot]:
    """Return the spans of a line that are read, in its order."""
    slots = [("value", *span) for span in found.spans]
    slots += [("of", *span) for span in found.shares.values()]
    slots += [("void", *span) for span in found.voids]
    for kind, span in (
        ("rank", rank),
        ("stamp", stamp),
        ("step", found.step),
        ("epoch", found.epoch),
        ("total", found.total),
        ("goal", found.goal),
        ("place", found.place),
        ("places", found.places),
    ):
        if span is not None:
            slots.append((kind, *span))
    return sorted(slots, key=lambda s: s[1])


def pattern_of(line: bytes, slots: list[Slot], keys: tuple[tuple[int, int], ...]) -> re.Pattern[bytes] | None:
    """Return a pattern that matches lines which differ in their numbers and padding only.

    Each slot is a group; other digits (but those of ``keys``) and blanks are free. No two free pieces that could share
    text stand side by side, so matching is linear. None when a group would have to be told from digits before it.
    """
    fixed = {at for a, b in keys for at in range(a, b)}
    out = []
    for (_, _, before), (kind, begin, end) in pairwise([("", 0, 0), *slots]):
        if begin < before:
            return None
        out += [_literal(line, before, begin, fixed), _GROUP.get(kind, b"(" + COUNT + b")")]
        if begin and line[begin - 1 : begin].isdigit():
            return None
        before = end
    out.append(_literal(line.rstrip(), slots[-1][2], len(line), fixed))
    return re.compile(b"".join(out) + rb"\s*+")


def _literal(line: bytes, begin: int, end: int, fixed: set[int]) -> bytes:
    out, at = [], begin
    for free in _FREE.finditer(line, begin, end):
        if free[1] and free.start() in fixed:
            continue
        apart = line[free.start() - 1 : free.start()] in _NUMERAL  # without it the number would be read, or be another
        out += [re.escape(line[at : free.start()]), rb"\d++" if free[1] else rb"\s++" if apart else rb"\s*+"]
        at = free.end()
    return b"".join([*out, re.escape(line[at:end])])


Patterns = list[tuple[re.Pattern[bytes], Sheet]]
"""What lines of known builds look like, and where their cells go."""


def take(patterns: Sequence[tuple[re.Pattern[bytes], Sheet]], n: int, text: bytes) -> bool:
    """Read a line of a known build; return whether it is one."""
    for pattern, sheet in patterns:
        match = pattern.fullmatch(text)
        if match is not None:
            sheet.cells.extend(match.groups())
            sheet.lines.append(n)
            return True
    return False
