"""Tables in a log: a line of names, then lines of as many numbers, as fastai, skorch and Ultralytics print them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from curveread.readers.text_log.printed import CLOCK, NUMBER, UNIT
from curveread.readers.text_log.words import Counts, counter_of, is_telling

__all__ = ["Header", "Row", "header_of", "row_of"]

_NAME = re.compile(r"%?[A-Za-z][\w ./%@()\[\]:'\-]{0,60}")
_SPLITS = (
    re.compile(r"\t+"),
    re.compile(r"\s*[|│]\s*"),
    re.compile(r"\s*,\s*"),
    re.compile(r"\s{2,}"),
    re.compile(r"\s+"),
)
_BAR = re.compile(r":?\s*\d{1,3}%\|.*$|:\s*$")
_CELLS = (
    ("value", re.compile(NUMBER + UNIT), b"(" + NUMBER + b")" + UNIT),
    ("part", re.compile(rb"\d++/\d++"), rb"(\d++)/\d++"),
    ("void", re.compile(CLOCK), rb"[\d:.]++"),
    ("void", re.compile(rb"[\w.%:+\-]{1,24}"), rb"[\w.%:+\-]{1,24}"),
)
_FEWEST, _MOST = 2, 64


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


def header_of(line: bytes) -> Header | None:
    """Return the names that a line lists, None for another text."""
    if len(line) > 600:
        return None
    text = _BAR.sub("", line.decode("utf-8", "replace").strip().strip("|│ #"))
    readings = []
    for split in _SPLITS:
        names = tuple(n.strip() for n in split.split(text) if n.strip())
        if not _FEWEST <= len(names) <= _MOST or len(set(names)) < len(names):
            continue
        if not all(_NAME.fullmatch(n) and len(n.split()) <= 4 for n in names):
            continue
        counted = counter_of(names[0].strip("%")) is not None
        if counted or sum(map(is_telling, names)) >= 2:
            readings.append(names)
    return Header(tuple(dict.fromkeys(readings))) if readings else None


def row_of(line: bytes, header: Header) -> Row | None:
    """Return how a line is read as a row below a header; None when it is none."""
    if len(line) > 1200:
        return None
    parted = line.replace(b"\xe2\x94\x82", b"|").partition(b"%|")[0]
    cells = parted.replace(b"|", b" ").replace(b",", b" ").split()
    if line.count(b"%|"):
        cells = cells[:-1]
    cells = [c.rstrip(b":") for c in cells]
    names = next((r for r in header.readings if len(r) == len(cells)), None)
    if names is None:
        return None
    kinds, groups, tags, counts = [], [], [], ""
    numbers = 0
    for name, cell in zip(names, cells, strict=True):
        kind, group = next(((k, g) for k, p, g in _CELLS if p.fullmatch(cell)), ("", b""))
        if not kind:
            return None
        if kind == "void" and not numbers and cell[:1].isalpha():
            group = re.escape(cell)  # the row of all classes, not that of each
        counter = counter_of(name.strip("%"))
        if kind == "part" and counter is None:
            return None
        numbers += kind in ("value", "part")
        if counter is not None and not counts and cell.partition(b"/")[0].isdigit():
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
    joined = rb"[\s|,]++".join(groups)
    pattern = re.compile(rb"[\s|]*+" + joined + rb"(?:[\s|]*+|:? {1,6}\d{1,3}%\|.*+)")
    return Row(pattern, tuple(kinds), tuple(tags), counts)
