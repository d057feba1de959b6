"""Tables in a log: a line of names, then lines of as many numbers, as fastai, skorch and Ultralytics print them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from curveread.readers.text_log.line.printed import CLOCK, NUMBER, UNIT
from curveread.readers.text_log.line.words import is_telling
from curveread.run.tags.counters import Counts, counter_of

__all__ = ["Header", "Row", "header_of", "row_of", "unheaded"]

_NAME = re.compile(r"#|%?[A-Za-z][\w ./%@()\[\]:'\-]{0,60}")
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


_YOLO = re.compile(rb"\s*+\d++/\d++\s++[\d.]++G(?:\s++" + NUMBER + rb"){13}\s*+")
_YOLO_COLUMNS = (
    "epoch,gpu_mem,train/box_loss,train/obj_loss,train/cls_loss,train/total_loss,targets,img_size,"
    "metrics/precision,metrics/recall,metrics/mAP_0.5,metrics/mAP_0.5:0.95,val/box_loss,val/obj_loss,val/cls_loss"
)


def unheaded(line: bytes) -> Header | None:
    """Return the columns of a row that is written without names: YOLOv5's and YOLOv7's ``results.txt``."""
    return Header((tuple(_YOLO_COLUMNS.split(",")),)) if _YOLO.fullmatch(line) else None


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
        counter = Counts.STEP if name == "#" else counter_of(name.strip("%"))
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
    pattern = re.compile(rb"[\s|]*+" + joined + rb"(?:[\s|]*+|:? {1,6}100%\|.*+)")
    return Row(pattern, tuple(kinds), tuple(tags), counts)
