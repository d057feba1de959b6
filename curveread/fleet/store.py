"""Rows of a sweep on disk: those of a running sweep, and those of the last one, which need not be read again.

A row is JSON: a file that somebody hands over can be opened without running what is in it.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, overload

from curveread.errors import ExportError
from curveread.findings.sweep.row import Found, Measure, Sketch, SweepRow

__all__ = ["Known", "Rows", "packed", "unpacked"]

_PAGE = 500
"""Rows that are fetched at a time."""
_PARTS = {"measures": Measure, "findings": Found, "sketches": Sketch}


def packed(row: SweepRow) -> tuple[str, bytes]:
    """Return a row as JSON without its sketches, and its sketches, compressed."""
    plain = {f.name: getattr(row, f.name) for f in fields(row)}
    for name, kind in _PARTS.items():
        names = [f.name for f in fields(kind)]
        plain[name] = [[getattr(part, n) for n in names] for part in plain[name]]
    plain["settings"], plain["figures"] = dict(row.settings), dict(row.figures)
    sketches = plain.pop("sketches")
    return _json(plain), zlib.compress(_json(sketches).encode(), 1) if sketches else b""


def unpacked(text: str, sketches: bytes = b"") -> SweepRow:
    """Return the row that :func:`packed` packed."""
    plain = json.loads(text)
    plain["sketches"] = json.loads(zlib.decompress(sketches)) if sketches else []
    for name, kind in _PARTS.items():
        plain[name] = tuple(kind(*map(_frozen, values)) for values in plain[name])
    return SweepRow(**{name: _frozen(value) for name, value in plain.items()})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Rows(Sequence[SweepRow]):
    """Rows in their order, on disk in a file that goes with them; what is in memory does not grow with their number.

    Parameters
    ----------
    rows
        The first of them.
    sketches
        Whether the rows come back with their sketches.
    """

    def __init__(self, rows: Iterable[SweepRow] = (), *, sketches: bool = True) -> None:
        self._file = sqlite3.connect("", check_same_thread=False)  # SQLite's own temporary file, gone when closed
        self._file.execute("CREATE TABLE rows (place INTEGER PRIMARY KEY, row TEXT, sketches BLOB)")
        self._sketches = sketches
        self._count = 0
        for row in rows:
            self.append(row)

    def append(self, row: SweepRow) -> None:
        """Add a row at the end."""
        self._file.execute("INSERT INTO rows VALUES (?, ?, ?)", (self._count, *packed(row)))
        self._count += 1

    def put(self, place: int, row: SweepRow) -> None:
        """Put a row in the place of another, whose sketches stay."""
        self._file.execute("UPDATE rows SET row = ? WHERE place = ?", (packed(row)[0], place))

    def refill(self, rows: Iterable[SweepRow]) -> None:
        """Hold other rows, which may be made of those that are here."""
        other = Rows(rows)
        self._file, self._count = other._file, other._count

    def thin(self) -> Rows:
        """Return the same rows without their sketches: quick to go through."""
        other: Rows = object.__new__(Rows)
        other._file, other._count, other._sketches = self._file, self._count, False
        return other

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[SweepRow]:
        for first in range(0, self._count, _PAGE):
            yield from self._between(first, min(first + _PAGE, self._count))

    @overload
    def __getitem__(self, index: int) -> SweepRow: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SweepRow, ...]: ...
    def __getitem__(self, index: int | slice) -> SweepRow | tuple[SweepRow, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(self._count)))
        place = index + self._count if index < 0 else index
        if not 0 <= place < self._count:
            raise IndexError(f"there is no row {index} among {self._count}")
        return self._between(place, place + 1)[0]

    def _between(self, first: int, end: int) -> list[SweepRow]:
        query = "SELECT row, sketches FROM rows WHERE place >= ? AND place < ? ORDER BY place"
        if not self._sketches:
            query = query.replace("sketches", "x''")
        return [unpacked(*found) for found in self._file.execute(query, (first, end))]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows | tuple | list):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(self._count)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)

    def __repr__(self) -> str:
        return f"<{self._count} rows>"


class Known:
    """Rows that an earlier sweep into the same table read, by the keys of what they were read from.

    Parameters
    ----------
    path
        The file, made when the first row is put in; None for one that knows nothing and keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._used = path, set[bytes]()
        self._file: sqlite3.Connection | None = None
        if path is not None:
            try:
                self._file = _opened(path)
            except sqlite3.DatabaseError:  # not such a file, or a torn one: it holds nothing that cannot be read again
                path.unlink(missing_ok=True)
                self._file = _opened(path)

    def __contains__(self, key: str) -> bool:
        if self._file is None:
            return False
        return self._file.execute("SELECT 1 FROM rows WHERE key = ?", (bytes.fromhex(key),)).fetchone() is not None

    def get(self, key: str) -> tuple[SweepRow, ...] | None:
        """Return the rows of a unit of this key, None where they are not known."""
        if self._file is None:
            return None
        mark = bytes.fromhex(key)
        found = self._file.execute("SELECT row, sketches FROM rows WHERE key = ? ORDER BY place", (mark,)).fetchall()
        if found:
            self._used.add(mark)
        return tuple(unpacked(*row) for row in found) or None

    def put(self, key: str, rows: Sequence[SweepRow]) -> None:
        """Keep the rows of a unit."""
        if self._file is None:
            return
        mark = bytes.fromhex(key)
        self._used.add(mark)
        packs = [(mark, place, *packed(row)) for place, row in enumerate(rows)]
        try:
            with self._file:
                self._file.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", packs)
        except sqlite3.Error as error:
            raise ExportError(f"{self._path}: cannot be written: {error}") from error

    def close(self, *, forget: bool) -> None:
        """Close the file; with ``forget`` rows that nobody asked for since it was opened are dropped."""
        if self._file is None:
            return
        if forget:
            with self._file:
                unused = {key for (key,) in self._file.execute("SELECT DISTINCT key FROM rows")} - self._used
                self._file.executemany("DELETE FROM rows WHERE key = ?", [(key,) for key in unused])
        self._file.close()
        self._file = None


def _opened(path: Path) -> sqlite3.Connection:
    try:
        file = sqlite3.connect(path)
        file.execute("PRAGMA synchronous = OFF")
        file.execute(
            "CREATE TABLE IF NOT EXISTS rows"
            " (key BLOB, place INTEGER, row TEXT, sketches BLOB, PRIMARY KEY (key, place)) WITHOUT ROWID"
        )
    except sqlite3.OperationalError as error:
        raise ExportError(f"{path}: cannot be written: {error}") from error
    return file
