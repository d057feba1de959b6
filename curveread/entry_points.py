"""Readers and checks of other packages: what they announce as entry points ``curveread.readers`` and ``.detectors``."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curveread.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@lru_cache(maxsize=8)
def announced(group: str) -> dict[str, EntryPoint]:
    """Return name -> entry point of a group; nothing of another package is imported for it.

    Parameters
    ----------
    group
        ``curveread.readers`` or ``curveread.detectors``.
    """
    if not _any():
        return {}
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=group)}


def loaded(point: EntryPoint, base: type) -> Any:
    """Return the class that an entry point leads to.

    Parameters
    ----------
    point
        One of :func:`announced`.
    base
        What the class must be derived from.

    Raises
    ------
    PluginError
        When it cannot be imported, or is another thing.
    """
    package = point.dist.name if point.dist else "an unknown package"
    where = f"the entry point {point.name!r} of {package} ({point.group})"
    try:
        found = point.load()
    except Exception as error:  # whatever another package's import raises
        raise PluginError(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, base)):
        raise PluginError(f"{where} leads to {point.value}, which is not a class derived from {base.__name__}")
    return found


@lru_cache(maxsize=1)
def _any() -> bool:
    """Return whether any installed package may announce something for curveread.

    importlib.metadata takes longer to import than a short log to read; a look into the files that it reads does not.
    """
    for place in sys.path:
        try:
            with os.scandir(place or ".") as entries:
                folders = [e.path for e in entries if e.name.endswith((".dist-info", ".egg-info"))]
        except OSError:
            continue
        for folder in folders:
            try:
                if b"[curveread." in Path(folder, "entry_points.txt").read_bytes():
                    return True
            except OSError:
                continue
    return False
