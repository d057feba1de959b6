"""A printed log that still grows: each line goes to the sheet of its build once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from curveread.arrays import FloatArray
from curveread.readers.base import Following, Part
from curveread.readers.text_log.gather import Gathered
from curveread.readers.text_log.lines import plain
from curveread.readers.textfile import MARK
from curveread.run.notes import DataNote


class GrowingText(Following):
    """The lines of a text log so far, and what makes the parts of a run of them."""

    def __init__(self, path: Path, build: Callable[[Path, int, Gathered, list[DataNote]], list[Part]]) -> None:
        self._path, self._build = path, build
        self._gathered = Gathered()
        self._rest = b""
        self._size = 0

    def feed(self, raw: bytes) -> Mapping[str, FloatArray]:
        """Take what was appended; a line that is not ended waits for its end."""
        self._size += len(raw)
        text = self._rest + raw
        if self._size == len(text):
            text = text.removeprefix(MARK)
        end = len(text) - text.endswith(b"\r")  # a line feed may follow
        cut = max(text.rfind(b"\n", 0, end), text.rfind(b"\r", 0, end)) + 1
        self._rest = text[cut:]
        sheets = self._gathered.sheets
        before = {key: sheet.size for key, sheet in sheets.items()}
        if cut:
            self._gathered.feed(plain(text[:cut]).split(b"\n")[:-1])
        values = defaultdict[str, list[FloatArray]](list)
        for key, sheet in sheets.items():
            new = sheet.columns(before.get(key, 0)).values
            for i, tag in enumerate(sheet.tags if len(new) else ()):
                values[f"{sheet.split} {tag}".strip()].append(new[:, i])
        return {tag: np.concatenate(found) for tag, found in values.items()}

    def parts(self) -> list[Part]:
        """Return the records so far as parts of runs; a box or table that is open is not among them."""
        return self._build(self._path, self._size, self._gathered, [])
