"""A URL -> what lies there, and its contents: through fsspec, patiently, and from a cache where there is one.

Credentials are those that fsspec finds: the environment, the files of the provider's tools, ``~/.config/fsspec``.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from curveread.discovery.remote.url import discreet
from curveread.errors import ArgumentError, NoLogsError, ReadError, UsageError

R = TypeVar("R")

_PAUSES = (0.5, 2.0)
"""Seconds between tries, give or take a half; most file systems try again themselves before we do."""
_BATCH = 64
"""Files that are fetched at a time."""
_STAMPS = (
    "ETag",
    "etag",
    "md5Hash",
    "blob_id",
    "content_md5",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
)
"""What tells one state of a file from another, as file systems call it; the surest first."""


class Entry(NamedTuple):
    """A file as it is listed: its place below the store's, its bytes, and what changes when it is written again.

    The name of a folder, which is listed beside a file that was asked for, ends with a slash.
    """

    name: str
    size: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Store:
    """Something at a URL, and where its files are kept once they were fetched.

    The URL has whatever is secret in it: it is never shown. ``cache`` is a folder in which fetched files stay, by what
    changes when they are written again. Of a lone file names are told from its folder on.
    """

    url: str = field(repr=False)
    cache: str = ""
    lone: bool = False

    @property
    def shown(self) -> str:
        """The URL as it may be told."""
        return discreet(self.url).rstrip("/")

    @property
    def top(self) -> str:
        """The URL of the folder as it may be told."""
        return self.shown.rpartition("/")[0] if self.lone else self.shown

    def listed(self) -> tuple[Store, list[Entry]]:
        """Return the files below the folder, or beside the file, and this store, which now knows which it is.

        Raises
        ------
        NoLogsError, ReadError, UsageError
            When nothing is there, it cannot be listed, or its file system is not installed.
        """
        fs, root = self._opened()
        found: dict[str, Any] = self._patiently(lambda: fs.find(root, detail=True))
        if not found:
            raise NoLogsError(f"{self.shown}: no such file or folder, or an empty one")
        lone, top = list(found) == [root], root
        if lone:
            top = root.rpartition("/")[0]
            around = self._patiently(lambda: fs.ls(top, detail=True))
            found |= {info["name"].rstrip("/") + "/" * (info["type"] == "directory"): info for info in around}
        entries = (Entry(p[len(top) + 1 :], int(i.get("size") or 0), _stamp(i)) for p, i in found.items())
        return replace(self, lone=lone), sorted(e for e in entries if _harmless(e.name))

    def glimpses(self, spans: Sequence[tuple[Entry, int, int]]) -> list[bytes]:
        """Return bytes ``start`` to ``end`` of files."""
        fs, top = self._folder()
        paths, starts, ends = (
            [f"{top}/{e.name}" for e, _, _ in spans],
            [s for _, s, _ in spans],
            [e for *_, e in spans],
        )
        return self._patiently(lambda: fs.cat_ranges(paths, starts, ends, on_error="raise"))

    def fetch(
        self, entries: Sequence[Entry], into: Path, progress: Callable[[int, int, str], None] | None = None
    ) -> None:
        """Fetch files into a folder, below which they lie as they do in the store.

        Raises
        ------
        ReadError
            When one of them cannot be had.
        """
        fs, top = self._folder()
        wanted = [(e, into / e.name) for e in entries]
        for _, target in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
        missing = [(e, t) for e, t in wanted if not self._from_cache(e, t)]
        for at in range(0, len(missing), _BATCH):
            if progress is not None:
                progress(at, len(missing), missing[at][0].name)
            self._get(fs, top, missing[at : at + _BATCH])

    def _get(self, fs: Any, top: str, wanted: Sequence[tuple[Entry, Path]]) -> None:
        """Fetch a batch; after a failure only what is still missing of it."""

        def get() -> None:
            left = [(e, t) for e, t in wanted if not t.exists()]
            parts = [f"{t}.part" for _, t in left]
            fs.get([f"{top}/{e.name}" for e, _ in left], parts)
            for (entry, target), part in zip(left, parts, strict=True):
                size = os.path.getsize(part)
                if size < entry.size:
                    raise OSError(f"{entry.name}: {size} of {entry.size} bytes came")
                os.replace(part, target)

        self._patiently(get)
        for entry, target in wanted:
            self._into_cache(entry, target)

    def _opened(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise UsageError(f"{self.shown}: a URL needs fsspec: pip install 'curveread[remote]'") from error
        try:
            fs, root = url_to_fs(self.url, use_listings_cache=False)
        except ImportError as error:
            raise UsageError(f"{self.shown}: {error}") from error
        except ValueError as error:
            raise UsageError(f"{self.shown}: it cannot be opened: {self._reason(error)}") from error
        except Exception as error:  # some connect at once
            raise ReadError(f"{self.shown}: cannot be read: {self._reason(error)}") from error
        return fs, root.rstrip("/")

    def _folder(self) -> tuple[Any, str]:
        fs, root = self._opened()
        return fs, root.rpartition("/")[0] if self.lone else root

    def _patiently(self, do: Callable[[], R]) -> R:
        """Return what a request returns, tried again after a failure that may pass.

        Raises
        ------
        ReadError
            When it does not pass.
        """
        for pause in (*_PAUSES, None):
            try:
                return do()
            except FileNotFoundError as error:
                raise NoLogsError(f"{self.shown}: no such file or folder") from error
            except Exception as error:
                lasting = isinstance(error, PermissionError | ImportError) or "Credential" in type(error).__name__
                if pause is None or lasting:
                    raise ReadError(f"{self.shown}: cannot be read: {self._reason(error)}") from error
                time.sleep(pause * (0.5 + random.random()))
        raise AssertionError

    def _reason(self, error: BaseException) -> str:
        return discreet(" ".join(str(error).split()) or type(error).__name__)[:300]

    def _kept(self, entry: Entry) -> Path | None:
        if not (self.cache and entry.stamp):
            return None
        key = hashlib.sha256("\n".join((self.top, *map(str, entry))).encode(errors="surrogateescape")).hexdigest()
        return Path(self.cache, key[:2], key)

    def _from_cache(self, entry: Entry, target: Path) -> bool:
        kept = self._kept(entry)
        if kept is None or not kept.is_file():
            return False
        _copied(kept, target)
        return True

    def _into_cache(self, entry: Entry, target: Path) -> None:
        kept = self._kept(entry)
        if kept is None:
            return
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
                _copied(target, Path(folder, "file"))
                os.replace(Path(folder, "file"), kept)
        except OSError as error:
            raise ArgumentError("cache", self.cache, f"it cannot be written: {error.strerror or error}") from error


def _copied(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def _stamp(info: dict[str, Any]) -> str:
    return next((str(info[key]) for key in _STAMPS if info.get(key)), "")


def _harmless(name: str) -> bool:
    """Return whether a name can be that of a file below a folder here: an object may be called ``../../x``."""
    return "\0" not in name and all(
        p not in ("", ".", "..") and len(p.encode("utf-8", "replace")) < 250 for p in name.removesuffix("/").split("/")
    )
