"""One pass over the lines of a text log: each line that is a record goes to the sheet of its build."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from curveread.readers.text_log.dialects import Found, find, find_dict
from curveread.readers.text_log.printed import RANK, STAMP, floats
from curveread.readers.text_log.sheets import Sheet, pattern_of, slots_of
from curveread.readers.trainer.names import SUMMARY_KEYS

__all__ = ["Bar", "Gathered"]

Patterns = list[tuple[re.Pattern[bytes], Sheet]]
_LONGEST = 1 << 14
"""No trainer prints longer records; longer lines are data dumped to the terminal."""
_PATTERNS = 24
_SHEETS = 512
_REJECTED = 1 << 12
_DIGITS = bytes(48 if 48 <= c <= 57 else c for c in range(256))
_RANK = re.compile(rb"\s{0,8}" + RANK)
_STAMP = re.compile(STAMP)
_BAR = re.compile(rb"(\d{1,12})/(\d{1,12}) \[")
_NEEDLES = (b"loss", b"ppl", b"perplex", b"acc", b"norm", b"lr", b"rate", b"reward", b"kl", b"trl:", b"tel:", b"eval:")


class Bar(NamedTuple):
    """A progress bar near a printed dict: its line, how far it was, its total, whether the dict is in its line."""

    line: int
    done: int
    total: int
    same_line: bool = False


@dataclass(slots=True)
class Gathered:
    """What was found in a text log.

    Parameters
    ----------
    sheets
        The records, by build of their lines.
    bars
        Progress bars in front of and behind dicts.
    summary
        The Trainer's closing summary.
    overflow
        Lines that were not read because every one is built in another way.
    count
        Lines read.
    """

    sheets: dict[tuple[object, ...], Sheet] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    summary: dict[str, float] = field(default_factory=dict)
    overflow: int = 0
    count: int = 0
    _lines: Patterns = field(default_factory=list)
    _dicts: Patterns = field(default_factory=list)
    _rejected: set[bytes] = field(default_factory=set)
    _bar: tuple[int, bytes] | None = None
    _after: int = 0

    def feed(self, lines: list[bytes]) -> None:
        """Take the next lines."""
        patterns = self._lines
        for n, line in enumerate(lines, self.count):
            if len(line) < 7 or len(line) > _LONGEST:
                continue
            if b"{" in line:
                self._dict(n, line)
            elif b"%|" in line and b"/" in line:
                self._bar_line(n, line)
            else:
                for pattern, sheet in patterns:  # as _take(), without its call
                    match = pattern.fullmatch(line)
                    if match is not None:
                        sheet.cells.extend(match.groups())
                        sheet.lines.append(n)
                        break
                else:
                    self._new(n, line)
        self.count += len(lines)
        for sheet in self.sheets.values():
            sheet.flush()

    def _new(self, n: int, line: bytes) -> None:
        """Read a line of a build not seen so far."""
        shape = line.translate(_DIGITS)  # what no dialect reads, none reads with other digits
        if shape in self._rejected:
            return
        if not self._read_new(n, line) and len(self._rejected) < _REJECTED:
            self._rejected.add(shape)

    def _read_new(self, n: int, line: bytes) -> bool:
        low = line.lower()
        if not any(needle in low for needle in _NEEDLES):
            return False
        rank = _RANK.match(line)
        head = rank.end() if rank else 0
        stamp = _STAMP.search(line, head, head + 120)
        found = find(line, stamp.end() if stamp else head)
        if found is None:
            return False
        self._add(n, line, found, _rank_span(rank), stamp.span() if stamp else None, self._lines)
        return True

    def _dict(self, n: int, line: bytes) -> None:
        """Read a line with a brace in it."""
        at = line.find(b"{'")
        at = line.find(b'{"') if at < 0 else at
        if at < 0:
            if not _take(self._lines, n, line):
                self._new(n, line)
            return
        head, body = line[:at], line[at:]
        if b"/" in head and b" [" in head:
            self._bar = (n, head)
            head = b""
        if _take(self._dicts, n, line if head.strip() else body) or self._new_dict(n, head, body):
            self._bar_before(n)

    def _new_dict(self, n: int, head: bytes, body: bytes) -> bool:
        """Read a dict of a build not seen so far; return whether it is a record."""
        found = find_dict(head, body)
        if found is None:
            if head.strip():
                self._new(n, head + body)
            return False
        if "train_runtime" in found.tags and "loss" not in found.tags:
            values = floats([body[a:b] for a, b in found.spans])
            self.summary = {t: float(v) for t, v in zip(found.tags, values, strict=True) if t in SUMMARY_KEYS}
            return False
        if not head.strip():
            self._add(n, body, found, None, None, self._dicts)
            return True
        rank, stamp = _RANK.match(head), _STAMP.search(head, 0, 120)
        line, found = head + body, _shifted(found, len(head))
        self._add(n, line, found, _rank_span(rank), stamp.span() if stamp else None, self._dicts)
        return True

    def _add(
        self,
        n: int,
        line: bytes,
        found: Found,
        rank: tuple[int, int] | None,
        stamp: tuple[int, int] | None,
        patterns: Patterns,
    ) -> None:
        slots = slots_of(found, rank, stamp)
        kinds = tuple(s[0] for s in slots)
        key = (found.dialect, found.counts, found.tags, kinds)
        sheet = self.sheets.get(key)
        if sheet is None:
            if len(self.sheets) >= _SHEETS:
                self.overflow += 1
                return
            sheet = self.sheets[key] = Sheet(found.dialect, found.counts, found.tags, kinds)
        sheet.cells.extend([line[a:b] for _, a, b in slots])
        sheet.lines.append(n)
        if len(patterns) < _PATTERNS:
            pattern = pattern_of(line, slots, found.keys)
            if pattern is not None and pattern.match(line):
                patterns.append((pattern, sheet))

    def _bar_line(self, n: int, line: bytes) -> None:
        """Remember a progress bar, and read what is printed behind it in its line."""
        self._bar = (n, line)
        if self._after:
            self._after -= 1
            bar = _BAR.search(line)
            if bar:
                self.bars.append(Bar(n, int(bar[1]), int(bar[2])))
        if line.endswith(b"]"):
            return
        end = max(line.rfind(b"/s]") + 3, line.rfind(b"/it]") + 4)
        if 4 < end < len(line) - 7:
            self._new(n, line[end:])

    def _bar_before(self, n: int) -> None:
        if self._bar is not None:
            at, line = self._bar
            bar = _BAR.search(line)
            if bar:
                self.bars.append(Bar(at, int(bar[1]), int(bar[2]), at == n))
            self._bar = None
        self._after = 3


def _take(patterns: Patterns, n: int, text: bytes) -> bool:
    """Read a line of a known build; return whether it is one."""
    for pattern, sheet in patterns:
        match = pattern.fullmatch(text)
        if match is not None:
            sheet.cells.extend(match.groups())
            sheet.lines.append(n)
            return True
    return False


def _rank_span(rank: re.Match[bytes] | None) -> tuple[int, int] | None:
    return rank.span(rank.lastgroup) if rank and rank.lastgroup else None


def _shifted(found: Found, by: int) -> Found:
    def move(span: tuple[int, int] | None) -> tuple[int, int] | None:
        return None if span is None else (span[0] + by, span[1] + by)

    spans = tuple((a + by, b + by) for a, b in found.spans)
    keys = tuple((a + by, b + by) for a, b in found.keys)
    return Found(found.dialect, found.counts, move(found.step), found.tags, spans, keys)
