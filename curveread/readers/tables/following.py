"""A table of text that still grows: CSV, TSV or JSON lines. Each row is parsed once; its columns grow at their ends."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from curveread.arrays import FloatArray
from curveread.errors import CorruptLogError
from curveread.readers.base import Following, Part
from curveread.readers.tables.columns import Column
from curveread.readers.tables.csv_rows import first_line
from curveread.readers.tables.delimited import Cells
from curveread.run.notes import DataNote, NoteKind


class GrowingTable(Following):
    """The rows of a file so far.

    Parameters
    ----------
    path
        The file.
    parse
        Makes columns of lines, the header among them.
    build
        Makes the parts of a run of all rows; takes the path, the bytes, the rows and the text down to the header.
    headed
        Whether rows stand below a header, without which they cannot be parsed.
    """

    def __init__(
        self,
        path: Path,
        parse: Callable[[str], Cells],
        build: Callable[[Path, int, Cells, str], list[Part]],
        headed: bool = False,
    ) -> None:
        self._path, self._parse, self._build, self._headed = path, parse, build, headed
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._rest, self._head = "", ""
        self._size = self._rows = 0
        self._pieces: dict[str, list[Column]] = {}
        self._texts: dict[str, dict[int, str]] = {}
        self._restarts: list[int] = []
        self._notes: list[DataNote] = []

    def feed(self, raw: bytes) -> Mapping[str, FloatArray]:
        """Take what was appended; a row that is not ended waits for its end."""
        self._size += len(raw)
        text = self._rest + self._decode(raw)
        cut = text.rfind("\n") + 1
        whole, self._rest = text[:cut], text[cut:]
        if self._headed and not self._head:
            header = first_line(whole)
            if not header:
                self._rest = text
                return {}
            begin = whole.index(header) + len(header)
            self._head, whole = whole[: begin + 1], whole[begin:].lstrip("\r\n")
        if not whole.strip("\r\n\t \x00"):
            return {}
        try:
            return self._add(self._parse(self._head + whole))
        except CorruptLogError as error:
            self._notes.append(DataNote(NoteKind.CORRUPT, str(self._path), str(error)))
            return {}

    def _add(self, cells: Cells) -> Mapping[str, FloatArray]:
        for name, column in cells.numeric.items():
            self._pieces.setdefault(name, []).append(Column(column.row + self._rows, column.value))
        for name, words in cells.text.items():
            self._texts.setdefault(name, {}).update(enumerate(words, self._rows))
        self._restarts += [row + self._rows for row in cells.restarts]
        known = {(n.kind, n.message) for n in self._notes}
        self._notes += [n for n in cells.notes if (n.kind, n.message) not in known]
        self._rows += cells.rows
        return {name: column.value for name, column in cells.numeric.items()}

    def parts(self) -> list[Part]:
        """Return the rows so far as parts of runs."""
        cells = Cells(self._rows, notes=list(self._notes), restarts=tuple(self._restarts))
        for name, pieces in self._pieces.items():
            words = self._texts.get(name, {})
            if len(words) > sum(c.row.size for c in pieces):
                continue
            if len(pieces) > 1:
                row = np.concatenate([c.row for c in pieces])
                pieces[:] = [Column(row, np.concatenate([c.value for c in pieces]))]
            cells.numeric[name] = replace(pieces[0])
        for name, words in self._texts.items():
            if name not in cells.numeric:
                cells.text[name] = [words.get(i, "") for i in range(self._rows)]
        return self._build(self._path, self._size, cells, self._head)
