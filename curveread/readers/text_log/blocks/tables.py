"""Tables with a line of names above their rows: the names in force, and the patterns of the rows seen so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from curveread.readers.text_log.blocks.headed import Header, Row, bars_of, header_of, resembles, row_of, two_lines
from curveread.readers.text_log.blocks.yolo import unheaded
from curveread.readers.text_log.sheets import Patterns, Sheet, take

_KNOWN = 4
"""Builds of rows that are tried."""


@dataclass(slots=True)
class Tables:
    """The table that is being read; a row must follow within so many lines after the names.

    ``sheet_of`` returns the sheet of a build, None where there are too many.
    """

    near: int
    sheet_of: Callable[[tuple[object, ...], Sheet], Sheet | None]
    _header: tuple[int, Header] | None = None
    _rows: Patterns = field(default_factory=list)
    _last: Row | None = None
    _upper: tuple[int, tuple[str, ...]] = (-1, ())

    @property
    def begun(self) -> bool:
        """Whether names were read."""
        return self._header is not None

    def take(self, n: int, line: bytes) -> bool:
        """Read a row of a known build; return whether it is one."""
        return take(self._rows, n, line)

    def misses(self, line: bytes) -> bool:
        """Return whether a line that was not read looks like a row of the table."""
        return self._last is not None and resembles(line, self._last)

    def line(self, n: int, line: bytes) -> bool:
        """Read a line as a row of a new build or as the names of a table; return whether it is either."""
        if self.row(n, line):
            return True
        cells, upper = bars_of(line), self._upper
        self._upper = (n, cells)
        header = (two_lines(upper[1], cells) if cells and upper[0] == n - 1 else None) or header_of(line)
        if header is None:
            return False
        self._header = (n, header)
        return True

    def row(self, n: int, line: bytes) -> bool:
        """Read a line as the first row of a table."""
        header = unheaded(line)
        if header is None and self._header is not None and n - self._header[0] <= self.near:
            header = self._header[1]
        row = None if header is None else row_of(line, header)
        if row is None:
            return False
        key = ("table", row.counts, row.tags, row.kinds)
        sheet = self.sheet_of(key, Sheet(*key))
        if sheet is None:
            return True
        self._last = row
        others = [p for p in self._rows[: _KNOWN - 1] if p[1] is not sheet]
        self._rows = [(row.pattern, sheet), *others]
        return take(self._rows, n, line)
