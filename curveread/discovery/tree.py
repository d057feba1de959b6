"""A folder tree -> the log files in it and the run folder ("home") that each belongs to."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from curveread.limits import limits, too_much
from curveread.readers.base import Reader
from curveread.readers.registry import asked_about, asked_anyway
from curveread.readers.trainer.names import CHECKPOINT

_NEVER = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "__pycache__",
        "node_modules",
        "site-packages",
        ".venv",
        "venv",
        ".tox",
        ".mypy_cache",
        ".ipynb_checkpoints",
    }
)
_CONTAINERS = frozenset(
    {
        "logs",
        "log",
        "tensorboard",
        "tensorboard_logs",
        "tensorboard_log",
        "tb",
        "tb_logs",
        "tblogs",
        "summaries",
        "events",
        "log_dir",
        "csv_logs",
    }
)
_KINDS = _CONTAINERS | {
    "out",
    "output",
    "outputs",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "model",
    "models",
    "results",
    "runs",
    "metrics",
}
"""Folders that say what lies in them and not of which run it is."""
_LIGHTNING = frozenset({"lightning_logs", "csv_logs", "tb_logs", "logs", "tensorboard", "default"})
SPLITS = frozenset({"train", "training", "learn", "validation", "valid", "val", "eval", "evaluation", "test", "dev"})
"""Folders (and files) that hold one split of a run: their tags get the folder's name in front."""
_WANDB_RUN = re.compile(r"(offline-)?(run|dryrun)-\d{8}_\d{6}-\w+$")
_HPARAMS = re.compile(r"\d{9,11}(\.\d+)?$")
_DATED = re.compile(r"[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_.+$")
_VERSION = re.compile(r"version_(\d+)$")
_LINK, _FOLDER, _FILE, _UNTOLD = "l", "d", "f", "?"
"""What an entry of a folder is."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log file and where it belongs; names and no paths, which take three times the memory in a tree of many runs.

    Parameters
    ----------
    place, name
        The folder that the file lies in, and its name there, which many files share.
    reader
        Who reads it.
    home_name
        The run folder: the file's own, without ``checkpoint-500``, ``wandb/run-…``, ``runs/<date_host>`` and the like.
    folder_name
        The folder whose files of one format belong together.
    dated
        Whether the file lies in ``runs/<date_host>`` below its home.
    split
        ``train``, ``validation`` … where the home's splits have folders of their own.
    version
        The number of a Lightning ``version_<n>`` folder, else -1.
    """

    place: str
    name: str
    reader: Reader
    home_name: str
    folder_name: str
    dated: bool = False
    split: str = ""
    version: int = -1

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.place, self.name)

    @property
    def home(self) -> Path:
        """The run folder."""
        return Path(self.home_name)

    @property
    def folder(self) -> Path:
        """The folder whose files of one format belong together."""
        return Path(self.folder_name)


def files_below(root: Path, passed: list[Path]) -> Iterator[Path]:
    """Yield files below a folder in a stable order; links are followed once.

    Links that lead nowhere, and folders that may not be looked into or lie too deep, are added to ``passed``. However
    deep the folders lie in one another, nothing is called that deep.
    """
    visited: set[int] = set()
    above = {root.resolve(), *root.resolve().parents}
    links: deque[Path] = deque()
    yield from _walked(root, visited, links, passed)
    known: set[int] | None = None
    while links:
        link = links.popleft()
        try:
            target = link.resolve(strict=True)
            if target.is_dir():
                if target not in above and link.name not in _NEVER:
                    yield from _walked(link, visited, links, passed)
            elif target.is_file():
                if known is None:
                    again = _walked(root, set(), deque(), [])  # links to files are rare: no path is kept for them
                    known = {_identity(path.stat()) for path in again}
                if (found := _identity(target.stat())) not in known:
                    known.add(found)
                    yield link
        except (OSError, RuntimeError):  # dangling, or a loop
            passed.append(link)


def too_deep(passed: Iterable[str]) -> str:
    """Return the end of a message about relative paths that were passed over, empty where none lies too deep."""
    deepest = limits().tree_depth
    return f"; {too_much('tree_depth')}" if any(path.count(os.sep) >= deepest for path in passed) else ""


def _identity(stat: os.stat_result) -> int:
    """Return device and place on it as one number, in a third of the memory that a pair takes."""
    return stat.st_dev << 64 | stat.st_ino


