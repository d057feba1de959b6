"""The catalog of causes, read once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from curveread.causes import catalog
from curveread.causes.candidate import Candidate
from curveread.docstrings import docstring
from curveread.errors import UsageError

__all__ = ["candidate", "candidates"]


@cache
def candidates() -> tuple[Candidate, ...]:
    """Return all causes in the order of their names."""
    names = [m.name for m in walk_packages(catalog.__path__, f"{catalog.__name__}.") if not m.ispkg]
    return tuple(sorted((_cause(import_module(name)) for name in names), key=lambda c: c.id))


def _cause(module: ModuleType) -> Candidate:
    cause: Candidate = module.CAUSE
    return replace(cause, page=docstring(module))


def candidate(name: str) -> Candidate:
    """Return a cause by its name.

    Raises
    ------
    UsageError
        For a name that is not a cause's.
    """
    found = next((c for c in candidates() if c.id == name), None)
    if found is None:
        known = ", ".join(c.id for c in candidates())
        raise UsageError(f"no cause is called {name!r}; causes: {known}")
    return found
