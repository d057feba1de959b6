"""A name for each of several runs, unlike all others'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from curveread.run.model import Run


def names_of(runs: Sequence[Run]) -> list[str]:
    """Return a name for each run, no two the same: with its folder, and a number where that does not help."""
    names = [run.name for run in runs]
    if len(set(names)) < len(names):
        names = [
            f"{folder}/{n}" if names.count(n) > 1 and (folder := PurePath(run.path).parent.name) else n
            for n, run in zip(names, runs, strict=True)
        ]
    out: list[str] = []
    for name in names:
        times = sum(o == name or o.startswith(f"{name} #") for o in out)
        out.append(f"{name} #{times + 1}" if times else name)
    return out
