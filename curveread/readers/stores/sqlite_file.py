"""SQLite files, opened so that nothing beside them changes, and read as far as a damaged one goes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curveread.errors import CorruptLogError, ReadError
from curveread.limits import limits, too_much
from curveread.readers.regular import not_too_large, open_regular

if TYPE_CHECKING:
    import sqlite3

_MAGIC = b"SQLite format 3\x00"
_IS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE"
_COMPANIONS = ("-wal", "-journal")
_LONGEST = 1 << 27
"""Bytes that one cell may hold: a damaged length must not ask for all memory."""
_ROWS = 20_000
_STOPPED = "interrupted"
"""SQLite's word where it was told to give up."""
_STEPS = 100_000
"""Instructions of SQLite's machine after which it asks whether to go on; a row takes about ten."""


def is_sqlite(path: Path) -> bool:
    """Return whether a file starts as SQLite's do."""
    try:
        with open_regular(path) as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for reading only.

    SQLite writes beside a file that it opens: its lock and, where the program that logged was killed, what that left
    in ``-wal`` or ``-journal``. So it is opened as immutable; with such a companion, a copy of both is opened. Of a
    file that is cut SQLite would read the rest of a page as zeros, numbers among them, or nothing at all: a copy with
    empty pages in the place of those that are not whole is opened.

    Raises
    ------
    CorruptLogError
        When it is not a SQLite file.
    ReadError
        When it cannot be opened.
    """
    import sqlite3

    with ExitStack() as stack:
        try:
            head = path.stat().st_size
            not_too_large(head, path)
            beside = [c for c in _COMPANIONS if (other := _beside(path, c)).is_file() and other.stat().st_size]
            if not head and not beside:
                raise CorruptLogError(f"{path}: the file is empty; expected a SQLite database")
            if head and not is_sqlite(path):
                raise CorruptLogError(f"{path}: not a SQLite database: it does not start with 'SQLite format 3'")
            target, mode = path, "mode=rw" if beside else "mode=ro&immutable=1"
            whole, full = _sizes(path, head)
            if beside or whole < full:
                target = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "copy.db"
                shutil.copyfile(path, target)
                os.truncate(target, whole)
                os.truncate(target, full)
                for companion in beside:
                    shutil.copyfile(_beside(path, companion), _beside(target, companion))
            connection = sqlite3.connect(f"{target.resolve().as_uri()}?{mode}", uri=True)
        except (OSError, sqlite3.Error) as error:
            raise ReadError(f"{path}: cannot be opened: {error}") from error
        stack.callback(connection.close)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.set_progress_handler(_patience(head), _STEPS)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        yield connection


def _sizes(path: Path, size: int) -> tuple[int, int]:
    """Return the bytes of a file's whole pages, and those that it has when it is not cut."""
    with open_regular(path) as file:
        header = file.read(100)
    said = int.from_bytes(header[16:18], "big")
    page = 65536 if said == 1 else said
    if page < 512 or page & (page - 1) or size < page:
        return size, size
    counted = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    return size - size % page, max(counted, -(-size // page)) * page


def _patience(size: int) -> Callable[[], bool]:
    """Return what tells SQLite to give up: a file of this size cannot hold what takes so many steps to read."""
    left = iter(range(100 + limits().sqlite * size // _STEPS))
    return lambda: next(left, None) is None


def _beside(path: Path, companion: str) -> Path:
    return path.with_name(path.name + companion)


def tables_of(path: Path) -> frozenset[str]:
    """Return the names of a file's tables, none when it cannot be read; remembered until the file changes."""
    try:
        stat = path.stat()
    except OSError:
        return frozenset()
    return _tables(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _tables(path: Path, size: int, changed: int) -> frozenset[str]:  # size and time are there to be compared
    import sqlite3

    try:
        with opened(path) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except (sqlite3.Error, ReadError, ValueError, MemoryError):
        return frozenset()
    return frozenset(str(name) for (name,) in rows)


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the names of a table's columns, none when there is no such table or it cannot be read.

    A view is not a table: it computes its rows, as many as it likes.
    """
    import sqlite3

    try:
        if not connection.execute(_IS_TABLE, (table,)).fetchone():
            return []
        return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
    except (sqlite3.Error, ValueError):  # ValueError: the message names a damaged table that is not text
        return []


def chunks(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], damage: list[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield a table's rows in the order of their writing, some thousands at a time.

    Where the file is damaged, the rows before and those behind the place are yielded, and ``damage`` gets SQLite's word
    about it.
    """
    import sqlite3

    names = ", ".join(f'"{c}"' for c in columns)
    last: Any = None

    def fetch(order: str) -> Iterator[list[tuple[Any, ...]]]:
        rows: list[tuple[Any, ...]] = []
        try:
            cursor = connection.execute(f"SELECT {names}, rowid FROM {table} ORDER BY rowid {order}")
            while True:
                rows = []
                rows.extend(islice(cursor, _ROWS))  # keeps the rows before an error, which fetchmany does not
                if not rows:
                    return
                yield rows
        except (sqlite3.Error, ValueError, MemoryError, OverflowError) as error:
            damage.append(_line(error))
            if rows:
                yield rows

    for rows in fetch("ASC"):
        last = rows[-1][-1]
        yield [r[:-1] for r in rows]
    if not damage:
        return
    behind: list[tuple[Any, ...]] = []
    for rows in fetch("DESC"):
        behind += [r[:-1] for r in rows if last is None or r[-1] > last]
        if last is not None and rows[-1][-1] <= last:
            break
    del damage[1:]
    if behind:
        yield behind[::-1]


def _line(error: BaseException) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "names in it are not text"
    said = str(error).split("\n", 1)[0] or "out of memory"
    return f"{said}, it takes too many steps for a file of its size; {too_much('sqlite')}" if said == _STOPPED else said
