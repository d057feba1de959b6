"""Where the files of a run are: sources are named as the user would name them."""

from __future__ import annotations

from pathlib import Path

from curveread.run.model import Run, Source


def local(run: Run) -> Path:
    """Return where what a run was read from lies here: its path, or the copy of what lies elsewhere."""
    return Path(run.copy or run.path)


def located(run: Run, source: Source) -> Path:
    """Return a source's file: it is named from the folder that was asked for, which may lie above the run's."""
    place = local(run)
    above = place if place.is_dir() else place.parent
    for folder in (above, *above.parents[: len(Path(source.path).parts) - 1]):
        if (folder / source.path).is_file():
            return folder / source.path
    return Path(source.path)
