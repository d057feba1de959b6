"""What a format is, as data: everything that other rooms must know of it, without loading its reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from pathlib import Path

__all__ = ["Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format of training logs.

    A family of readers lists its formats as ``FORMATS`` in the ``__init__`` of its folder (or, when it is one file, in
    that file); a reader names the one that it is registered under and the dialects of it that it recognises.

    Parameters
    ----------
    name
        As users see it and as it stands in results: ``tensorboard``.
    looks_like
        Its files, for people: ``events.out.tfevents.*``.
    title
        What it is, in a line, for the tables of formats.
    files
        Patterns of file names as in :mod:`fnmatch`, in lower case; one with a slash is compared with the whole path.
        The reader is loaded when one fits, and then asked. Empty for a dialect, which another format's reader finds.
    reader
        ``module:class``, imported when a file fits; empty for a dialect, and for a reader that is handed over as a
        class.
    priority
        Readers are asked in ascending order: those that know a file by its name first, from 50 on those that look for
        any table or text.
    rank
        Which form of a curve is preferred when two are equally good; smaller first.
    table
        Rows that a person or a script wrote; one run is not logged into two of them under the same names.
    exported
        An export of single curves, not the log itself.
    printed
        Rounded by printing, maybe without steps: it fills what no other form holds and contradicts none.
    several_runs
        One file, or one store, may hold several runs.
    per_folder
        All its files in one folder are one log, and another folder is another log.
    cumulative
        Each file repeats the log from its start: the furthest one holds those before it.
    named_by_folder
        A file's own name says nothing, so the run is called after its folder.
    beside
        Names of further files, in the folder of a log or in ``files`` or ``logs`` there, that its reader looks into.
    renamed
        Return the tag under which the same program logs a tag of this format elsewhere.
    """

    name: str
    looks_like: str
    title: str
    files: tuple[str, ...] = ()
    reader: str = ""
    priority: int = 50
    rank: int = 100
    table: bool = False
    exported: bool = False
    printed: bool = False
    several_runs: bool = False
    per_folder: bool = False
    cumulative: bool = False
    named_by_folder: bool = False
    beside: tuple[str, ...] = ()
    renamed: Callable[[str], str] | None = None

    def fits(self, path: Path) -> bool:
        """Return whether a file has a name that its reader should be asked about."""
        by_name, by_place = _patterns(self.files)
        return bool((by_name and by_name.match(path.name.lower())) or (by_place and by_place.match(path.as_posix())))

    @property
    def generic(self) -> bool:
        """Whether its reader takes any table or text that looks like a log."""
        return self.priority >= 50


@lru_cache(maxsize=256)
def _patterns(files: tuple[str, ...]) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Return one expression for the patterns of names and one for those of paths."""
    name = "|".join(translate(f) for f in files if "/" not in f)
    place = "|".join(translate(f) for f in files if "/" in f)
    return re.compile(name) if name else None, re.compile(place) if place else None
