"""A large, regular CSV file of numbers, read piece by piece: it takes little more memory than its numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from curveread.limits import within
from curveread.readers.cut_end import BEFORE
from curveread.readers.large import opened_large, pieces_of
from curveread.readers.tables.csv_rows import (
    below,
    cells_of,
    delimiter_of,
    first_line,
    unique_names,
    without_cut_end,
)
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.grid import grid, size_of_piece
from curveread.readers.tables.headless import header_for
from curveread.readers.tables.timm_summary import is_summary
from curveread.readers.wandb.panel_csv import is_runs_table
from curveread.run.notes import DataNote

_HEAD = 1 << 16


def large_table(path: Path) -> tuple[int, Cells, str] | None:
    """Return the bytes of a file, its rows and the text down to the header; ReadError when it cannot be read.

    None for a file that is small, and for one that has any peculiarity: it has to be looked at as a whole.
    """
    with opened_large(path) as file:
        if file is None:
            return None
        raw = file.read(_HEAD)
        try:
            text = raw[: raw.rfind(b"\n") + 1].decode()
        except UnicodeDecodeError:
            return None
        header = first_line(text)
        delimiter, names = delimiter_of(header) or ",", cells_of(header)
        if not header or "\x00" in header or header_for(text, path) or is_runs_table(names) or is_summary(names):
            return None
        within("columns", len(names), path)
        size, begin = os.fstat(file.fileno()).st_size, len(text[: below(text, header)].encode())
        file.seek(begin)
        notes: list[DataNote] = []
        pieces, columns = pieces_of(file, size_of_piece(len(names))), unique_names(header, delimiter)
        found = grid(_whole(pieces, header, delimiter, str(path), notes), size - begin, columns, delimiter)
    if found is None:
        return None
    return size, Cells(*found, notes=notes), text[: text.index(header) + len(header)]


def _whole(pieces: Iterator[bytes], header: str, delimiter: str, source: str, notes: list[DataNote]) -> Iterator[bytes]:
    """Yield the lines of a table; of the last one without a line break what is known not to be cut."""
    before = b""
    for piece in pieces:
        if piece.endswith(b"\n"):
            yield piece
            before = b"\n".join((before + piece).rsplit(b"\n", BEFORE + 2)[-BEFORE - 2 :])
        else:
            above = f"{header}\n{before.decode('ascii', 'replace')}"
            kept, told = without_cut_end(above + piece.decode("ascii", "replace"), delimiter, source)
            notes += told
            if kept[len(above) :].strip("\r\n"):
                yield kept[len(above) :].encode("ascii", "replace")
