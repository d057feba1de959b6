"""A key for what a unit would be read from: it changes whenever a file, an option or curveread does."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from curveread.discovery.units import Unit
from curveread.findings.sweep.row import Found, Measure, Sketch, SweepRow
from curveread.version import __version__

_PROBED = 4096
"""Bytes at either end of a log that are hashed: a file that was written over within the clock's tick shows there."""
_BESIDE = (".json", ".yaml", ".yml", ".log", ".out", ".err", ".txt")
"""Ends of the names of files beside a log that may hold settings, or what was printed."""


def seal(options: object) -> bytes:
    """Return what the options come to in a key, with the version of curveread and the shape of a row."""
    shape = [field.name for part in (SweepRow, Measure, Found, Sketch) for field in fields(part)]
    return hashlib.sha256(f"{__version__}\n{shape}\n{options!r}".encode()).digest()


def key_of(unit: Unit, sealed: bytes) -> str:
    """Return the key of a unit, hexadecimal; O(files) in its folders, of which only the ends of logs are read."""
    digest = hashlib.sha256(sealed)
    digest.update(f"{unit.root}\n{unit.whole}\n{unit.passed}\n".encode(errors="surrogateescape"))
    if unit.far is not None:  # its files have been listed, with what changes when they are written again
        digest.update(f"{unit.files}\n{unit.far.entries}\n{unit.far.folders}".encode(errors="surrogateescape"))
        return digest.hexdigest()
    told: set[str] = set()
    for spot in unit.files:
        digest.update(_ends(spot.path).encode(errors="surrogateescape"))
        for line in _around(spot.path, spot.home, spot.folder, spot.spread, told):
            digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def _ends(path: str) -> str:
    """Return size, time and a hash of both ends of a file."""
    try:
        with open(path, "rb") as file:
            about = os.fstat(file.fileno())
            head = file.read(_PROBED)
            file.seek(max(about.st_size - _PROBED, 0))
            ends = hashlib.sha256(head + file.read(_PROBED)).hexdigest()
    except OSError as error:
        return f"{path}\t{error.errno}\n"
    return f"{path}\t{about.st_size}\t{about.st_mtime_ns}\t{ends}\n"


def _around(path: str, home: str, folder: str, spread: bool, told: set[str]) -> Iterator[str]:
    """Yield lines on what else may be read: files beside a log, or all of a log that is spread over a folder."""
    if spread:
        below = Path(path).relative_to(home).parts
        top = os.path.join(home, below[0]) if len(below) > 1 else home
        if top not in told:
            told.add(top)
            for place, _, names in os.walk(top):
                yield from (_stamp(os.path.join(place, name)) for name in sorted(names))
    for place in (home, folder, *(os.path.join(folder, inner) for inner in ("logs", "files", ".hydra"))):
        if place not in told:
            told.add(place)
            yield from _beside(place)


def _beside(place: str) -> Iterator[str]:
    try:
        with os.scandir(place) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if entry.name.endswith(_BESIDE):
                    yield _stamp(entry.path)
                elif entry.name.startswith(("checkpoint", "epoch", "step")):  # which of them are still there
                    yield f"{entry.path}\n"
    except OSError:
        return


def _stamp(path: str) -> str:
    try:
        about = os.stat(path)
    except OSError:
        return f"{path}\n"
    return f"{path}\t{about.st_size}\t{about.st_mtime_ns}\n"
