"""Finds the checks: one Detector per file of this folder, the file's name being the rule's."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import lru_cache

import curveread.detectors as folder
from curveread.detectors.base import Detector
from curveread.errors import UsageError

__all__ = ["all_detectors", "detector", "rules"]

_NOT_CHECKS = {"base", "registry", "rhythm"}


@lru_cache(maxsize=1)
def rules() -> tuple[str, ...]:
    """Return the names of all checks, from the file names alone."""
    return tuple(
        sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(folder.__path__) if m.name not in _NOT_CHECKS)
    )


@lru_cache(maxsize=256)
def detector(rule: str) -> type[Detector]:
    """Return the check called ``rule``.

    Raises
    ------
    UsageError
        When there is none; the message names the nearest.
    """
    if rule not in rules():
        import difflib

        near = difflib.get_close_matches(rule, rules(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(rules())}"
        raise UsageError(f"there is no check {rule!r}{hint}")
    module = importlib.import_module(f"{folder.__name__}.{rule.replace('-', '_')}")
    found = [
        c
        for _, c in inspect.getmembers(module, inspect.isclass)
        if issubclass(c, Detector) and c.__module__ == module.__name__
    ]
    if len(found) != 1 or found[0].rule != rule:
        raise TypeError(f"{module.__name__} must define exactly one Detector with rule {rule!r}")
    return found[0]


def all_detectors() -> tuple[type[Detector], ...]:
    """Return all checks in the order of their names."""
    return tuple(detector(rule) for rule in rules())
