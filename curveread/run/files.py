"""Where the files of a run are: sources are named as the user would name them."""

from __future__ import annotations

from pathlib import Path

from curveread.run.model import Run, Source

__all__ = ["copies", "local", "located"]

copies: dict[str, str] = {}
"""Folder elsewhere, as a run names it -> the folder here in which what was fetched of it lies."""


def local(path: str) -> Path:
    """Return where a path lies here."""
    above, rest = path, ""
    while copies and above not in copies and "/" in above:
        above, _, name = above.rpartition("/")
        rest = f"{name}/{rest}" if rest else name
    return Path(copies[above], rest) if above in copies else Path(path)


def located(run: Run, source: Source) -> Path:
    """Return a source's file: it is named from the folder that was asked for, which may lie above the run's."""
    place = local(run.path)
    above = place if place.is_dir() else place.parent
    for folder in (above, *above.parents[: len(Path(source.path).parts) - 1]):
        if (folder / source.path).is_file():
            return folder / source.path
    return Path(source.path)
