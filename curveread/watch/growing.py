"""The log files at a path that still grow, read as :func:`curveread.read_all` reads a path that does not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from curveread.arrays import FloatArray
from curveread.discovery.discover import Progress, find, read_files
from curveread.discovery.tree import LogFile
from curveread.discovery.units import Unit
from curveread.errors import NoLogsError
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.run.model import Run
from curveread.watch.tail import Tail


class Growing:
    """The log files at a path, which need not be there yet; further readers may know them."""

    def __init__(self, path: Path, readers: Sequence[type[Reader]] = ()) -> None:
        self.path, self._more = path, readers
        self._files: dict[Path, LogFile] = {}
        self._tails: dict[Path, Tail] = {}
        self._passed: list[Path] = []
        self._folders: Mapping[Path, int] = {}

    @property
    def files(self) -> int:
        """Log files that were found."""
        return len(self._files)

    def look(self, *, anew: bool = False) -> bool:
        """Look for new files where a folder changed, or with ``anew`` in any case; return whether there are any."""
        folders = self._changed_at()
        if not anew and self._files and folders == self._folders:
            return False
        self._folders = folders
        try:
            files, self._passed = find(self.path, self._more)
        except NoLogsError:
            return False
        new = {f.path: f for f in files}
        found = new.keys() - self._files.keys()
        self._files |= new  # one that is gone stays: its points were logged
        self._tails |= {p: Tail(p, f.reader) for p, f in new.items() if p in found}
        self._folders = self._changed_at()
        return bool(found)

    def grow(self) -> Iterator[tuple[Path, Mapping[str, FloatArray]]]:
        """Yield each file that was written to since the last time, with its new values."""
        for path, tail in self._tails.items():
            values = tail.grow()
            if values is not None:
                yield path, values

    def unit(self) -> Unit:
        """Return what was read so far, as :func:`curveread.read_all` takes it."""
        held = {id(f.reader): _Held(f.reader, self._tails) for f in self._files.values()}
        files = [replace(f, reader=held[id(f.reader)]) for f in self._files.values()]
        return _Read(str(self.path), (), True, log=files, missed=self._passed)

    def _changed_at(self) -> dict[Path, int]:
        """Return when the folders that hold logs, and that at the path, changed."""
        folders = {self.path, *(p.parent for p in self._files)}
        out = {}
        for folder in folders:
            try:
                out[folder] = os.stat(folder).st_mtime_ns if folder.is_dir() else 0
            except OSError:
                out[folder] = -1
        return out


@dataclass(frozen=True, slots=True)
class _Read(Unit):
    """Files of which was read already what is in them."""

    log: Sequence[LogFile] = ()
    missed: Sequence[Path] = field(default_factory=list)

    def read(self, readers: Sequence[type[Reader]] = (), progress: Progress | None = None) -> list[Run]:
        """Put together what was read of the files."""
        return read_files(self.log, Path(self.root), self.missed)


class _Held(Reader):
    """Stands for a reader and returns what was read of its files as they grew."""

    format: Format  # type: ignore[misc]
    dialects: tuple[Format, ...]  # type: ignore[misc]

    def __init__(self, reader: Reader, tails: Mapping[Path, Tail]) -> None:
        self._reader, self._tails = reader, tails
        self.format, self.dialects = reader.format, reader.dialects

    def claims(self, path: Path) -> bool:
        return path in self._tails

    def repeated(self, paths: Sequence[Path]) -> Collection[Path]:
        return self._reader.repeated(paths)

    def home(self, path: Path) -> Path | None:
        return self._reader.home(path)

    def read(self, path: Path) -> list[Part]:
        return self._tails[path].parts()
