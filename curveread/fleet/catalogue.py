"""Roots -> units of work, in a stable order and each file once; found by names, so that only paths travel."""

from __future__ import annotations

import gc
import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from curveread import api
from curveread.discovery.remote.url import discreet
from curveread.discovery.units import Unit
from curveread.errors import ReadError
from curveread.fleet.spool import Spool

_MANY = 1_000
"""Units from which looking through all objects costs little beside reading."""


def catalogue(
    roots: Sequence[str | os.PathLike[str]],
    *,
    leave: Collection[Path] = (),
    **options: Any,
) -> tuple[Spool[Unit], list[tuple[str, str]]]:
    """Return what is to be read at or below some roots.

    Parameters
    ----------
    roots
        Folders, run directories or log files, or URLs of them; what lies below two of them is read once.
    leave
        Files that are not read, such as the table that an earlier sweep wrote there.
    options
        As :func:`curveread.api.units` takes them.

    Returns
    -------
    units
        In the order of the roots, then of their folders.
    missing
        Roots at which nothing can be read, each with the reason.

    Raises
    ------
    ReadError
        When that is so of all roots; the reason of the first.
    """
    units = Spool[Unit]()
    missing: list[ReadError] = []
    named: list[tuple[str, str]] = []
    done = {os.path.realpath(p) for p in leave}
    for root in roots:
        try:
            found = api.units(root, **options)
        except ReadError as error:
            missing.append(error)
            named.append((discreet(str(root)), str(error)))
            continue
        for unit in found:
            real = {f: os.path.realpath(f.path) for f in unit.files}
            files = tuple(f for f in unit.files if real[f] not in done)
            if len(roots) > 1:
                done.update(real.values())
            far = unit.far and replace(unit.far, lasting=False)  # a row is all that is kept
            if files:
                units.append(replace(unit, files=files, far=far))
    if missing and not len(units):
        raise missing[0]
    if len(units) >= _MANY:
        gc.collect()  # gives back what Python keeps of so many small objects: it would stay below all that follows
    return units, named
