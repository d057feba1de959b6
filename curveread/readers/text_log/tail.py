"""The last line of a log whose writer was killed: its last number may be cut."""

from __future__ import annotations

from curveread.plural import amount
from curveread.readers.cut_end import LEFT_OUT, is_whole
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.sheets import Sheet
from curveread.run.notes import DataNote, NoteKind


def cut_short(gathered: Gathered, last: bytes, source: str) -> list[DataNote]:
    """Take out the last record of a file without a line break at its end when its last number may be cut.

    ``last`` is what stands behind the last line break; where it is empty nothing is taken out.
    """
    if not last:
        return []
    for key, sheet in gathered.sheets.items():
        if not sheet.size or sheet.columns(sheet.size - 1).line[0] != gathered.count - 1:
            continue
        cell, width = sheet.ending[-1], len(sheet.kinds)
        if not last.endswith(cell) or is_whole(cell, sheet.ending[width - 1 : -1 : width]):
            return _half_written(gathered, sheet, source)
        sheet.drop_last()
        if not sheet.size:
            del gathered.sheets[key]
        return [DataNote(NoteKind.TRUNCATED, source, LEFT_OUT)]
    return []


def _half_written(gathered: Gathered, sheet: Sheet, source: str) -> list[DataNote]:
    """Tell of a last record that has the first values of the others alone."""
    had = len(sheet.tags)
    full = [len(s.tags) for s in gathered.sheets.values() if len(s.tags) > had and s.tags[:had] == sheet.tags]
    if not full or sheet.size > 1:
        return []
    message = f"the last line is half written: {had} of {amount(min(full), 'value')}, kept"
    return [DataNote(NoteKind.TRUNCATED, source, message)]
