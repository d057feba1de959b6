"""Finds the formats: every module and folder beside this file that lists ``FORMATS``; loads a reader when it is met."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import curveread.readers as folder
from curveread.readers.base import Reader
from curveread.readers.format import Format

__all__ = ["all_readers", "asked_about", "formats"]


def formats() -> tuple[Format, ...]:
    """Return all formats, in the order in which their readers are asked; dialects last."""
    return _built_in()


def all_readers() -> tuple[Reader, ...]:
    """Return every reader, in the order in which they are asked; loads them all."""
    return tuple(_load(f.reader) for f in formats() if f.reader)


def asked_about(path: Path) -> Iterator[Reader]:
    """Yield the readers to ask about a file, by its name, in order; one is loaded when its turn comes."""
    for form in formats():
        if form.reader and form.fits(path):
            yield _load(form.reader)


@lru_cache(maxsize=1)
def _built_in() -> tuple[Format, ...]:
    found: list[Format] = []
    for info in pkgutil.iter_modules(folder.__path__):
        module = importlib.import_module(f"{folder.__name__}.{info.name}")
        found += getattr(module, "FORMATS", ())
    return tuple(sorted(found, key=lambda f: (not f.reader, f.priority, f.name)))


@lru_cache(maxsize=256)
def _load(target: str) -> Reader:
    """Return the reader called ``module:class``."""
    module, _, name = target.partition(":")
    reader: Reader = getattr(importlib.import_module(module), name)()
    return reader
