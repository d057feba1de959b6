"""Logs that no dialect fits, read as the user says: by an expression with named groups, or by the names of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from curveread.errors import ArgumentError, CorruptLogError
from curveread.plural import amount
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.line.printed import NUMBER, UNIT
from curveread.readers.text_log.lines import Lines, glimpse
from curveread.readers.text_log.points.rows import rows_of
from curveread.readers.text_log.reader import parts_of
from curveread.readers.text_log.sheets import Sheet
from curveread.readers.text_log.tail import cut_short
from curveread.run.tags.counters import Counts, counter_of

_NUMBER = re.compile(NUMBER)
_CELL = re.compile(rb"(" + NUMBER + rb")(?:/\d++)?" + UNIT)
_PARTED = re.compile(rb"[\s,;|]++")
_SKIPPED = ("_", "-", "")


def stated_reader(pattern: str | None, columns: Sequence[str] | None) -> type[Reader]:
    r"""Return a reader of logs whose lines are built as the user says.

    Parameters
    ----------
    pattern
        A regular expression that is searched in each line; every named group is a metric of that name, those called
        ``step``, ``epoch``, ``iter`` and the like count: ``(?P<step>\d+) .* mse (?P<loss>\S+)``.
    columns
        Names of the columns of lines of numbers, parted by blanks, commas or bars, from the left; ``_`` leaves one out.

    Raises
    ------
    ArgumentError
        For a pattern that is not an expression or names no group, and for both at once.
    """
    if pattern is not None and columns is not None:
        raise ArgumentError("columns", ",".join(columns), "give a pattern or columns, not both")
    if columns is not None:
        names = tuple(c.strip() for c in columns)
        if not [n for n in names if n not in _SKIPPED]:
            raise ArgumentError("columns", ",".join(columns), "it names no column")
        return _made(None, names)
    text = pattern or ""
    try:
        compiled = re.compile(text.encode())
    except re.error as error:
        raise ArgumentError("pattern", text, f"not a regular expression: {error}") from error
    if not compiled.groupindex:
        raise ArgumentError("pattern", text, "it names no group; write (?P<loss>...) around each number")
    return _made(compiled, ())


class _Stated(Reader):
    """Reads what the user's pattern or columns say."""

    format: ClassVar[Format] = Format(
        "stated", "any text", "A log read by --pattern or --columns", files=("*",), priority=0, rank=90, printed=True
    )
    pattern: ClassVar[re.Pattern[bytes] | None] = None
    columns: ClassVar[tuple[str, ...]] = ()

    def claims(self, path: Path) -> bool:
        """Return whether a line of the file fits."""
        return any(self._fits(line) is not None for text in glimpse(path) for line in text.split(b"\n"))

    def read(self, path: Path) -> list[Part]:
        """Read the lines that fit; CorruptLogError when none does."""
        lines, gathered = Lines(path), Gathered()
        for piece in lines.pieces():
            for n, line in enumerate(piece, gathered.count):
                cells = self._fits(line)
                if cells is not None:
                    self._add(gathered, n, cells)
            gathered.count += len(piece)
            gathered.finish()
        if not gathered.sheets:
            raise CorruptLogError(f"{path}: {amount(gathered.count, 'line')}, none fits")
        notes = [*lines.notes, *cut_short(gathered, lines.unfinished, str(path))]
        rows = rows_of(gathered, str(path))
        return parts_of(path, self.format.name, lines.size, gathered, rows, notes)

    def _fits(self, line: bytes) -> dict[str, bytes] | None:
        """Return name -> number of a line, None for another line."""
        if self.pattern is not None:
            match = self.pattern.search(line)
            if match is None:
                return None
            found = {n: v.strip() for n, v in match.groupdict().items() if v is not None}
            good = {n: v for n, v in found.items() if _NUMBER.fullmatch(v)}
            return good or None
        cells = _PARTED.split(line.strip(b" \t\r,;|"))
        if len(cells) < len(self.columns):
            return None
        matches = [_CELL.fullmatch(c) for c in cells[: len(self.columns)]]
        named = [(n, m) for n, m in zip(self.columns, matches, strict=True) if n not in _SKIPPED]
        if any(m is None for _, m in named):
            return None
        return {n: m[1] for n, m in named if m is not None}

    def _add(self, gathered: Gathered, n: int, cells: dict[str, bytes]) -> None:
        """Add a line to the sheet of its names."""
        kinds = {name: counter_of(name) for name in cells}
        steps = sorted((k, i, t) for i, (t, k) in enumerate(kinds.items()) if k is not None and k is not Counts.EPOCH)
        epoch = next((t for t, k in kinds.items() if k is Counts.EPOCH and cells[t].isdigit()), None)
        step = next((t for _, _, t in steps if cells[t].replace(b",", b"").isdigit()), None)
        counter = step or epoch
        tags = tuple(t for t in cells if t != counter and not (step and t == epoch))
        order = [*([counter] if counter else []), *([epoch] if step and epoch else []), *tags]
        slots = (*(["step"] if counter else []), *(["epoch"] if step and epoch else []), *["value"] * len(tags))
        counts = "step" if step else "epoch" if epoch else ""
        sheet = gathered.sheets.setdefault(("stated", counts, tags, slots), Sheet("dict", counts, tags, slots))
        sheet.cells.extend(cells[t] for t in order)
        sheet.lines.append(n)


def _made(pattern: re.Pattern[bytes] | None, columns: tuple[str, ...]) -> type[Reader]:
    """Return the reader of one pattern or one list of columns."""
    return type("Stated", (_Stated,), {"pattern": pattern, "columns": columns})
