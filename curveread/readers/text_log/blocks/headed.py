"""Tables in a log: a line of names, then lines of as many numbers, as fastai, skorch and Ultralytics print them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from curveread.readers.text_log.line.printed import CLOCK, NUMBER, UNIT
from curveread.readers.text_log.line.words import is_telling
from curveread.run.tags.counters import Counts, counter_of

_NAME = re.compile(r"#|%?[A-Za-z][\w ./%@()\[\]:'\-]{0,60}")
_SPLITS = (
    re.compile(r"\t+"),
    re.compile(r"\s*[|│]\s*"),
    re.compile(r"\s*,\s*"),
    re.compile(r"\s{2,}"),
    re.compile(r"\s+"),
)
_BAR = re.compile(r":?\s*\d{1,3}%\|.*$|:\s*$")
_MARK = rb"(?:\*{1,3}|!|\xe2[\x80-\xbf]{2})?+"
"""A sign glued to a number that says that it is the best: a star, a tick, an arrow."""
_BEFORE = re.compile(rb"[\s|]*+(?:(?:\*|[-=]?>|\xe2[\x80-\xbf]{2})[\s|]++)?+")
"""The same in front of a row."""
_CELLS = (
    ("value", re.compile(NUMBER + UNIT + _MARK), b"(" + NUMBER + b")" + UNIT + _MARK),
    ("part", re.compile(rb"\d++/\d++"), rb"(\d++)/\d++"),
    ("void", re.compile(CLOCK), rb"[\d:.]++"),
    ("void", re.compile(rb"[\w.%:+\-]{1,24}"), rb"[\w.%:+\-]{1,24}"),
)
_REMARK = re.compile(rb"(?!" + NUMBER + UNIT + rb"(?:[\s|,]|$))[^\s|,][^\n]{0,60}")
"""What trails behind the cells of a row and is no number: ``<- best``, ``(saved)``, ``*``."""
_LIKE_A_ROW = re.compile(_BEFORE.pattern + rb"\d++(?:/\d++)?[\s|,]++" + NUMBER + UNIT + rb"(?=[\s|,])")
_FEWEST, _MOST = 2, 64
_STEPS = (Counts.GLOBAL, Counts.STEP)
"""What counts on beside an epoch."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns; several readings where it is open what parts them."""

    readings: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How the rows of a table are read: what each group of ``pattern`` is, and the tags of the values among them."""

    pattern: re.Pattern[bytes]
    kinds: tuple[str, ...]
    tags: tuple[str, ...]
    counts: str


def resembles(line: bytes, row: Row) -> bool:
    """Return whether a line that was not read begins with a count and a number and is as long as a row."""
    if not row.counts or row.kinds[0] not in ("step", "epoch") or not _LIKE_A_ROW.match(line):
        return False
    return len(line.replace(b"|", b" ").replace(b",", b" ").split()) >= len(row.kinds)


def _closed(name: str) -> str:
    """Return a name without half a bracket: ``Box(P`` and ``mAP50-95)`` are two columns of a group."""
    if "(" in name and ")" not in name:
        return name.partition("(")[2] or name
    return name.rstrip(")") if ")" in name and "(" not in name else name


def header_of(line: bytes) -> Header | None:
    """Return the names that a line lists, None for another text."""
    if len(line) > 600:
        return None
    text = _BAR.sub("", line.decode("utf-8", "replace").strip().strip("|│ "))
    readings = []
    for split in _SPLITS:
        names = tuple(n.strip() for n in split.split(text) if n.strip())
        names = tuple(map(_closed, names))
        if not _FEWEST <= len(names) <= _MOST or len(set(names)) < len(names):
            continue
        if not all(_NAME.fullmatch(n) and len(n.split()) <= 4 for n in names):
            continue
        counted = counter_of(names[0].strip("%")) is not None
        if counted or sum(map(is_telling, names)) >= 2:
            readings.append(names)
    return Header(tuple(dict.fromkeys(readings))) if readings else None


def bars_of(line: bytes) -> tuple[str, ...]:
    """Return the cells of a line that begins and ends with a bar, blank ones too; none of another text."""
    text = line.decode("utf-8", "replace").replace("│", "|").strip()
    if len(text) > 600 or len(text) < 2 or not text.startswith("|") or not text.endswith("|"):
        return ()
    return tuple(cell.strip() for cell in text[1:-1].split("|"))


def two_lines(upper: tuple[str, ...], lower: tuple[str, ...]) -> Header | None:
    """Return the names whose halves stand one above the other, as Matlab prints them; None for other cells."""
    names = tuple(f"{a} {b}".strip() for a, b in zip(upper, lower, strict=False))
    if not len(upper) == len(lower) == len(set(names)) or not any(lower) or all(lower):
        return None
    if not all(_NAME.fullmatch(n) for n in names) or counter_of(names[0]) is None:
        return None
    return Header((names,))


def row_of(line: bytes, header: Header) -> Row | None:
    """Return how a line is read as a row below a header; None when it is none.

    What stands behind the cells that the header names is a remark: ``<- best``, ``*``, ``(saved)``.
    """
    if len(line) > 1200:
        return None
    parted = line.replace(b"\xe2\x94\x82", b"|").partition(b"%|")[0]
    parted = _BEFORE.sub(b"", parted, count=1)
    cells = parted.replace(b"|", b" ").replace(b",", b" ").split()
    if line.count(b"%|"):
        cells = cells[:-1]
    cells = [c.rstrip(b":") for c in cells]
    between = bars_of(line)
    for names in header.readings if "" in between else ():
        if len(names) == len(between):
            filled = [i for i, cell in enumerate(between) if cell]
            return _row([names[i] for i in filled], [between[i].encode() for i in filled], _gaps(filled))
    fitting = [r for r in header.readings if len(r) == len(cells) or _remarked(cells, len(r))]
    rows = [(_words(cells[: len(r)]), len(cells) - len(r), r) for r in fitting]
    for _, _, names in sorted(rows, key=lambda r: r[:2]):
        row = _row(names, cells[: len(names)])
        if row is not None:
            return row
    return None


def _gaps(filled: Sequence[int]) -> list[bytes]:
    """Return what stands between the filled cells of a row: as many bars as there are."""
    return [rb"\s*+" + rb"(?:\||\xe2\x94\x82)\s*+" * (b - a) for a, b in pairwise(filled)]


def _remarked(cells: list[bytes], columns: int) -> bool:
    """Return whether what stands behind the first cells is no number: a remark."""
    return len(cells) > columns and _REMARK.match(cells[columns]) is not None


def _words(cells: list[bytes]) -> int:
    """Return how many cells are words: the reading with fewer is the better one."""
    return sum(not any(p.fullmatch(c) for _, p, _ in _CELLS[:-1]) for c in cells)


def _row(names: Sequence[str], cells: Sequence[bytes], between: Sequence[bytes] = ()) -> Row | None:
    """Return how the cells of a row are read; None when it has fewer than two numbers."""
    kinds, groups, tags, counts = [], [], [], ""
    numbers = 0
    steps = [n for n, c in zip(names, cells, strict=True) if counter_of(n) in _STEPS and c.isdigit()]
    for name, cell in zip(names, cells, strict=True):
        kind, group = next(((k, g) for k, p, g in _CELLS if p.fullmatch(cell)), ("", b""))
        if not kind:
            return None
        if kind == "void" and not numbers and cell[:1].isalpha():
            group = re.escape(cell)  # the row of all classes, not that of each
        counter = Counts.STEP if name == "#" else counter_of(name.strip("%"))
        if kind == "part" and counter is None:
            return None
        numbers += kind in ("value", "part")
        if counter is Counts.EPOCH and steps and "epoch" not in kinds and cell.isdigit():
            kinds.append("epoch")
            group = rb"(\d++)"
        elif counter is not None and not counts and cell.partition(b"/")[0].isdigit():
            counts = "epoch" if counter is Counts.EPOCH else "step"
            kinds.append("step")
            group = rb"(\d++)(?:/\d++)?"
        elif kind == "value":
            kinds.append("value")
            tags.append(name)
        elif kind == "part":
            group = rb"\d++/\d++"
        groups.append(group)
    if numbers < _FEWEST or not tags:
        return None
    gaps = between or [rb"[\s|,]++"] * (len(groups) - 1)
    joined = groups[0] + b"".join(g + c for g, c in zip(gaps, groups[1:], strict=True))
    pattern = re.compile(_BEFORE.pattern + joined + rb"(?:[\s|]*+|[\s|]++" + _REMARK.pattern + rb"|:? {1,6}100%\|.*+)")
    return Row(pattern, tuple(kinds), tuple(tags), counts)
