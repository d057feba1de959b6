"""Tables whose rows have more cells than their header has names: an added metric, or row names in front as R writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from curveread.plural import amount
from curveread.readers.tables.columns import is_axis_name
from curveread.readers.tables.csv_rows import is_number

_FEWEST = 3
_THOUSANDS = re.compile(r"\d{3}")


def widened(head: list[str], body: list[list[str]], delimiter: str) -> tuple[list[str], list[list[str]], str]:
    """Return header, rows and a remark, a name for each cell where most rows agree on more cells than there are names.

    Parameters
    ----------
    head, body
        The cells of the header and of the rows.
    delimiter
        What parts them: commas may be those of decimals or of thousands.

    Returns
    -------
    head
        With ``column 3`` for the third cell that has no name; with an empty name in front of rows that count
        themselves there.
    body
        Rows as long as the header was are padded; those of other lengths are as they were.
    remark
        What was done; empty where nothing was.
    """
    width, count = len(head), Counter(map(len, body))
    wide = max(count, key=lambda w: count[w], default=width)
    rows = [r for r in body if len(r) == wide]
    if wide <= width or count[wide] < max(_FEWEST, 0.5 * len(body)) or not _are_cells(rows, delimiter):
        return head, body, ""
    if wide == width + 1 and _rises(rows, 0) and (not is_axis_name(head[0]) or _rises(rows, 1)):
        padded = [["", *r] if len(r) == width and r != head else r for r in body]
        return (
            ["", *head],
            padded,
            f"rows have {amount(wide, 'cell')}, the header {width}: the first is the rows' own number",
        )
    named = [f"column {i + 1}" for i in range(width, wide)]
    padded = [[*r, *[""] * (wide - width)] if len(r) == width and r != head else r for r in body]
    remark = (
        f"most rows have {amount(wide, 'cell')}, the header {width}: read by position, {', '.join(named)} has no name"
    )
    return [*head, *named], padded, remark


def _are_cells(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Return whether the delimiter parts cells, the last of which is filled, and no row is another header."""
    if not any(r[-1].strip() for r in rows) or not all(any(map(is_number, r)) for r in rows):
        return False
    columns = list(zip(*rows, strict=True))
    pointed = delimiter != "," or any("." in cell for row in rows for cell in row)
    return pointed and not any(all(map(_THOUSANDS.fullmatch, cells)) for cells in columns[1:])


def _rises(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Return whether the cells at a place are whole numbers, each above the one before."""
    cells = [r[at].strip() for r in rows]
    return all(c.isdecimal() for c in cells) and all(int(a) < int(b) for a, b in pairwise(cells))
