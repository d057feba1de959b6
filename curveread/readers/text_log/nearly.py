"""What a text that was refused says again and again, and the option that would read it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from curveread.plural import amount
from curveread.readers.text_log.line.printed import CLOCK, NUMBER
from curveread.readers.text_log.lines import glimpse

__all__ = ["Near", "nearly"]

_TOKEN = re.compile(rb"(?P<skip>" + CLOCK + rb")|(?<![\w.])" + NUMBER)
_LOOSE = re.compile(rb"(?P<skip>" + CLOCK + rb")|(?<![\d.])" + NUMBER)
_SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")
_CELLS = re.compile(rb"[\s,;|]*+(?:" + NUMBER + rb"[\s,;|]++){1,30}+" + NUMBER + rb"[\s,;|]*+")
_LONGEST, _SHOWN, _FEWEST = 400, 90, 3
_DIGITS = re.compile(rb"\d+")
_DECIMAL = re.compile(rb"\d\.\d")


class Near(NamedTuple):
    """Lines that come near to a log: told in words, and the argument of ``read`` and its value that read them."""

    told: str
    argument: str
    value: str | list[str]


def nearly(path: Path) -> Near | None:
    """Return the lines of a file that come nearest to a log, and what would read them; None when none repeats.

    Parameters
    ----------
    path
        A text file that no reader took.
    """
    builds: Counter[bytes] = Counter()
    example: dict[bytes, bytes] = {}
    for text in glimpse(path):
        if b"\x00" in text[:1024]:
            return None
        for line in text.split(b"\n"):
            if 4 <= len(line) <= _LONGEST and _DECIMAL.search(line):
                build = _DIGITS.sub(b"0", _TOKEN.sub(b"0", line))
                builds[build] += 1
                example[build] = line  # the last one: its counter is a long one
    if not builds:
        return None
    build, count = builds.most_common(1)[0]
    if count < _FEWEST:
        return None
    line = example[build]
    shown = line[:_SHOWN].decode("utf-8", "replace").strip() + ("…" if len(line) > _SHOWN else "")
    told = f"{amount(count, 'line')} such as {shown!r} come near"
    if _CELLS.fullmatch(line):
        return Near(told, "columns", _columns(line))
    pattern = _pattern(line)
    return Near(told, "pattern", pattern) if pattern else None


def _columns(line: bytes) -> list[str]:
    """Return names for a line of numbers alone."""
    names = ["step", "loss", *(f"c{i}" for i in range(3, 40))]
    cells = [c for c in re.split(rb"[\s,;|]+", line) if c]
    return names[: len(cells)]


def _pattern(line: bytes) -> str:
    """Return the pattern for a line of words and numbers: its first number, if whole, for the step."""
    out, end, count = "", 0, 0
    for token in _LOOSE.finditer(line):
        if token["skip"] is not None:
            continue
        between = line[max(end, token.start() - 12) : token.start()].decode("utf-8", "replace")
        whole = token[0].isdigit()
        out += _SPECIAL.sub(r"\\\1", between)
        out += r"(?P<step>\d+)" if whole and not count else rf"(?P<metric{count}>[-+.\deE]+)"
        count += 1
        end = token.end()
        if count == 2:
            break
    return out if count else ""
