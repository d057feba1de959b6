"""What a text that was refused says again and again, and the option that would read it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from curveread.plural import amount
from curveread.readers.text_log.line.printed import CLOCK, NUMBER
from curveread.readers.text_log.lines import glimpse
from curveread.run.roles import Role, role_of
from curveread.run.tags.counters import counter_of

_TOKEN = re.compile(rb"(?P<skip>" + CLOCK + rb")|(?<![\w.])" + NUMBER)
_LOOSE = re.compile(rb"(?P<skip>" + CLOCK + rb")|(?<![\d.])" + NUMBER)
_SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")
_CELLS = re.compile(rb"[\s,;|]*+(?:" + NUMBER + rb"[\s,;|]++){1,30}+" + NUMBER + rb"[\s,;|]*+")
_LONGEST, _SHOWN, _FEWEST = 400, 90, 3
_DIGITS = re.compile(rb"\d+")
_DECIMAL = re.compile(rb"\d\.\d")
_PERCENT = re.compile(rb"\s*[\d.]++\s?%\s*")
"""A progress bar's whole line."""
_WORD = re.compile(rb"(?:\b([A-Za-z_]\w{0,30}))?[^\w]{0,8}$")
_METRICS = 12
_OF_THE_MACHINE = (Role.TIME, Role.MEMORY, Role.SYSTEM, Role.THROUGHPUT)
_NEAR = 12
"""Characters between two numbers that the pattern takes as they are."""


class Near(NamedTuple):
    """Lines that come near to a log: told in words, and the argument of ``read`` and its value that read them."""

    told: str
    argument: str
    value: str | list[str]


def nearly(path: Path) -> Near | None:
    """Return the lines of a file that come nearest to a log, and what would read them; None when none repeats."""
    builds: Counter[bytes] = Counter()
    example: dict[bytes, bytes] = {}
    for text in glimpse(path):
        if b"\x00" in text[:1024]:
            return None
        for line in text.split(b"\n"):
            if 4 <= len(line) <= _LONGEST and _DECIMAL.search(line) and not _PERCENT.fullmatch(line):
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
    """Return the pattern for a line of words and numbers: a first whole number is the step, decimals are metrics."""
    tokens = [t for t in _LOOSE.finditer(line) if t["skip"] is None]
    step = next((t for t in tokens[:1] if t[0].isdigit()), None)
    decimals = [
        (t, _name(line[: t.start()])) for t in tokens if b"." in t[0] and line[t.start() - 1 : t.start()] != b"/"
    ]
    metrics = [(t, name) for t, name in decimals if role_of(name) not in _OF_THE_MACHINE] or decimals[:1]
    if not metrics:
        return ""
    out = "" if step is None else _before(line[: step.start()]) + r"(?P<step>\d+)"
    end = step.end() if step else 0
    for i, (metric, name) in enumerate(metrics[:_METRICS]):
        named = name if name not in [n for _, n in metrics[:i]] else f"{name}_{i}"
        out += _before(line[end : metric.start()], behind=bool(out)) + rf"(?P<{named}>[-+.\deE]+)"
        end = metric.end()
    return out


def _name(text: bytes) -> str:
    """Return the word at the end of a text, ``metric`` where there is none or it counts."""
    word = _WORD.search(text)
    name = word[1].decode() if word and word[1] else ""
    return name if name and counter_of(name) is None else "metric"


def _before(gap: bytes, *, behind: bool = False) -> str:
    """Return the pattern of the text in front of a number; of a long one, or one with numbers in it, the last word."""
    short = len(gap) <= _NEAR and not _DIGITS.search(gap)
    word = _WORD.search(gap)
    last = gap if short or word is None else word[0]
    cut = r".*?" if behind and last != gap else ""
    return cut + _SPECIAL.sub(r"\\\1", last.decode("utf-8", "replace"))
