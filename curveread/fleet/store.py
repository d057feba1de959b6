"""Rows of a sweep on disk: those of a running sweep, and those of the last one, which need not be read again.

A row is JSON: a file that somebody hands over can be opened without running what is in it.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, overload

from curveread.errors import ExportError
from curveread.findings.sweep.row import Found, Measure, Sketch, SweepRow
from curveread.run.equality import equal

_PAGE = 100
"""Rows that are fetched at a time."""
_SPARE = "PRAGMA cache_size = -512"
"""KiB that SQLite keeps in memory: rows are asked for in their order, hardly ever twice."""
_KEY = 32
"""Bytes of a key."""
_NAMES = {kind: tuple(f.name for f in fields(kind)) for kind in (SweepRow, Measure, Found, Sketch)}

P = TypeVar("P")


def packed(row: SweepRow) -> tuple[str, bytes]:
    """Return a row as JSON without its sketches, and its sketches, compressed."""
    plain = {name: getattr(row, name) for name in _NAMES[SweepRow] if name != "sketches"}
    plain |= {"measures": _listed(row.measures), "findings": _listed(row.findings)}
    plain |= {"settings": dict(row.settings), "figures": dict(row.figures)}
    if isinstance(row.sketches, _Folded):
        return _json(plain), row.sketches.blob
    return _json(plain), zlib.compress(_json(_listed(row.sketches)).encode(), 1) if row.sketches else b""


def unpacked(text: str, sketches: bytes = b"") -> SweepRow:
    """Return the row that :func:`packed` packed."""
    plain = json.loads(text)
    plain |= {"measures": _made(Measure, plain["measures"]), "findings": _made(Found, plain["findings"])}
    plain["notes"] = tuple(plain["notes"])
    return SweepRow(**plain, sketches=_Folded(sketches) if sketches else ())


class _Folded(Sequence[Sketch]):
    """Sketches as they lie on disk: most who go through rows look at none, and unfolding takes longer than the rest."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    @cached_property
    def unfolded(self) -> tuple[Sketch, ...]:
        told = json.loads(zlib.decompress(self.blob))
        return tuple(Sketch(tag, role, tuple(step), tuple(value)) for tag, role, step, value in told)

    def __len__(self) -> int:
        return len(self.unfolded)

    def __iter__(self) -> Iterator[Sketch]:
        return iter(self.unfolded)

    @overload
    def __getitem__(self, index: int) -> Sketch: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Sketch, ...]: ...
    def __getitem__(self, index: int | slice) -> Sketch | tuple[Sketch, ...]:
        return self.unfolded[index]

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Folded) and self.blob == other.blob:
            return True
        return equal(self.unfolded, tuple(other)) if isinstance(other, _Folded | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.unfolded)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)

    def __repr__(self) -> str:
        return repr(self.unfolded)


def _listed(parts: Sequence[Any]) -> list[list[Any]]:
    return [[getattr(part, name) for name in _NAMES[type(part)]] for part in parts]


def _made(kind: type[P], parts: Iterable[Iterable[Any]]) -> tuple[P, ...]:
    return tuple(kind(*values) for values in parts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


class Rows(Sequence[SweepRow]):
    """Rows in their order, on disk in a file that goes with them; what is in memory does not grow with their number."""

    def __init__(self, rows: Iterable[SweepRow] = ()) -> None:
        self._file = sqlite3.connect("", check_same_thread=False)  # SQLite's own temporary file, gone when closed
        self._file.execute(_SPARE)
        self._file.execute("CREATE TABLE rows (place INTEGER PRIMARY KEY, row TEXT, sketches BLOB)")
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

    The file is made when the first row is put in; without one it knows nothing and keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._used = path, bytearray()  # the keys that were asked for, one behind the other
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
            self._used += mark
        return tuple(unpacked(*row) for row in found) or None

    def put(self, key: str, rows: Sequence[SweepRow]) -> None:
        """Keep the rows of a unit."""
        if self._file is None:
            return
        mark = bytes.fromhex(key)
        self._used += mark
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
                used = {bytes(self._used[at : at + _KEY]) for at in range(0, len(self._used), _KEY)}
                unused = {key for (key,) in self._file.execute("SELECT DISTINCT key FROM rows")} - used
                self._file.executemany("DELETE FROM rows WHERE key = ?", [(key,) for key in unused])
        self._file.close()
        self._file = None


def _opened(path: Path) -> sqlite3.Connection:
    try:
        file = sqlite3.connect(path)
        file.execute("PRAGMA synchronous = OFF")
        file.execute(_SPARE)
        file.execute(
            "CREATE TABLE IF NOT EXISTS rows"
            " (key BLOB, place INTEGER, row TEXT, sketches BLOB, PRIMARY KEY (key, place)) WITHOUT ROWID"
        )
    except sqlite3.OperationalError as error:
        raise ExportError(f"{path}: cannot be written: {error}") from error
    return file
