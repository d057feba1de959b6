"""Where the files of a run are: sources are named as the user would name them."""

from __future__ import annotations

import os
from pathlib import Path

from curveread.run.model import Run, Source

__all__ = ["located"]


def located(run: Run, source: Source) -> Path:
    """Return a source's file: it is named from the folder that was asked for, which may lie above the run's."""
    above = Path(run.path) if os.path.isdir(run.path) else Path(run.path).parent
    for folder in (above, *above.parents[: len(Path(source.path).parts) - 1]):
        if (folder / source.path).is_file():
            return folder / source.path
    return Path(source.path)
