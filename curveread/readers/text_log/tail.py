"""The last line of a log whose writer was killed: its last number may be cut."""

from __future__ import annotations

from curveread.readers.text_log.gather import Gathered
from curveread.run.notes import DataNote, NoteKind

__all__ = ["cut_short"]


def cut_short(gathered: Gathered, last: bytes, source: str) -> list[DataNote]:
    """Take out the last record of a file without a line break at its end when its last number may be cut.

    A number is whole when something stands behind it, or when it has as many decimals as the number at its place in
    the record before.

    Parameters
    ----------
    gathered
        All records; changed in place.
    last
        What stands behind the last line break.
    source
        The file, for the note.
    """
    for key, sheet in gathered.sheets.items():
        if not sheet.done or sheet.done[-1].line[-1] != gathered.count - 1:
            continue
        cell = sheet.ending[-1]
        if not last.endswith(cell):
            return []
        width = len(sheet.kinds)
        before = sheet.ending[-1 - width] if len(sheet.ending) > width else b""
        if _decimals(cell) and _decimals(cell) == _decimals(before):
            return []
        sheet.drop_last()
        if not sheet.done:
            del gathered.sheets[key]
        message = "the last line ends without a line break, its last number may be cut; it was left out"
        return [DataNote(NoteKind.TRUNCATED, source, message)]
    return []


def _decimals(cell: bytes) -> bytes:
    """Return what stands behind the point, every digit as 0: its shape; empty without a point."""
    return bytes(48 if 48 <= c <= 57 else c for c in cell.partition(b".")[2])
