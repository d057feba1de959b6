"""Finds the checks: one Detector per file of this folder, the file's name being the rule's.

Checks of other packages are added to them: those of entry points, under the rule's name, and those of plugins.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import lru_cache

import curveread.detectors as folder
from curveread.detectors.base import Detector
from curveread.entry_points import announced, loaded
from curveread.errors import PluginError, UsageError

__all__ = ["GROUP", "all_detectors", "clashes_with_none", "detector", "register", "rules"]

GROUP = "curveread.detectors"
"""The entry points of other packages' checks."""

_FRAME = {"base", "confidence", "registry"}
"""What checks are made of; every other module beside this one is a check, and what several share is a folder."""
_registered: dict[str, type[Detector]] = {}


def rules() -> tuple[str, ...]:
    """Return the names of all checks, from the names of files and entry points alone."""
    return tuple(sorted({*_own(), *announced(GROUP), *_registered}))


@lru_cache(maxsize=1)
def _own() -> frozenset[str]:
    beside = (m.name for m in pkgutil.iter_modules(folder.__path__) if not m.ispkg)
    return frozenset(name.replace("_", "-") for name in beside if name not in _FRAME)


def detector(rule: str) -> type[Detector]:
    """Return the check called ``rule``.

    Raises
    ------
    UsageError
        When there is none; the message names the nearest.
    PluginError
        When it is another package's and cannot be loaded.
    """
    if rule in _registered:
        return _registered[rule]
    if rule in _own():
        return _of_file(rule)
    if rule in announced(GROUP):
        return _of_package(rule)
    import difflib

    near = difflib.get_close_matches(rule, rules(), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(rules())}"
    raise UsageError(f"there is no check {rule!r}{hint}")


def register(check: type[Detector]) -> None:
    """Add a check, until the process ends.

    Raises
    ------
    PluginError
        When another check has its name.
    """
    clashes_with_none(check)
    _registered[check.rule] = check


def clashes_with_none(check: type[Detector]) -> None:
    """Raise PluginError when another check has the name of this one."""
    if check.rule in rules() and detector(check.rule) is not check:
        raise PluginError(f"{check.__module__}.{check.__name__}: there is a check {check.rule!r} already")


@lru_cache(maxsize=256)
def _of_file(rule: str) -> type[Detector]:
    module = importlib.import_module(f"{folder.__name__}.{rule.replace('-', '_')}")
    found = [
        c
        for _, c in inspect.getmembers(module, inspect.isclass)
        if issubclass(c, Detector) and c.__module__ == module.__name__
    ]
    if len(found) != 1 or found[0].rule != rule:
        raise TypeError(f"{module.__name__} must define exactly one Detector with rule {rule!r}")
    return found[0]


@lru_cache(maxsize=256)
def _of_package(rule: str) -> type[Detector]:
    check: type[Detector] = loaded(announced(GROUP)[rule], Detector)
    if check.rule != rule:
        raise PluginError(f"the entry point {rule!r} ({GROUP}) leads to a check that calls itself {check.rule!r}")
    return check


def all_detectors() -> tuple[type[Detector], ...]:
    """Return all checks in the order of their names."""
    return tuple(detector(rule) for rule in rules())
