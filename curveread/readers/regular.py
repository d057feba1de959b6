"""Files opened so that nothing waits: a pipe beside a log would block for ever, a device never ends."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from curveread.limits import limits, too_much


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading.

    Raises
    ------
    OSError
        When it cannot be opened, or is a pipe, a socket, a device or a folder.
    """
    _must_be_regular(os.stat(path), path)  # to open a device can have effects
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _must_be_regular(os.fstat(descriptor), path)
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _must_be_regular(about: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def not_too_large(size: int, path: Path) -> None:
    """Raise OSError for a file of more bytes than are read of one."""
    if size > limits().bytes:
        raise OSError(errno.EFBIG, f"{size:,} bytes; {too_much('bytes')}", str(path))


def read_regular(path: Path, most: int | None = None, told: str = "") -> bytes:
    """Return what a file holds; ``told`` is said besides when it holds more than ``most`` bytes.

    Raises
    ------
    OSError
        As :func:`open_regular`, and when the file is larger than ``most``, or than any may be.
    """
    with open_regular(path) as file:
        if most is None:
            not_too_large(os.fstat(file.fileno()).st_size, path)
            return file.read()
        raw = file.read(most + 1)
    if len(raw) > most:
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes{told and '; '}{told}", str(path))
    return raw
