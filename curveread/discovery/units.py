"""The log files below a folder -> units: files that may form runs together, told apart by their names alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from curveread.discovery.discover import Progress, find, natural, read_files
from curveread.discovery.tree import LogFile, taken_by, without_kinds
from curveread.errors import ReadError
from curveread.readers.base import Reader
from curveread.run.model import Run

if TYPE_CHECKING:
    from curveread.discovery.remote.far import Far


class Spot(NamedTuple):
    """A :class:`curveread.discovery.tree.LogFile` as it travels: without its reader, which is asked for on arrival."""

    path: str
    home: str
    folder: str
    dated: bool
    split: str
    version: int
    spread: bool
    """Whether its log is spread over further files of its folder."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Files below a path, of one run most often, that can be read apart from all others there; small enough to travel.

    They may be the ``whole`` of it. ``passed`` was passed over on the way: links that lead nowhere, folders that may
    not be looked into; ``far`` is fetched before they can be read, where they lie behind a URL.
    """

    root: str
    files: tuple[Spot, ...]
    whole: bool
    passed: tuple[str, ...] = ()
    far: Far | None = None

    @property
    def homes(self) -> list[str]:
        """The run folders of the files."""
        return list(dict.fromkeys(f.home for f in self.files))

    def read(self, readers: Sequence[type[Reader]] = (), progress: Progress | None = None) -> list[Run]:
        """Read the runs, whose files are here; see :func:`curveread.discovery.discover.read_files`."""
        more = tuple(readers)
        files = [arrived(f, more) for f in self.files]
        passed = [Path(p) for p in self.passed]
        return read_files(files, Path(self.root), passed, whole=self.whole, progress=progress)


def units_at(root: Path, readers: Sequence[type[Reader]] = ()) -> list[Unit]:
    """Return the units at or below a path in the order of their folders; O(files), of which none is read.

    Together stay the files of a run folder, folders that differ only in what kind of thing they hold (``logs/run-7``
    and ``out/run-7``), and the folders that ``add_scalars`` makes for its lines. Attempts in folders side by side
    cannot be told from runs by their names: see :func:`joined`.

    Raises
    ------
    ReadError
        When nothing at the path is a log.
    """
    return list(each_at(root, readers))


def each_at(root: Path, readers: Sequence[type[Reader]] = ()) -> Iterator[Unit]:
    """Return the same one by one: all files are found at once, and forgotten as their unit is made."""
    files, passed = find(root, readers)
    by_home: dict[str, list[LogFile]] = defaultdict(list)
    for file in files:
        by_home[file.home_name].append(file)
    del files
    for home, first in _together(by_home, root.parent if root.is_file() else root).items():
        by_home[first] += by_home.pop(home)
    whole = len(by_home) == 1
    order = sorted(by_home, key=natural, reverse=True)
    missed = {order[-1]: tuple(map(str, passed))}

    def each() -> Iterator[Unit]:
        while order:
            home = order.pop()
            yield Unit(str(root), tuple(map(_spot, by_home.pop(home))), whole, missed.get(home, ()))

    return each()


def all_at(root: Path, readers: Sequence[type[Reader]] = ()) -> Unit:
    """Return all log files at or below a path as one unit, which is read as the path is."""
    files, passed = find(root, readers)
    return Unit(str(root), tuple(map(_spot, files)), True, tuple(map(str, passed)))


def joined(units: Sequence[Unit], *, whole: bool = False) -> Unit:
    """Return units of one root as one: what lies in folders side by side may be attempts of one run."""
    files = tuple(f for u in units for f in u.files)
    far = [u.far for u in units if u.far is not None]
    passed = tuple(p for u in units for p in u.passed)
    return Unit(units[0].root, files, whole, passed, far[0].joined(far[1:]) if far else None)


def _spot(file: LogFile) -> Spot:
    spread = file.reader.home(file.path) is not None
    return Spot(str(file.path), file.home_name, file.folder_name, file.dated, file.split, file.version, spread)


def arrived(spot: Spot, readers: tuple[type[Reader], ...]) -> LogFile:
    """Return the log file that a spot stands for; ReadError when it is not a log any more."""
    path = Path(spot.path)
    reader = taken_by(path, readers)
    if reader is None:
        raise ReadError(f"{path}: it was a log when it was found, and is not one any more")
    place = str(path.parent)
    return LogFile(place, path.name, reader, spot.home, spot.folder, spot.dated, spot.split, spot.version)


def _together(by_home: dict[str, list[LogFile]], top: Path) -> dict[str, str]:
    """Return homes that stay together with others -> the first of those."""
    first: dict[str, str] = {}
    for one, other in (*_twins(by_home, top), *_sub_writers(by_home)):
        a, b = _first(first, one), _first(first, other)
        if a != b:
            before, behind = sorted((a, b), key=Path)
            first[behind] = before
    return {home: _first(first, home) for home in by_home if home in first}


def _first(first: dict[str, str], home: str) -> str:
    while home in first:
        home = first[home]
    return home


def _twins(by_home: dict[str, list[LogFile]], top: Path) -> Iterator[tuple[str, str]]:
    """Yield homes that one run may have left in two places, below ``top``."""
    seen: dict[str, str] = {}
    for home in by_home:
        bare = str(top.joinpath(*without_kinds(Path(home).relative_to(top))))
        if bare != home:  # few are kept, as most names say nothing of a kind
            first = bare if bare in by_home else seen.setdefault(bare, home)
            if first is not home:
                yield first, home


def _sub_writers(by_home: dict[str, list[LogFile]]) -> Iterator[tuple[str, str]]:
    """Yield the homes of event files and of those above them that the same process wrote."""
    events = (f for members in by_home.values() for f in members if f.reader.format.per_folder)
    of_folder = {f.folder_name: f for f in events}
    for name, file in of_folder.items():
        if "_" not in (folder := Path(name)).name:
            continue
        above = of_folder.get(str(folder.parent))
        if above is not None and above.home_name != file.home_name and _writer(above) == _writer(file):
            yield above.home_name, file.home_name


def _writer(file: LogFile) -> str:
    """Return host and process of an event file: ``events.out.tfevents.<time>.<host>.<process>.<number>``."""
    name = file.name.partition("tfevents.")[2].partition(".")[2]
    head, _, tail = name.rpartition(".")
    return head if tail.isdigit() else name
