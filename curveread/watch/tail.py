"""One log file that still grows: what was appended is read once, and a file that begins anew is read anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from curveread.arrays import FloatArray
from curveread.errors import ReadError
from curveread.readers.base import Part, Reader
from curveread.readers.regular import open_regular

_PIECE = 1 << 23
_MARK = 64
"""Bytes before the place that was reached: while they are the same, the file was only appended to."""


class Tail:
    """What was read of a file so far."""

    def __init__(self, path: Path, reader: Reader) -> None:
        self.path, self._reader = path, reader
        self._begin()

    def _begin(self) -> None:
        self._following = self._reader.follow(self.path)
        self._at, self._mark = 0, b""
        self._seen: tuple[int, ...] = ()
        self._parts: list[Part] | None = None

    def grow(self) -> Mapping[str, FloatArray] | None:
        """Read what was appended and return the new values by the names in the file; O(bytes appended).

        There are none for a file that is read whole when it is judged. None when nothing is new, also of a file that is
        gone: what was read of it stays.
        """
        try:
            about = os.stat(self.path)
            seen = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)
            if seen == self._seen:
                return None
            if self._following is None:
                self._seen, self._parts = seen, None
                return {}
            return self._read(seen)
        except OSError:
            return None

    def _read(self, seen: tuple[int, ...]) -> Mapping[str, FloatArray] | None:
        values: dict[str, list[FloatArray]] = {}
        with open_regular(self.path) as file:
            if self._seen[:2] not in ((), seen[:2]) or not self._goes_on(file):
                self._begin()
                file.seek(0)
            self._seen = seen
            following = self._following
            if following is None:
                return {}
            before = self._at
            while raw := file.read(_PIECE):
                self._at += len(raw)
                self._mark = (self._mark + raw)[-_MARK:]
                for tag, found in following.feed(raw).items():
                    values.setdefault(tag, []).append(found)
        if self._at == before:
            return None
        self._parts = None
        return {tag: np.concatenate(found) for tag, found in values.items()}

    def _goes_on(self, file: BinaryIO) -> bool:
        """Return whether the bytes before the place that was reached are what they were, and go there."""
        file.seek(self._at - len(self._mark))
        return file.read(len(self._mark)) == self._mark

    def parts(self) -> list[Part]:
        """Return the file as its reader does; ReadError while nothing in it is a record."""
        if self._parts is None:
            following = self._following
            try:
                self._parts = self._reader.read(self.path) if following is None else following.parts()
            except OSError as error:
                raise ReadError(f"{self.path}: {error.strerror or error}") from error
        return self._parts
