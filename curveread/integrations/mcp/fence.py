"""The folders that a server may read, and nothing beside them: links that lead out are as files without permission."""

from __future__ import annotations

import errno
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.machinery import all_suffixes
from pathlib import Path

from curveread.errors import ReadError, UsageError

__all__ = ["Fence"]

_CODE = tuple(all_suffixes())


class Fence:
    """Folders, of which the code inside :meth:`closed` opens files for reading and no others.

    Python tells every opening of a file or folder to an audit hook before it happens, whoever asks for it, also a
    reader that looks beside or above the log it was given. One that leads out of the folders, or would write, raises
    ``PermissionError``: readers pass that file over and note it, as they do on any disk.

    Parameters
    ----------
    roots
        The folders.

    Raises
    ------
    UsageError
        When one of them is not a folder.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        for root in roots:
            if not root.is_dir():
                raise UsageError(f"{root}: not a folder here; the server reads the runs below folders")
        self.roots = tuple(root.resolve() for root in roots)
        _watched()

    def place(self, path: str) -> Path:
        """Return where a path lies that was asked for: absolute, or relative to one of the folders.

        Raises
        ------
        ReadError
            When it is not there, or lies outside the folders.
        """
        named = Path(path)
        places = [root / named for root in self.roots]  # of an absolute path the path itself
        there = next((p for p in places if p.exists()), places[0])
        if "\0" in path or not _within(there.resolve(), self.roots):
            raise ReadError(f"{path}: outside the folders that may be read here: {', '.join(map(str, self.roots))}")
        if not there.exists():
            raise ReadError(f"{path}: no such file or folder in {', '.join(map(str, self.roots))}")
        return there

    def shown(self, path: str | Path) -> str:
        """Return a path as answers name it: relative where there is one folder only, so that it can be asked for."""
        file = Path(path)
        if len(self.roots) == 1 and file.is_relative_to(self.roots[0]):
            return file.relative_to(self.roots[0]).as_posix()
        return str(file)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Hold what runs inside to the folders."""
        token = _inside.set(_Bounds(self.roots))
        try:
            yield
        finally:
            _inside.reset(token)


class _Bounds:
    """What may be opened now: the folders, Python's own code, and temporary folders that were made meanwhile."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.roots = roots
        self.made: list[Path] = []

    def check(self, path: object, writes: bool) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a file that is open already
        place = Path(os.path.realpath(os.fsdecode(path)))
        if _within(place, self.made) or (not writes and (_within(place, self.roots) or _is_code(place))):
            return
        raise PermissionError(errno.EACCES, "outside the folders that may be read here", os.fsdecode(path))


_inside: ContextVar[_Bounds | None] = ContextVar("curveread-fence", default=None)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@cache
def _watched() -> None:
    """Add the audit hook, once: it cannot be taken away."""
    tempfile.gettempdir()  # tries to write, the first time
    sys.addaudithook(_hook)


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event not in ("open", "os.scandir", "os.listdir", "tempfile.mkdtemp"):
        return
    bounds = _inside.get()
    if bounds is None:
        return
    if event == "tempfile.mkdtemp":
        bounds.made.append(Path(os.path.realpath(str(args[0]))))
    elif event == "open":
        flags = args[2] if isinstance(args[2], int) else 0
        bounds.check(args[0], bool(flags & _WRITING))
    else:
        bounds.check(args[0] or ".", writes=False)


@cache
def _libraries() -> tuple[Path, ...]:
    known = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    known |= {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    known.add(str(Path(__file__).parents[2]))
    return tuple(Path(os.path.realpath(folder)) for folder in known)


def _is_code(place: Path) -> bool:
    """Return whether a place is code or data of Python's libraries, which are loaded when they are first needed."""
    if _within(place, _libraries()):
        return True
    modules = [Path(os.path.realpath(entry)) for entry in sys.path if entry]
    return place in modules or (place.suffix in _CODE and _within(place, modules))


def _within(place: Path, folders: Iterable[Path]) -> bool:
    return any(place.is_relative_to(folder) for folder in folders)
