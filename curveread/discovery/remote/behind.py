"""Units behind a URL: found through a hollow mirror, read through one that holds what is needed."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from curveread.discovery.discover import Progress
from curveread.discovery.remote.far import Far
from curveread.discovery.remote.mirror import Mirror, made
from curveread.discovery.remote.store import Entry, Store
from curveread.discovery.units import Spot, Unit, all_at, arrived, units_at
from curveread.errors import ReadError
from curveread.readers.base import Reader
from curveread.run.model import Run


def units_behind(url: str, readers: Sequence[type[Reader]] = (), cache: str = "", *, apart: bool = True) -> list[Unit]:
    """Return the units at or below a URL; nothing is fetched but what tells logs from other files.

    Fetched files stay in the folder ``cache``. Units that may not be read ``apart`` are one.

    Raises
    ------
    ReadError
        When nothing there is a log, or it cannot be listed.
    """
    more = tuple(readers)
    store, entries = Store(url, cache).listed()
    mirror = made(store, entries, _scratch())
    try:
        mirror.hollow()
        mirror.glimpse(more)
        units = units_at(mirror.root, more) if apart else [all_at(mirror.root, more)]
        inner = _by_home(entries, {os.path.relpath(home, mirror.top) for unit in units for home in unit.homes})
        out = []
        for unit in units:
            needed = mirror.needed([arrived(s, more) for s in unit.files], together=not apart)
            folders = [f for home in unit.homes for f in inner.get(os.path.relpath(home, mirror.top), ())]
            out.append(_there(unit, mirror, Far(store, tuple(needed), tuple(folders), _scratch())))
        return out
    except ReadError as error:
        raise type(error)(mirror.told(str(error))) from error
    finally:
        mirror.drop()


def _by_home(entries: Sequence[Entry], homes: set[str]) -> dict[str, dict[str, None]]:
    """Return home -> the folders in it, but for those of other homes in it."""
    out: dict[str, dict[str, None]] = {}
    for folder in dict.fromkeys(e.name.rpartition("/")[0] for e in entries):
        home = folder or "."
        while home not in homes and home != ".":
            home = home.rpartition("/")[0] or "."
        out.setdefault(home, {})[folder or "."] = None
    return out


def read_far(unit: Unit, readers: Sequence[type[Reader]] = (), progress: Progress | None = None) -> list[Run]:
    """Fetch what a unit needs and read its runs."""
    far = unit.far
    assert far is not None
    near = os.path.isdir(far.scratch)
    mirror = made(far.store, far.entries, far.scratch if near else _scratch())
    try:
        mirror.hollow(far.folders)
        mirror.fill(far.entries, progress)
        runs = [_told(run, mirror) for run in _here(unit, mirror).read(readers, progress)]
    except ReadError as error:
        mirror.drop()
        raise type(error)(mirror.told(str(error))) from error
    except BaseException:
        mirror.drop()
        raise
    if not (near and far.lasting):
        _last.replace(mirror)
    return runs


def read_url(
    url: str, readers: Sequence[type[Reader]] = (), cache: str = "", progress: Progress | None = None
) -> list[Run]:
    """Read every run at or below a URL; see :func:`curveread.discovery.discover.read_runs`."""
    (unit,) = units_behind(url, readers, cache, apart=False)
    return read_far(unit, readers, progress)


class _Last(threading.local):
    """The mirror that a thread keeps until it makes the next."""

    mirror: Mirror | None = None

    def replace(self, mirror: Mirror) -> None:
        if self.mirror is not None:
            self.mirror.drop()
        self.mirror = mirror


_last = _Last()


@lru_cache(maxsize=1)
def _scratch() -> str:
    """Return a folder for mirrors that is removed when this process ends."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="curveread-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _moved(path: str, before: str, after: str) -> str:
    return after + path[len(before) :] if path.startswith(before) else path


def _spot(spot: Spot, before: str, after: str) -> Spot:
    path, home, folder = (_moved(p, before, after) for p in (spot.path, spot.home, spot.folder))
    return spot._replace(path=path, home=home, folder=folder)


def _there(unit: Unit, mirror: Mirror, far: Far) -> Unit:
    return replace(_rooted(unit, str(mirror.top), mirror.store.top), root=mirror.store.shown, far=far)


def _here(unit: Unit, mirror: Mirror) -> Unit:
    return replace(_rooted(unit, mirror.store.top, str(mirror.top)), root=str(mirror.root), far=None)


def _rooted(unit: Unit, before: str, after: str) -> Unit:
    files = tuple(_spot(s, before, after) for s in unit.files)
    return replace(unit, files=files, passed=tuple(_moved(p, before, after) for p in unit.passed))


def _told(run: Run, mirror: Mirror) -> Run:
    """Return a run with the URL wherever it names the folder here."""
    told = mirror.told
    return replace(
        run,
        path=told(run.path),
        copy=run.path,
        sources=tuple(replace(s, path=told(s.path)) for s in run.sources),
        notes=tuple(replace(n, source=told(n.source), message=told(n.message)) for n in run.notes),
        attempts=tuple(replace(a, source=told(a.source)) for a in run.attempts),
        checkpoints=tuple(replace(c, path=told(c.path)) for c in run.checkpoints),
        incidents=tuple(replace(i, source=told(i.source)) for i in run.incidents),
    )
