"""Finds the readers: every module of this folder and the folders in it that defines a :class:`Reader`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import lru_cache

import curveread.readers as folder
from curveread.readers.base import Reader

__all__ = ["all_readers"]


@lru_cache(maxsize=1)
def all_readers() -> tuple[Reader, ...]:
    """Return one instance of every reader, the most specific first."""
    found: list[Reader] = []
    for info in sorted(pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."), key=lambda m: m.name):
        module = importlib.import_module(info.name)
        found += [
            cls()
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if issubclass(cls, Reader) and not inspect.isabstract(cls) and cls.__module__ == module.__name__
        ]
    return tuple(sorted(found, key=lambda r: (r.priority, r.name)))
