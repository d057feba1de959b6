"""A folder here that stands for one elsewhere: all its names, and the contents of those files that a reader needs.

Readers, and what finds their files, work on local paths; so they are given some. Every file that is listed has its
name and size here, as a hole; what recognises files by their first bytes is given those; and only what is then read
is fetched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curveread.discovery.beside import SETTINGS
from curveread.discovery.printed_files import printed_files
from curveread.discovery.remote.store import Entry, Store
from curveread.discovery.tree import LogFile, claimed_by
from curveread.errors import ReadError
from curveread.readers.base import Reader
from curveread.readers.registry import asked_about, formats
from curveread.readers.trainer.names import CHECKPOINT

_GLIMPSE = 1 << 16
"""Bytes at the beginning and at the end of a file by which a reader knows it."""
_FURTHER = 1 << 22
"""Bytes at the beginning of a text in which a training may only begin."""
_WHOLE = (".db", ".sqlite", ".sqlite3")
"""What must be opened as a whole to be recognised."""
_INNER = ("", "logs", "files", ".hydra")
"""Folders in that of a log in which more about it may stand."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """The folder here: ``top`` is the counterpart of the store's, ``base`` is removed in the end.

    ``entries`` are the files that may be fetched, by name.
    """

    store: Store
    base: Path
    top: Path
    entries: dict[str, Entry]

    @property
    def root(self) -> Path:
        """The counterpart of the URL."""
        return self.top / self.store.shown.rpartition("/")[2] if self.store.lone else self.top

    def hollow(self, folders: Iterable[str] = ()) -> None:
        """Make all files, with holes for contents, and further folders."""
        for folder in (*folders, *(name for name in self.entries if name.endswith("/"))):
            (self.top / folder).mkdir(parents=True, exist_ok=True)
        for entry in (e for e in self.entries.values() if not e.name.endswith("/")):
            path = self.top / entry.name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    file.truncate(entry.size)
            except FileExistsError:
                continue  # what is both a folder and a file there is a folder here
            except OSError as error:
                raise ReadError(f"{self.store.shown}: {entry.name} has no place in {self.top}: {error}") from error

    def glimpse(self, readers: tuple[type[Reader], ...] = ()) -> None:
        """Fetch of every file that readers may know by its contents as much as they look at."""
        unsure = [e for e in self.entries.values() if self._unsure(e, readers)]
        self.fill([e for e in unsure if e.size <= 2 * _GLIMPSE or e.name.lower().endswith(_WHOLE)])
        long = [e for e in unsure if e.size > 2 * _GLIMPSE and not e.name.lower().endswith(_WHOLE)]
        self._patch([s for e in long for s in ((e, 0, _GLIMPSE), (e, e.size - _GLIMPSE, e.size))])
        texts = [e for e in long if self._unsure(e, readers) and self._is_text(e)]
        self._patch([(e, 0, min(e.size, _FURTHER)) for e in texts])

    def _unsure(self, entry: Entry, readers: tuple[type[Reader], ...]) -> bool:
        path = self.top / entry.name
        asked = path == self.root if self.store.lone else any(asked_about(path, readers))
        return entry.size > 0 and asked and not claimed_by(path, readers)

    def _is_text(self, entry: Entry) -> bool:
        if not self.store.lone and not any(r.format.printed for r in asked_about(self.top / entry.name)):
            return False
        with (self.top / entry.name).open("rb") as file:
            return b"\0" not in file.read(1024)

    def _patch(self, spans: Sequence[tuple[Entry, int, int]]) -> None:
        if spans:
            for (entry, start, _), raw in zip(spans, self.store.glimpses(spans), strict=True):
                with (self.top / entry.name).open("r+b") as file:
                    file.seek(start)
                    file.write(raw)

    def fill(self, entries: Iterable[Entry], progress: Callable[[int, int, str], None] | None = None) -> None:
        """Fetch whole files in place of what stands for them.

        Raises
        ------
        ReadError
            When one cannot be had, or the disk has no room for them.
        """
        wanted = list(entries)
        free, needed = shutil.disk_usage(self.top).free, sum(e.size for e in wanted)
        if needed > free:
            raise ReadError(
                f"{self.store.shown}: {needed >> 20} MB must be fetched, {self.top} has room for {free >> 20}"
            )
        for entry in wanted:
            (self.top / entry.name).unlink(missing_ok=True)
        self.store.fetch(wanted, self.top, progress)

    def needed(self, files: Sequence[LogFile], *, together: bool = False) -> list[Entry]:
        """Return what is read with some logs: they themselves, and what lies beside them.

        Those side by side may be found to be attempts of one run (``together``), whose folder is the one above.
        """
        paths = dict.fromkeys(f.path for f in files)
        beside = {p for f in formats() for p in f.beside}
        for home in dict.fromkeys(f.home for f in files):
            own = [f for f in files if f.home == home]
            above = (home.parent,) if together else ()
            folders = dict.fromkeys(
                p for f in own for p in (home, *above, f.folder, f.path.parent, *_output_folder(f.path.parent))
            )
            paths |= dict.fromkeys(path for f in own for path in self._spread(f))
            paths |= dict.fromkeys(folder / name for folder in folders for name in (*SETTINGS, *beside))
            inner = [folder / name for folder in folders for name in _INNER]
            paths |= dict.fromkeys(folder / name for folder in inner for name in beside)
            paths |= dict.fromkeys(printed_files(inner)[0])
            paths |= dict.fromkeys(f.path.with_name(f.path.name + end) for f in own for end in ("-wal", "-journal"))
        names = (p.relative_to(self.top).as_posix() for p in paths if p.is_relative_to(self.top))
        return [self.entries[name] for name in dict.fromkeys(names) if name in self.entries]

    def _spread(self, file: LogFile) -> Iterator[Path]:
        """Yield all files of a log that is spread over a folder."""
        spread = file.reader.home(file.path)
        if spread is not None:
            for place, _, names in os.walk(spread):
                known = file.reader.format
                yield from (p for n in names if known.fits(p := Path(place, n)) or n in known.beside)

    def drop(self) -> None:
        """Remove it."""
        shutil.rmtree(self.base, ignore_errors=True)

    def told(self, text: str) -> str:
        """Return text with the URL in place of the folder here."""
        return text.replace(str(self.top), self.store.top)


def _output_folder(folder: Path) -> tuple[Path, ...]:
    return (folder.parent,) if CHECKPOINT.match(folder.name) else ()


def made(store: Store, entries: Sequence[Entry], scratch: str = "") -> Mirror:
    """Return an empty mirror in a folder of its own; ``scratch`` is the folder that it is made in."""
    base = os.path.realpath(tempfile.mkdtemp(prefix="curveread-", dir=scratch or None))
    scheme, _, path = store.top.partition("://")
    top = Path(base, scheme.replace(":", "-"), *(p for p in path.split("/") if p not in ("", "..")))
    top.mkdir(parents=True, exist_ok=True)
    return Mirror(store, Path(base), top, {e.name: e for e in entries})
