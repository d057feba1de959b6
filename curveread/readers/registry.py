"""Finds the formats: every module and folder beside this file that lists ``FORMATS``; loads a reader when it is met.

Readers of other packages are added to them: those of entry points, those of plugins, and those of one call.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import curveread.readers as folder
from curveread.entry_points import announced, loaded
from curveread.readers.base import Reader
from curveread.readers.format import Format

GROUP = "curveread.readers"
"""The entry points of other packages' readers."""

_registered: dict[str, type[Reader]] = {}


class _Known(NamedTuple):
    """A reader that can be asked, and what it reads."""

    format: Format
    dialects: tuple[Format, ...]
    load: Callable[[], Reader]


def formats(more: tuple[type[Reader], ...] = ()) -> tuple[Format, ...]:
    """Return all formats, further readers' too, in the order in which their readers are asked; dialects last."""
    known = _known(more, tuple(_registered.values()))
    dialects = (d for k in known for d in k.dialects)
    return tuple(dict.fromkeys([*(k.format for k in known), *_built_in(), *dialects]))


def all_readers() -> tuple[Reader, ...]:
    """Return every reader, in the order in which they are asked; loads them all."""
    return tuple(k.load() for k in _known((), tuple(_registered.values())))


def asked_about(path: Path, more: tuple[type[Reader], ...] = ()) -> Iterator[Reader]:
    """Yield the readers to ask about a file, by its name, in order; one is loaded when its turn comes.

    Further readers, like those of other packages, are asked before our own of the same priority.
    """
    for known in _known(more, tuple(_registered.values())):
        if known.format.fits(path):
            yield known.load()


def asked_anyway(more: tuple[type[Reader], ...] = ()) -> Iterator[Reader]:
    """Yield, in order, the readers of any table or text: those to ask about a file whose name fits no format."""
    return (known.load() for known in _known(more, tuple(_registered.values())) if known.format.generic)


def register(reader: type[Reader]) -> None:
    """Add a reader to those that are asked, until the process ends; one of the same format is replaced."""
    _registered[reader.format.name] = reader


@lru_cache(maxsize=64)
def _known(more: tuple[type[Reader], ...], registered: tuple[type[Reader], ...]) -> tuple[_Known, ...]:
    classes = [*more, *registered, *(loaded(point, Reader) for point in announced(GROUP).values())]
    foreign = [_Known(c.format, c.dialects, partial(_instance, c)) for c in dict.fromkeys(classes)]
    own = [_Known(f, (), partial(_load, f.reader)) for f in _built_in() if f.reader]
    return (*sorted([*foreign, *own], key=lambda k: k.format.priority),)


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
    return _instance(getattr(importlib.import_module(module), name))


@lru_cache(maxsize=256)
def _instance(reader: type[Reader]) -> Reader:
    return reader()
