"""The lines of a CSV or TSV file and the rows in them, with damage kept to the line that it is in."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence

from curveread.plural import amount
from curveread.readers.cut_end import BEFORE, LEFT_OUT, is_whole
from curveread.readers.tables.wrapped import unwrapped
from curveread.run.notes import DataNote, NoteKind

_LINE = re.compile(r"[^\r\n]+(?:\r\n?|\n)?")
_LONG = 1 << 12
"""Characters from which a line is not taken apart before its cells are counted."""


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines that are neither blank nor a comment, with their line breaks."""
    for match in _LINE.finditer(text):
        line = match[0]
        if line.strip() and not line.lstrip().startswith("#"):
            yield line


def first_line(text: str) -> str:
    """Return the first line that is neither blank nor a comment."""
    return next(lines_of(text), "").rstrip("\r\n")


def delimiter_of(header: str) -> str:
    """Return a header's delimiter: the most frequent of comma, tab, semicolon outside quotes; empty without one."""
    bare = re.sub(r'"[^"]*"', "", header)
    counts = {d: bare.count(d) for d in ",\t;"}
    best = max(counts, key=lambda d: counts[d])
    return best if counts[best] else ""


def cells_of(header: str) -> list[str]:
    """Return the column names of a header line, without padding."""
    try:
        return [
            c.strip() for c in next(csv.reader([header], delimiter=delimiter_of(header) or ",", skipinitialspace=True))
        ]
    except (csv.Error, StopIteration):
        return []


def unique_names(header: str, delimiter: str) -> list[str]:
    """Return the names of a header line's columns."""
    return unique(next(csv.reader([header], delimiter=delimiter), []))


def unique(cells: Sequence[str]) -> list[str]:
    """Return header cells without padding, made unique as pandas does (``loss``, ``loss.1``)."""
    seen: dict[str, int] = {}
    out = []
    for cell in cells:
        name = cell.strip()
        n = seen.get(name, 0)
        seen[name] = n + 1
        out.append(f"{name}.{n}" if n else name)
    return out


def below(text: str, header: str) -> int:
    """Return where the lines below the header begin."""
    begin = text.index(header) + len(header)
    while text.startswith(("\r", "\n"), begin):
        begin += 1
    return begin


def without_cut_end(text: str, delimiter: str, source: str) -> tuple[str, list[DataNote]]:
    """Take out the last cell of a file without a line break at its end when it may be cut.

    Where it stands in a column of words or of whole numbers it may count or name the row, which goes with it.
    """
    body = text.rstrip(" ")
    if not body or body.endswith(("\n", "\r")):
        return text, []
    *before, last = _last_lines(body)
    cells, width = last.split(delimiter), first_line(text).count(delimiter) + 1
    if not before or last == first_line(text) or len(cells) < width:
        return text, []  # a short last line is told of where the rows are counted
    if last.endswith('"') and last.count('"') % 2 == 0:
        return text, []
    same = [line.split(delimiter)[-1] for line in before if line.count(delimiter) == len(cells) - 1]
    column = [cell for cell in same if is_number(cell)]
    cell = cells[-1]
    if is_whole(cell, column) or unwrapped(cell) != cell:
        return text, []
    measured = (is_number(cell) or not cell.strip()) and any("." in c or "e" in c.lower() for c in column)
    body = body[: len(body) - len(cell if measured else last)]
    return body + "\n" * measured, [DataNote(NoteKind.TRUNCATED, source, LEFT_OUT)]


def _last_lines(body: str) -> list[str]:
    """Return the last line and those before it, without the header's."""
    end, found = len(body), deque[str]()
    while end > 0 and len(found) <= BEFORE:
        start = max(body.rfind("\n", 0, end), body.rfind("\r", 0, end)) + 1
        if line := body[start:end]:
            found.appendleft(line)
        end = start - 1
    return list(found)


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, maybe with a decimal comma or as a tensor of one."""
    try:
        float(unwrapped(cell).replace(",", "."))
    except ValueError:
        return False
    return True


class Rows:
    """The rows of a file, the header first; what is left out is counted."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._lines = lines_of(text)
        self._delimiter = delimiter
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._width = 0
        self._done = 0  # lines of rows that were yielded
        self.damaged = 0
        self.first_damage = ""

    def __iter__(self) -> Iterator[list[str]]:
        reader = self._reader()
        while True:
            self._taken = []
            reason = ""
            try:
                row = next(reader, None)
            except csv.Error as error:
                row, reason = [], str(error)
            if row is None:
                return
            if len(self._taken) > 1 and self._runs_on():
                reason = reason or "a quote without its end"
            if reason:  # the first of the lines taken is left out, the others are read anew
                self._waiting.extendleft(reversed(self._taken[1:]))
                self._tell(reason)
                reader = self._reader()
                continue
            self._width = self._width or len(row)
            self._done += len(self._taken)
            yield row

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, skipinitialspace=True)

    def notes(self, source: str) -> list[DataNote]:
        """Return what is to be said about the lines that were left out."""
        if not self.damaged:
            return []
        also = f"; left out with {amount(self.damaged - 1, 'more line')}" if self.damaged > 1 else "; left out"
        return [DataNote(NoteKind.CORRUPT, source, f"{self.first_damage}{also}")]

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._waiting.popleft() if self._waiting else next(self._lines, None)
            if line is None:
                return
            if not self._taken and self._hopeless(line):
                self._tell("a stretch of zeros" if "\x00" in line else "far more cells than the header")
                continue
            self._taken.append(line)
            yield line

    def _hopeless(self, line: str) -> bool:
        """Return whether a line holds no row: zeros that a crash left, or cells without end."""
        return "\x00" in line or bool(
            self._width and len(line) > _LONG and line.count(self._delimiter) > 2 * self._width
        )

    def _runs_on(self) -> bool:
        """Return whether a quote swallowed rows: it has no end, or each line in it is a row of its own."""
        inside = self._taken[1:]
        return bool(
            sum(line.count('"') for line in self._taken) % 2
            or (self._width and all(line.count(self._delimiter) == self._width - 1 for line in inside))
        )

    def _tell(self, reason: str) -> None:
        self._done += 1
        self.damaged += 1
        self.first_damage = self.first_damage or f"line {self._done:,}: {reason}"