def _walked(root: Path, visited: set[int], links: deque[Path], passed: list[Path]) -> Iterator[Path]:
    """Yield the files below a folder, depth first by name; links are gathered."""
    waiting: list[Iterator[tuple[Path, bool]]] = [iter([(root, True)])]
    deepest = limits().tree_depth
    while waiting:
        path, is_folder = next(waiting[-1], (None, False))
        if path is None:
            waiting.pop()
        elif not is_folder:
            yield path
        elif len(waiting) > deepest + 1:
            passed.append(path)
        else:
            waiting.append(_entries(path, visited, links, passed))


def _entries(folder: Path, visited: set[int], links: deque[Path], passed: list[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the files and folders in a folder by name, and whether each is a folder; none where it was seen before."""
    try:
        stat = folder.stat()
        with os.scandir(folder) as listing:
            entries = sorted((f"{entry.name}\0{_kind(entry)}" for entry in listing), reverse=True)
    except OSError:
        passed.append(folder)
        return
    if _identity(stat) in visited:
        return
    visited.add(_identity(stat))
    while entries:
        name, _, kind = entries.pop().partition("\0")
        path = folder / name
        if kind == _LINK:
            links.append(path)
        elif kind == _UNTOLD:
            passed.append(path)
        elif kind == _FILE or (kind == _FOLDER and name not in _NEVER):
            yield path, kind == _FOLDER


def _kind(entry: os.DirEntry[str]) -> str:
    """Return what a folder's entry is in a letter: an entry itself takes four times the memory of its name."""
    try:
        if entry.is_symlink():
            return _LINK
        return _FOLDER if entry.is_dir() else _FILE if entry.is_file() else ""
    except OSError:
        return _UNTOLD


def claimed_by(path: Path, more: tuple[type[Reader], ...] = ()) -> Reader | None:
    """Return the reader that takes a file, None when none does; ``more`` are asked as well."""
    for reader in asked_about(path, more):
        try:
            if reader.claims(path):
                return reader
        except OSError:
            return None
    return None


def taken_by(path: Path, more: tuple[type[Reader], ...] = ()) -> Reader | None:
    """Return the reader that takes a file which is named itself, by what stands in it where its name tells nothing."""
    claimed = claimed_by(path, more)
    if claimed is not None:
        return claimed
    asked = [*asked_about(path, more)] or asked_anyway(more)
    return next((reader for reader in asked if reader.holds(path)), None)


def scan(root: Path, more: tuple[type[Reader], ...] = ()) -> tuple[list[LogFile], list[Path]]:
    """Return the log files at or below a path, each with its home, and what was passed over: links that lead nowhere.

    Files are recognised by their names; only those that may be tables are opened, for their first bytes. A file that
    is the path itself may have any name. ``more`` are readers that are asked beside those that are known.
    """
    passed: list[Path] = []
    alone = root.is_file()
    paths = iter([root]) if alone else files_below(root, passed)
    top = root.parent if alone else root
    files = []
    for path in paths:
        reader = taken_by(path, more) if alone else claimed_by(path, more)
        if reader is not None:
            files.append(_place(path, reader, top))
        elif not os.access(path, os.R_OK) and next(iter(asked_about(path, more)), None) is not None:
            passed.append(path)
    return _homes(_in_artifacts(_first_of_spread(files)), top), passed


def without_kinds(home: Path) -> tuple[str, ...]:
    """Return what tells a run folder from others: equal for ``logs/run-7`` and ``out/run-7``."""
    return tuple(part for part in home.parts if part.lower() not in _KINDS)


def _first_of_spread(files: list[LogFile]) -> list[LogFile]:
    """Keep one file of each log that its format spreads over several (MLflow, DVCLive): reading it reads them all."""
    seen: set[tuple[Reader, Path]] = set()
    out = []
    for file in files:
        spread = file.reader.home(file.path)
        if spread is not None:
            if (file.reader, spread) in seen:
                continue
            seen.add((file.reader, spread))
        out.append(file)
    return out


def _in_artifacts(files: list[LogFile]) -> list[LogFile]:
    """Place what a run of MLflow keeps among its artifacts in that run."""
    runs = {f.home_name for f in files if f.reader.home(f.path) is not None}
    if not runs:
        return files
    out = []
    for file in files:
        above = (str(p.parent) for p in file.path.parents if p.name == "artifacts")
        kept_by = next((name for name in above if name in runs), None)
        out.append(file if kept_by is None else replace(file, home_name=kept_by))
    return out


def _place(path: Path, reader: Reader, top: Path) -> LogFile:
    """Strip the folders that loggers make inside a run folder; never above ``top``."""
    spread = reader.home(path)
    if spread is not None:
        home = spread if top in (spread, *spread.parents) else top
        return _named(path, reader, home, home)
    home = path.parent
    folder = home
    dated = False
    version = -1

    def inside() -> bool:
        return home != top and home.name != ""

    if inside() and _HPARAMS.match(home.name) and reader.format.per_folder:
        home = folder = home.parent
    if inside() and CHECKPOINT.match(home.name):
        home = home.parent
    if inside() and home.name == "files" and _WANDB_RUN.match(home.parent.name):
        home = home.parent
    if inside() and _WANDB_RUN.match(home.name):
        home = home.parent
        if inside() and home.name == "wandb":
            home = home.parent
    if inside() and _DATED.match(home.name) and home.parent != top and home.parent.name == "runs":
        home, dated = home.parent.parent, True
    number = _VERSION.match(home.name)
    if inside() and number:
        version = int(number[1])
        home = home.parent
        if inside() and home.name in _LIGHTNING:
            home = home.parent
    elif inside() and home.name in _CONTAINERS:
        home = home.parent
    return _named(path, reader, home, folder, dated, version)


def _named(path: Path, reader: Reader, home: Path, folder: Path, dated: bool = False, version: int = -1) -> LogFile:
    """Return what the paths stand for; equal names are one string."""
    place = str(path.parent)
    name = place if home == path.parent else str(home)
    return LogFile(place, path.name, reader, name, name if folder == home else str(folder), dated, "", version)


def _homes(files: list[LogFile], top: Path) -> list[LogFile]:
    """Settle what needs a look at the neighbours: split folders, several Lightning versions."""
    files = _named_by_hand(files)
    by_home: dict[str, list[LogFile]] = defaultdict(list)
    for file in files:
        by_home[file.home_name].append(file)
    splits = Counter(home.parent for home in map(Path, by_home) if home.name.lower() in SPLITS)
    out: list[LogFile] = []
    for name, members in by_home.items():
        home = Path(name)
        if home != top and home.name.lower() in SPLITS and _has_counterpart(home, by_home, splits):
            above = str(home.parent)
            out += [replace(f, home_name=above, split=home.name) for f in members]
            continue
        versions = {f.version for f in members if f.version >= 0}
        if len(versions) > 1:
            out += [replace(f, home_name=f.folder_name) if f.version >= 0 else f for f in members]
            continue
        out += members
    return _same_versions(out)


def _named_by_hand(files: list[LogFile]) -> list[LogFile]:
    """Treat ``logging_dir="runs/my-name"`` of a Trainer like ``runs/<date_host>``: the run is where its state is."""
    states = {f.home_name for f in files if f.reader.format.cumulative}
    if not states:
        return files
    out = []
    for file in files:
        above = file.home.parent
        by_hand = above.name == "runs" and (state := str(above.parent)) in states
        out.append(replace(file, home_name=state, dated=True) if by_hand else file)
    return out


def _has_counterpart(home: Path, by_home: Mapping[str, list[LogFile]], splits: Mapping[Path, int]) -> bool:
    """Return whether a split folder has another beside it, or event files of the run above it.

    ``splits`` says how many split folders lie in a folder.
    """
    if not all(f.reader.format.per_folder or f.reader.format.generic for f in by_home[str(home)]):
        return False
    if any(f.reader.format.per_folder for f in by_home.get(str(home.parent), ())):
        return True
    return splits[home.parent] > 1


def _same_versions(files: list[LogFile]) -> list[LogFile]:
    """``csv_logs/version_3`` and ``lightning_logs/version_3`` are two logs of one training."""
    first: dict[tuple[Path, int], str] = {}
    out = []
    for file in files:
        if file.version >= 0 and file.home_name == file.folder_name:
            above = file.folder.parent
            key = (above.parent if above.name in _LIGHTNING else above, file.version)
            out.append(replace(file, home_name=first.setdefault(key, file.home_name)))
        else:
            out.append(file)
    return out
