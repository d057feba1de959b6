"""What a log may cost to read, in one place: it may be anybody's, and a few bytes can stand for gigabytes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import Field, dataclass, field, fields
from functools import lru_cache

from curveread.errors import ReadError, UsageError

_VARIABLE = "CURVEREAD_LIMITS"
"""Of the environment, so that processes which read for this one are bounded the same way."""


_COUNTED = {"columns": "columns", "header": "characters in the line that names the columns", "runs": "runs"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of reading. ``--limit gzip=200`` raises one, and so does ``CURVEREAD_LIMITS=gzip=200``.

    In Python: ``os.environ["CURVEREAD_LIMITS"] = "gzip=200,settings-depth=500"``.
    """

    bytes: int = field(default=1 << 36, metadata={"help": "bytes of one file"})
    gzip: int = field(default=50, metadata={"help": "times its own size that a gzip file may hold, beyond 16 MiB"})
    parquet: int = field(default=200, metadata={"help": "times its size that a Parquet file may hold, beyond 256 MiB"})
    sqlite: int = field(default=50, metadata={"help": "steps of SQLite's machine for each byte of a database"})
    header: int = field(default=1 << 23, metadata={"help": "characters of the line that names a table's columns"})
    columns: int = field(default=1 << 17, metadata={"help": "columns that it names"})
    runs: int = field(default=100_000, metadata={"help": "runs in one file or store"})
    tree_depth: int = field(default=2_000, metadata={"help": "levels of folders that are looked through"})
    console: int = field(
        default=1 << 24,
        metadata={"help": "bytes at the end of a printed file that are searched for what ended a run"},
    )
    settings_bytes: int = field(default=1 << 20, metadata={"help": "bytes of a file with settings"})
    settings_values: int = field(default=200_000, metadata={"help": "values in it, YAML aliases written out"})
    settings_depth: int = field(default=100, metadata={"help": "levels of nesting in it"})


def bounds() -> dict[str, Field[int]]:
    """Return the bounds by the names under which they are set: ``settings-depth``."""
    return {f.name.replace("_", "-"): f for f in fields(Limits)}


def limits() -> Limits:
    """Return the bounds in force.

    Raises
    ------
    UsageError
        For a name in ``CURVEREAD_LIMITS`` that is no bound, or a value that is no whole number above 0.

    Examples
    --------
    >>> limits().settings_depth
    100
    """
    return _parsed(os.environ.get(_VARIABLE, ""))


def allow(pairs: Iterable[str]) -> None:
    """Set bounds for this process and those that it starts.

    Parameters
    ----------
    pairs
        ``NAME=VALUE`` each; a later one holds.

    Raises
    ------
    UsageError
        As :func:`limits`.
    """
    if given := list(pairs):
        joined = ",".join([*filter(None, [os.environ.get(_VARIABLE)]), *given])
        _parsed(joined)
        os.environ[_VARIABLE] = joined


def too_much(name: str) -> str:
    """Return the end of a message about a bound: which it is, and how it is raised."""
    value = getattr(limits(), name)
    return f"the limit is {value:,} (--limit {name.replace('_', '-')}={2 * value} would allow more)"


def within(name: str, count: int, whose: object) -> None:
    """Raise a ReadError where something has more of what a bound counts than it allows."""
    if count > getattr(limits(), name):
        raise ReadError(f"{whose}: {count:,} {_COUNTED[name]}; {too_much(name)}")


@lru_cache(maxsize=8)
def _parsed(text: str) -> Limits:
    known = bounds()
    values = {}
    for pair in filter(None, text.split(",")):
        name, _, value = (part.strip() for part in pair.partition("="))
        if name not in known:
            raise UsageError(f"there is no limit {name!r}; there are: {', '.join(known)}")
        if not value.isdecimal() or not int(value):
            raise UsageError(f"the limit {name} must be a whole number above 0, not {value!r}")
        values[known[name].name] = int(value)
    return Limits(**values)
