"""A large text file as pieces of whole lines: reading it costs the memory of one piece."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from curveread.errors import ReadError
from curveread.readers.regular import not_too_large, open_regular
from curveread.readers.textfile import ENCODED, MARK

_LARGE = 1 << 22
"""Bytes from which on a file is worth it."""


@contextmanager
def opened_large(path: Path) -> Iterator[BufferedReader | None]:
    """Open a text file for reading piece by piece; None for a small one, and for one that has to be decoded first.

    Raises
    ------
    ReadError
        When it cannot be opened or read, or is larger than any may be.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            not_too_large(size, path)
            as_it_is = size >= _LARGE and not file.read(4).startswith((*ENCODED, MARK))
            file.seek(0)
            yield file if as_it_is else None
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror or error}") from error


def pieces_of(file: BufferedReader, size: int) -> Iterator[bytes]:
    """Yield what follows in a file, about ``size`` bytes of whole lines at a time.

    What stands behind the last line break comes alone, at the end.
    """
    begun: list[bytes] = []
    while raw := file.read(size):
        cut = raw.rfind(b"\n") + 1
        if cut:
            yield b"".join([*begun, raw[:cut]])
            begun = []
        begun.append(raw[cut:])
    if rest := b"".join(begun):
        yield rest
