"""Tables of two columns without names, the first of which counts: ``0,1.71``, ``10,1.14``."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

from curveread.readers.tables.csv_rows import delimiter_of, first_line, lines_of

__all__ = ["header_for"]

_FEWEST, _LOOKED_AT = 3, 1000
_RARELY = 0.05
"""Of the rows: a log that was resumed starts over at fewer."""


def header_for(head: str, path: Path) -> str:
    """Return the names that stand for a missing header, ``step`` and the file's own name; empty where none may.

    The counter may start over now and then.

    Parameters
    ----------
    head
        The beginning of the text; its last line may be cut.
    path
        The file.
    """
    first = first_line(head)
    delimiter = delimiter_of(first)
    if not first[:1].isdecimal() or not delimiter:
        return ""
    whole = head[: head.rfind("\n") + 1]
    rows = [line.strip().split(delimiter) for line in islice(lines_of(whole), _LOOKED_AT)]
    if len(rows) < _FEWEST or any(len(row) != 2 or not row[0].strip().isdecimal() for row in rows):
        return ""
    counts = [int(row[0]) for row in rows]
    back = [b for a, b in pairwise(counts) if b <= a]
    if len(back) > max(1, _RARELY * len(rows)) or any(b != counts[0] for b in back):
        return ""
    try:
        measured = any(not float(value).is_integer() for _, value in rows)
    except ValueError:
        return ""
    stem = path.name.partition(".")[0]
    name = stem if any(map(str.isalpha, stem)) and delimiter not in stem and '"' not in stem else "value"
    return f"step{delimiter}{name}" if measured else ""
